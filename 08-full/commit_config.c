/* commit_config.c - what an image says of itself, after commit. */
#include "commit_config.h"

#include <json-c/json.h>
#include <strings.h>

#include "base.h"
#include "load.h"

/* ---- members ----------------------------------------------------------------- */

/* The member, which is made if it is not there. */
static struct json_object *need_member(struct json_object *object,
                                       const char *name,
                                       struct json_object *make(void))
{
    struct json_object *member = json_object_object_get(object, name);

    if (!member) {
        member = make();
        add_json(object, name, member);
    }
    return member;
}

static void add_layer_and_step(struct json_object *config,
                               const struct commit *commit, const char *layer,
                               const char *by)
{
    struct json_object *rootfs = json_object_object_get(config, "rootfs");
    struct json_object *step = json_object_new_object();

    append_json_text(need_member(rootfs, "diff_ids", json_object_new_array),
                     layer);
    add_json_text(step, "created", commit->created);
    add_json_text(step, "created_by", by);
    add_json_text(step, "author", commit->author);
    add_json_text(step, "comment", commit->message);
    json_object_array_add(need_member(config, "history", json_object_new_array),
                          step);
}

struct json_object *make_image_config(const struct commit *commit,
                                      const char *layer)
{
    struct json_object *config = json_object_new_object();
    struct json_object *rootfs = json_object_new_object();

    add_json_text(config, "architecture", architecture());
    add_json_text(config, "os", "linux");
    add_json_text(rootfs, "type", "layers");
    add_json(config, "rootfs", rootfs);
    add_layer_and_step(config, commit, layer, "--rootfs");
    return config;
}

/* ---- what the container says --------------------------------------------------- */

/* Sets NAME=VALUE among the variables. */
static void set_variable(struct json_object *config, const char *text)
{
    struct json_object *array =
        need_member(config, "Env", json_object_new_array);
    size_t length = strcspn(text, "=") + 1;
    size_t i = 0, count = json_object_array_length(array);

    while (i < count &&
           strncmp(json_object_get_string(json_object_array_get_idx(array, i)),
                   text, length) != 0)
        i++;
    json_object_array_put_idx(array, i, json_object_new_string(text));
}

static void set_label(struct json_object *config, const char *text)
{
    const char *end = strchr(text, '=');
    char *name = format_text("%.*s", (int)(end ? end - text : 1000), text);

    add_json_text(need_member(config, "Labels", json_object_new_object), name,
                  end ? end + 1 : "");
    free(name);
}

/* The container's variables, but those that the runtime sets in each. */
static void add_environment(struct json_object *config, struct json env)
{
    static const char *const own[] = {"HOSTNAME=", "HOME=", "TERM="};

    for (size_t i = 0; i < count_elements(env); i++) {
        const char *text = text_at(env, i);
        bool is_own = strcmp(text, default_path) == 0;

        for (size_t j = 0; j < COUNT(own); j++)
            is_own |= strncmp(text, own[j], strlen(own[j])) == 0;
        if (!is_own)
            set_variable(config, text);
    }
}

/* What was run was Entrypoint, the image's or that of --entrypoint, and Cmd. */
static void set_command(struct json_object *config, struct json container)
{
    struct json command = get_array(container, "command");
    uint64_t count = 0;

    get_unsigned(container, "entrypointWords", SIZE_MAX, &count);
    add_json(config, "Entrypoint", copy_elements(command, 0, count));
    add_json(config, "Cmd", copy_elements(command, count, SIZE_MAX));
}

static void add_record(struct json_object *config, const struct record *record)
{
    struct json process = require_object(read_record_config(record), "process");
    struct json labels = get_array(record->json, "labels");
    const char *cwd;

    add_environment(config, get_array(process, "env"));
    cwd = get_text(process, "cwd");
    if (cwd && strcmp(cwd, "/") != 0)
        add_json_text(config, "WorkingDir", cwd);
    add_json_text(config, "User", get_text(record->json, "user"));
    add_json_text(config, "StopSignal", get_text(record->json, "stopSignal"));
    set_command(config, record->json);
    for (size_t i = 0; i < count_elements(labels); i++)
        set_label(config, text_at(labels, i));
}

