/* config_hooks.c - config.json: hooks. */
#include <stddef.h>

#include "config_json.h"
#include "hooks.h"

enum { MOST_SECONDS = 1000000 };

static void load_hook(struct json json, struct hook *to)
{
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

    for (enum hook_kind kind = 0; kind < HOOK_KINDS; kind++) {
        struct json array = get_array(hooks, hook_name(kind));
        size_t count = count_elements(array);
        struct hook *list = allocate(count, sizeof(*list));

        for (size_t i = 0; i < count; i++)
            load_hook(object_at(array, i), &list[i]);
        to->of[kind].list = list;
        to->of[kind].count = count;
    }
}
