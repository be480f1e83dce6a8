/* update.c - other limits for a container that is there. */
#include <json-c/json.h>

#include "base.h"
#include "cgroup.h"
#include "cgroup_undo.h"
#include "cli.h"
#include "config_json.h"
#include "control.h"
#include "state.h"
#include "verbs.h"

enum { MOST_INPUT = 1 << 20 };

/* A flag's member of linux.resources; the flags become such a document. */
struct member {
    struct json_object **resources;
    const char *section, *name;
};

static void set_member(const struct member *member, struct json_object *value)
{
    struct json_object *section =
        json_object_object_get(*member->resources, member->section);

    if (!section) {
        section = json_object_new_object();
        json_object_object_add(*member->resources, member->section, section);
    }
    json_object_object_add(section, member->name, value);
}

static const char *parse_member_text(const char *text, void *value)
{
    set_member(value, json_object_new_string(text));
    return *text ? NULL : "a list such as 0-3,7";
}

static const char *parse_member_number(const char *text, void *value)
{
    char *end;
    long long number = strtoll(text, &end, 10);

    if (end == text || *end || number < -1)
        return "a whole number, or -1 for no limit";
    set_member(value, json_object_new_int64(number));
    return NULL;
}

static const char *parse_member_size(const char *text, void *value)
{
    static const char expected[] = "a size such as 64M or 1G, or -1";
    uint64_t size;

    if (strcmp(text, "-1") == 0)
        set_member(value, json_object_new_int64(-1));
    else if (parse_size(text, &size) || size > INT64_MAX)
        return expected;
    else
        set_member(value, json_object_new_int64((int64_t)size));
    return NULL;
}

static const char *parse_member_cpus(const char *text, void *value)
{
    const struct member *member = value;
    const struct member period = {member->resources, "cpu", "period"};
    uint64_t quota; /* in each 100 ms */
    const char *expected = parse_cpus(text, &quota);

    set_member(member, json_object_new_int64(
                           quota == UINT64_MAX ? -1 : (int64_t)quota));
    set_member(&period, json_object_new_int64(100000));
    return expected;
}

/* All of standard input, or of the file. */
static char *read_resources(const char *path)
{
    char *text;
    size_t length;

    if (strcmp(path, "-") != 0) {
        text = read_file(path);
        if (!text)
            fail("--resources %s", path);
        return text;
    }
    text = malloc(MOST_INPUT + 1);
    if (!text)
        fail("allocate memory");
    length = fread(text, 1, MOST_INPUT + 1, stdin);
    if (ferror(stdin))
        fail("read standard input");
    if (length > MOST_INPUT)
        fail_plainly(NULL, "--resources -: more than 1 MiB");
    text[length] = '\0';
    return text;
}

#define MEMBER(section, name) (&(struct member){&resources, section, name})

/* Returns the words behind the flags. */
static char **read_update(int argc, char **argv, struct json *to,
                          struct restart *restart)
{
    struct json_object *resources = json_object_new_object();
    const char *file = NULL;
    const struct flag flags[] = {
        {"resources", 'r', "FILE", "JSON as in config.json; - reads it here",
         parse_text, &file},
        {"memory", 'm', "SIZE", "memory; -1 for no limit, as below",
         parse_member_size, MEMBER("memory", "limit")},
        {"memory-swap", 0, "SIZE", "memory and swap together",
         parse_member_size, MEMBER("memory", "swap")},
        {"memory-reservation", 0, "SIZE", "memory when there is little",
         parse_member_size, MEMBER("memory", "reservation")},
        {"kernel-memory", 0, "SIZE", "memory of the kernel for it (v1)",
         parse_member_size, MEMBER("memory", "kernel")},
        {"kernel-memory-tcp", 0, "SIZE", "memory of TCP's buffers (v1)",
         parse_member_size, MEMBER("memory", "kernelTCP")},
        {"cpu-quota", 0, "N", "microseconds in each period",
         parse_member_number, MEMBER("cpu", "quota")},
        {"cpu-period", 0, "N", "microseconds", parse_member_number,
         MEMBER("cpu", "period")},
        {"cpu-burst", 0, "N", "microseconds saved up", parse_member_number,
         MEMBER("cpu", "burst")},
        {"cpu-share", 0, "N", "weight, usually 1024", parse_member_number,
         MEMBER("cpu", "shares")},
        {"cpu-shares", 'c', "N", "the same, docker's word", parse_member_number,
         MEMBER("cpu", "shares")},
        {"cpus", 0, "N", "CPUs' time, docker's", parse_member_cpus,
         MEMBER("cpu", "quota")},
        {"restart", 0, "POLICY", "docker's: no, always, on-failure[:N]",
         parse_restart, restart},
        {"cpu-idle", 0, "0|1", "1: runs when nobody else does",
         parse_member_number, MEMBER("cpu", "idle")},
        {"cpu-rt-period", 0, "N", "microseconds (v1)", parse_member_number,
         MEMBER("cpu", "realtimePeriod")},
        {"cpu-rt-runtime", 0, "N", "microseconds (v1)", parse_member_number,
         MEMBER("cpu", "realtimeRuntime")},
        {"cpuset-cpus", 0, "LIST", "which CPUs: 0-3,7", parse_member_text,
         MEMBER("cpu", "cpus")},
        {"cpuset-mems", 0, "LIST", "which memory nodes", parse_member_text,
         MEMBER("cpu", "mems")},
        {"pids-limit", 0, "N", "processes and threads", parse_member_number,
         MEMBER("pids", "limit")},
        {"blkio-weight", 0, "N", "weight of its disk traffic, 10 to 1000",
         parse_member_number, MEMBER("blockIO", "weight")},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");

    *to = (struct json){resources, ""};
    if (!file)
        return words;
    if (json_object_object_length(resources))
        fail_plainly(NULL, "--resources says it all: other limits beside it");
    *to = parse_json(read_resources(file), file);
    return words;
}

/* If the program ends before keep_limits(), they are taken back: `cgroup` stays
 * open until then. */
static void apply(const struct state *state, struct json document,
                  struct cgroup *cgroup)
{
    struct resources resources = {0};

