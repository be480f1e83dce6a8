/* config_hooks.c - config.json: hooks. */
#include "config_json.h"
#include "hooks.h"

enum { MOST_SECONDS = 1000000 };

static void load_hook(struct json json, void *place)
{
    struct hook *to = place;
    uint64_t timeout = 0;

    to->path = require_text(json, "path");
    if (*to->path != '/')
        refuse_json(get_member(json, "path"),
                    "\"%.200s\" is not an absolute path", to->path);
    to->args = load_texts(json, "args");
    if (!to->args[0]) {
        to->args = allocate(1, sizeof(*to->args));
        to->args[0] = (char *)to->path;
    }
    if (is_there(get_member(json, "env")))
        to->env = load_texts(json, "env");
    if (get_unsigned(json, "timeout", MOST_SECONDS, &timeout) && timeout == 0)
        refuse_json(get_member(json, "timeout"), "must be greater than 0");
    to->timeout = (unsigned)timeout;
}

void load_hooks(struct json document, struct hooks *to)
{
    struct json hooks = get_object(document, "hooks");

    for (enum hook_kind kind = 0; kind < HOOK_KINDS; kind++)
        to->of[kind].list =
            load_objects(hooks, hook_name(kind), sizeof(struct hook), load_hook,
                         &to->of[kind].count);
}
