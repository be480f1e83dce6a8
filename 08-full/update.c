/* update.c - other limits for a container that is there. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/common.h"
#include "cgroup.h"
#include "config_json.h"
#include "state.h"
#include "sync.h"
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

/* Returns the id. */
static const char *read_update(int argc, char **argv, struct json *to)
{
    struct json_object *resources = json_object_new_object();
    const char *file = NULL;
    const struct flag flags[] = {
        {"resources", 'r', "FILE", "JSON as in config.json; - reads it here",
         parse_text, &file},
        {"memory", 0, "SIZE", "memory; -1 for no limit, as below",
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
    const char *id = only_id(parse_flags(argc, argv, flags, ""));

    *to = (struct json){resources, ""};
    if (!file)
        return id;
    if (json_object_object_length(resources))
        fail_plainly(NULL, "--resources says it all: other limits beside it");
    *to = parse_json(read_resources(file), file);
    return id;
}

int update_verb(int argc, char **argv, const struct globals *globals)
{
    struct resources resources = {0};
    struct cgroup cgroup = {0};
    struct json document;
    struct state state;
    const char *id = read_update(argc, argv, &document);

    load_limits(document, &resources);
    require_state(&state, globals, id);
    if (status_of(&state) == STATUS_STOPPED)
        fail_plainly(NULL, "container not running: %s is stopped", id);
    if (!state.cgroups_path)
        fail_plainly(NULL, "container %s has no cgroups", id);
    open_groups(&state, &cgroup);
    limit_cgroup(&cgroup, &resources);
    return EXIT_SUCCESS;
}