    load_limits(document, &resources);
    if (!state->cgroups_path)
        fail_plainly(NULL, "container %s has no cgroups", state->id);
    open_groups(state, cgroup);
    limit_cgroup(cgroup, &resources);
}

/* ---- docker's form ----------------------------------------------------------- */

/* Members of `from`, two levels deep, in place of those of `to`. */
static void merge(struct json_object *to, struct json_object *from)
{
    json_object_object_foreach(from, name, value)
    {
        struct json_object *old = json_object_object_get(to, name);

        if (old && json_object_is_type(old, json_type_object) &&
            json_object_is_type(value, json_type_object))
            merge(old, value);
        else
            json_object_object_add(to, name, json_object_get(value));
    }
}

/* The next start has them, too. */
static void remember(struct record *record, struct json document,
                     const struct restart *restart)
{
    struct json config = read_record_config(record);
    struct json linux_ = require_object(config, "linux");

    merge(require_object(linux_, "resources").value, document.value);
    save_record_config(record, config);
    if (!restart->policy)
        return;
    add_json_text(record->json.value, "restart", restart->policy);
    add_json_number(record->json.value, "mostRestarts", restart->most);
    save_record(record);
}

/* As for run: without --memory-swap there is no swap. */
static void set_swap(struct json document)
{
    struct json_object *memory =
        json_object_object_get(document.value, "memory");
    struct json_object *limit =
        memory ? json_object_object_get(memory, "limit") : NULL;

    if (limit && !json_object_object_get(memory, "swap"))
        json_object_object_add(memory, "swap", json_object_get(limit));
}

static int update_records(char **words, struct json document,
                          const struct restart *restart,
                          const struct globals *globals)
{
    int status;
    struct record *record = find_records(words, globals->data_root, &status);
    struct state state;

    if (!json_object_object_length(document.value) && !restart->policy)
        fail_plainly("stage-8 update --help lists what can be changed",
                     "update: nothing is to be changed");
    set_swap(document);
    for (; record->id; record++) {
        struct cgroup cgroup = {0};
        /* with its lock: it does not end meanwhile */
        bool there = open_state(&state, default_state_root(), record->id);

        if (there && status_of(&state) != STATUS_STOPPED)
            apply(&state, document, &cgroup);
        remember(record, document, restart);
        keep_limits();
        close_cgroup(&cgroup);
        if (there)
            close(state.folder);
        puts(record->word);
    }
    return status;
}

int update_verb(int argc, char **argv, const struct globals *globals)
{
    struct restart restart = {0};
    struct cgroup cgroup = {0};
    struct json document;
    struct record record;
    struct state state;
    char **words = read_update(argc, argv, &document, &restart);
    const char *id;

    begin_limits();
    if (words[0] && names_record(globals, words[0], &record))
        return update_records(words, document, &restart, globals);
    id = only_id(words);
    require_state(&state, globals, id);
    if (status_of(&state) == STATUS_STOPPED)
        fail_plainly(NULL, "container not running: %s is stopped", id);
    apply(&state, document, &cgroup);
    keep_limits();
    return EXIT_SUCCESS;
}
