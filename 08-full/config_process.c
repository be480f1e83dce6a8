/* config_process.c - config.json: process. */
#include <sys/resource.h>

#include "base.h"
#include "capabilities.h"
#include "config_json.h"
#include "labels.h"

/* Not -1, which setresuid(2) takes for "as it is". */
#define MOST_ID (UINT32_MAX - 1)

const struct word rlimit_types[] = {
    {"RLIMIT_AS", RLIMIT_AS},
    {"RLIMIT_CORE", RLIMIT_CORE},
    {"RLIMIT_CPU", RLIMIT_CPU},
    {"RLIMIT_DATA", RLIMIT_DATA},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},
    {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
    {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC},
    {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME},
    {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RLIMIT_STACK", RLIMIT_STACK},
    {0},
};

char **load_texts(struct json object, const char *name)
{
    struct json array = get_array(object, name);
    size_t count = count_elements(array);
    char **texts = allocate(count, sizeof(*texts));

    for (size_t i = 0; i < count; i++)
        texts[i] = (char *)text_at(array, i);
    return texts;
}

static void load_user(struct json process, struct user *to)
{
    struct json user = get_object(process, "user");
    struct json groups = get_array(user, "additionalGids");
    uint64_t uid = 0, gid = 0, mask = 022;

    get_unsigned(user, "uid", MOST_ID, &uid);
    get_unsigned(user, "gid", MOST_ID, &gid);
    get_unsigned(user, "umask", 0777, &mask);
    to->name = format_text("%u:%u", (unsigned)uid, (unsigned)gid);
    to->umask = (mode_t)mask;
    to->additional_gid_count = count_elements(groups);
    to->additional_gids =
        allocate(to->additional_gid_count, sizeof(*to->additional_gids));
    for (size_t i = 0; i < to->additional_gid_count; i++)
        to->additional_gids[i] = (gid_t)number_at(groups, i, MOST_ID);
}

/* Names that this kernel does not have, and capabilities that we could not
 * give, are a warning, as the specification demands. */
static uint64_t load_set(struct json capabilities, const char *name,
                         uint64_t available)
{
    struct json array = get_array(capabilities, name);
    uint64_t set = 0;

    for (size_t i = 0; i < count_elements(array); i++) {
        const char *text = text_at(array, i);
        uint64_t one = 0;

        if (strncmp(text, "CAP_", 4) != 0 || !find_capability(text, &one))
            warn("%s[%zu]: no capability %.80s here", array.path, i, text);
        else if (!(one & available))
            warn("%s[%zu]: we do not have %s ourselves", array.path, i, text);
        set |= one & available;
    }
    return set;
}

/* The kernel would refuse a whole set for one that is not in the sets that it
 * is limited by. */
static uint64_t keep(uint64_t set, uint64_t possible, struct json sets,
                     const char *name, const char *limits)
{
    struct json array = get_array(sets, name);

    for (size_t i = 0; i < count_elements(array); i++) {
        const char *text = text_at(array, i);
        uint64_t one = 0;

        if (find_capability(text, &one) && one & set & ~possible)
            warn("%s[%zu]: can't raise %s capability %s: only what is %s too "
                 "is given",
                 array.path, i, name, text, limits);
    }
    return set & possible;
}

static void load_capabilities(struct json process, struct capability_sets *to)
{
    struct json sets = get_object(process, "capabilities");
    uint64_t available = all_capabilities();

    to->bounding = load_set(sets, "bounding", available);
    to->effective = load_set(sets, "effective", available);
    to->inheritable = load_set(sets, "inheritable", available);
    to->permitted = load_set(sets, "permitted", available);
    to->ambient = load_set(sets, "ambient", available);
    to->effective =
        keep(to->effective, to->permitted, sets, "effective", "permitted");
    to->ambient = keep(to->ambient, to->permitted & to->inheritable, sets,
                       "ambient", "permitted and inheritable");
}

static void load_rlimits(struct json process, struct process *to)
{
    struct json array = get_array(process, "rlimits");
    size_t count = count_elements(array);
    struct process_rlimit *limits = allocate(count, sizeof(*limits));

    for (size_t i = 0; i < count; i++) {
        struct json limit = object_at(array, i);

        limits[i].type =
            (int)require_word(limit, "type", rlimit_types, "a resource limit");
        if (!get_unsigned(limit, "soft", UINT64_MAX, &limits[i].soft) ||
            !get_unsigned(limit, "hard", UINT64_MAX, &limits[i].hard))
            refuse_json(limit, "soft or hard is missing");
        if (limits[i].soft > limits[i].hard)
            refuse_json(limit, "soft is above hard");
        for (size_t j = 0; j < i; j++)
            if (limits[j].type == limits[i].type)
                refuse_json(limit, "the type is there twice");
    }
    to->rlimits = limits;
    to->rlimit_count = count;
}

static void load_console_size(struct json process, struct process *to)
{
    struct json size = get_object(process, "consoleSize");
    uint64_t height = 0, width = 0;

    if (!is_there(size))
        return;
    if (!get_unsigned(size, "height", UINT16_MAX, &height) ||
        !get_unsigned(size, "width", UINT16_MAX, &width))
        refuse_json(size, "height or width is missing");
    to->console_size.height = (unsigned)height;
    to->console_size.width = (unsigned)width;
}

static void check_env(struct json process)
{
    struct json env = get_array(process, "env");

    for (size_t i = 0; i < count_elements(env); i++) {
        const char *text = text_at(env, i);

        if (*text == '=' || !strchr(text, '='))
            refuse_json(get_element(env, i), "must be NAME=VALUE");
    }
}

/* Of two for one name the last counts, as with a shell's assignments; programs
 * take the first. */
static char **load_env(struct json process)
{
    char **env = load_texts(process, "env");
    size_t count = 0;

    check_env(process);
    for (size_t i = 0; env[i]; i++) {
        size_t name = strcspn(env[i], "=") + 1, same = 0;

        while (same < count && strncmp(env[same], env[i], name) != 0)
            same++;
        env[same] = env[i];
        count += same == count;
    }
    env[count] = NULL;
    return env;
}

/* Who asks for rules must not run without them. */
const char *load_label(struct json object, const char *name, bool supported)
{
    const char *label = get_text(object, name);

    if (!label || !*label)
        return NULL;
    if (!supported)
        refuse_json(get_member(object, name),
                    "\"%.200s\": this kernel does not use %s", label,
                    name[0] == 'a' ? "AppArmor" : "SELinux");
    return label;
}

void load_process(struct json process, struct process *to)
{
    int64_t score;

    to->apparmor_profile =
        load_label(process, "apparmorProfile", has_apparmor());
    to->selinux_label = load_label(process, "selinuxLabel", has_selinux());
    to->terminal = get_bool(process, "terminal");
    to->stdin_open = true;
    to->new_keyring = true;
    load_console_size(process, to);
    load_user(process, &to->user);
    to->args = load_texts(process, "args");
    if (!to->args[0] || !*to->args[0])
        refuse_json(get_member(process, "args"), "is missing or empty");
    to->env = load_env(process);
    to->cwd = require_text(process, "cwd");
    if (*to->cwd != '/')
        refuse_json(get_member(process, "cwd"),
                    "\"%.200s\" is not an absolute path", to->cwd);
    load_capabilities(process, &to->capabilities);
    load_rlimits(process, to);
    load_scheduling(process, to);
    to->no_new_privileges = get_bool(process, "noNewPrivileges");
    if (get_integer(process, "oomScoreAdj", -1000, 1000, &score))
        to->oom_score_adj = format_text("%d", (int)score);
}