/* ---- instructions ----------------------------------------------------------------- */

/* ["a", "b"], or a line for a shell. */
static struct json_object *read_command(const char *text)
{
    struct json_object *array =
        *text == '[' ? json_tokener_parse(text) : json_object_new_array();

    if (*text == '[') {
        bool good = json_object_is_type(array, json_type_array);

        for (size_t i = 0; good && i < json_object_array_length(array); i++)
            good = json_object_is_type(json_object_array_get_idx(array, i),
                                       json_type_string);
        if (!good)
            fail_plainly(NULL, "--change: %.200s: must be an array of texts",
                         text);
    } else {
        append_json_text(array, "/bin/sh");
        append_json_text(array, "-c");
        append_json_text(array, text);
    }
    return array;
}

/* The next word, without its quotes; NULL: there is none. */
static char *next_word(const char **at)
{
    const char *c = *at + strspn(*at, " ");
    char *word = format_text("%s", c), *to = word, quote = '\0';

    if (!*c)
        return NULL;
    for (; *c && (quote || *c != ' '); c++)
        if (*c == quote) {
            quote = '\0';
        } else if (!quote && strchr("\"'", *c)) {
            quote = *c;
        } else {
            c += *c == '\\' && quote != '\'' && c[1];
            *to++ = *c;
        }
    *to = '\0';
    *at = c;
    return word;
}

/* "NAME=VALUE NAME="A VALUE"", or the old "NAME A VALUE", which is one pair. */
static void take_pairs(struct json_object *config, const char *text,
                       void take(struct json_object *config, const char *pair))
{
    size_t name = strcspn(text, "= ");
    char *pair;

    if (text[name] != '=')
        take(config, format_text("%.*s=%s", (int)name, text,
                                 text[name] ? text + name + 1 : ""));
    else
        while ((pair = next_word(&text))) {
            if (*pair == '=' || !strchr(pair, '='))
                fail_plainly(NULL, "--change: %.80s: must be NAME=VALUE", pair);
            take(config, pair);
        }
}

/* `cmd` says whether there was a CMD before: an ENTRYPOINT takes that of the
 * container away, as in a Dockerfile. */
static void take_instruction(struct json_object *config, const char *line,
                             bool *cmd)
{
    static const char *const texts[][2] = {{"USER", "User"},
                                           {"WORKDIR", "WorkingDir"},
                                           {"STOPSIGNAL", "StopSignal"}};
    size_t length = strcspn(line, " ");
    const char *text = line + length + strspn(line + length, " ");
    char *word = format_text("%.*s", (int)length, line);

    if (strcasecmp(word, "CMD") == 0) {
        add_json(config, "Cmd", read_command(text));
        *cmd = true;
    } else if (strcasecmp(word, "ENTRYPOINT") == 0) {
        add_json(config, "Entrypoint", read_command(text));
        if (!*cmd)
            json_object_object_del(config, "Cmd");
    } else if (strcasecmp(word, "ENV") == 0 && *text) {
        take_pairs(config, text, set_variable);
    } else if (strcasecmp(word, "LABEL") == 0 && *text) {
        take_pairs(config, text, set_label);
    } else {
        size_t i = 0;

        while (i < 3 && strcasecmp(word, texts[i][0]) != 0)
            i++;
        if (i == 3 || !*text)
            fail_plainly("CMD, ENTRYPOINT, ENV, LABEL, STOPSIGNAL, USER and "
                         "WORKDIR are, as in a Dockerfile",
                         "--change \"%.200s\" is not supported", line);
        add_json_text(config, texts[i][1], text);
    }
    free(word);
}

void add_container(struct json_object *config, const struct commit *commit,
                   const char *layer)
{
    struct json_object *inner =
        need_member(config, "config", json_object_new_object);
    bool cmd = false;

    add_layer_and_step(config, commit, layer, "commit");
    add_json_text(config, "created", commit->created);
    add_json_text(config, "author", commit->author);
    add_record(inner, &commit->record);
    for (size_t i = 0; i < commit->instructions.count; i++)
        take_instruction(inner, commit->instructions.items[i], &cmd);
}
