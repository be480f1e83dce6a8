/* config_write.c - a struct config becomes a config.json. */
#include "config_write.h"

#include <json-c/json.h>
#include <sched.h>

#include "base.h"
#include "capabilities.h"
#include "config_json.h"
#include "json.h"
#include "namespaces.h"
#include "state.h"
#include "user.h"

/* ---- members; those that say nothing are left out --------------------------- */

static struct json_object *add_object(struct json_object *to, const char *name)
{
    struct json_object *object = json_object_new_object();

    add_json(to, name, object);
    return object;
}

static struct json_object *add_array(struct json_object *to, const char *name)
{
    struct json_object *array = json_object_new_array();

    add_json(to, name, array);
    return array;
}

static struct json_object *append_object(struct json_object *array)
{
    struct json_object *object = json_object_new_object();

    json_object_array_add(array, object);
    return object;
}

/* A limit of resources.h: 0 says nothing, and -1 is none. */
static void add_limit(struct json_object *to, const char *name, uint64_t limit)
{
    if (limit == UNLIMITED)
        add_json(to, name, json_object_new_int64(-1));
    else if (limit)
        add_json_number(to, name, limit);
}

static void add_pairs(struct json_object *to, const char *name,
                      const struct pair *pairs, size_t count)
{
    struct json_object *object = add_object(to, name);

    for (size_t i = 0; i < count; i++)
        add_json_text(object, pairs[i].name, pairs[i].value);
}

/* ---- process ------------------------------------------------------------------- */

static void write_user(struct json_object *process, const struct user *user)
{
    struct json_object *object = add_object(process, "user"), *groups;
    char *name = format_text("%s", user->name ? user->name : "0");
    char *colon = strchr(name, ':');
    unsigned uid, gid = 0;
    bool numbers;

    if (colon)
        *colon++ = '\0';
    numbers = parse_id(name, &uid) && (!colon || parse_id(colon, &gid));
    if (!numbers) /* the container's own files say it */
        uid = gid = 0;
    free(name);
    add_json_number(object, "uid", uid);
    add_json_number(object, "gid", gid);
    add_json_number(object, "umask", user->umask);
    groups = add_array(object, "additionalGids");
    for (size_t i = 0; i < user->additional_gid_count; i++)
        json_object_array_add(groups,
                              json_object_new_int64(user->additional_gids[i]));
    if (numbers) /* see user.c */
        json_object_array_add(groups, json_object_new_int64(gid));
}

static void write_capabilities(struct json_object *process,
                               const struct capability_sets *sets)
{
    struct json_object *object = add_object(process, "capabilities");
    const struct {
        const char *name;
        uint64_t set;
    } all[] = {
        {"bounding", sets->bounding},       {"effective", sets->effective},
        {"inheritable", sets->inheritable}, {"permitted", sets->permitted},
        {"ambient", sets->ambient},
    };

    for (size_t i = 0; i < COUNT(all); i++)
        add_json(object, all[i].name, list_capabilities(all[i].set));
}

static const char *word_for(const struct word *words, uint32_t value)
{
    for (; words->name; words++)
        if (words->value == value)
            return words->name;
    return "?";
}

static void write_rlimits(struct json_object *to, const struct process *process)
{
    struct json_object *array = add_array(to, "rlimits");

    for (size_t i = 0; i < process->rlimit_count; i++) {
        const struct process_rlimit *limit = &process->rlimits[i];
        struct json_object *object = append_object(array);

        add_json_text(object, "type",
                      word_for(rlimit_types, (uint32_t)limit->type));
        add_json_number(object, "soft", limit->soft);
        add_json_number(object, "hard", limit->hard);
    }
}

static void write_process(struct json_object *document,
                          const struct process *process)
{
    struct json_object *object = add_object(document, "process");

    add_json_bool(object, "terminal", process->terminal);
    write_user(object, &process->user);
    add_json_texts(object, "args", (const char *const *)process->args);
    add_json_texts(object, "env", (const char *const *)process->env);
    add_json_text(object, "cwd", process->cwd);
    write_capabilities(object, &process->capabilities);
    write_rlimits(object, process);
    add_json_bool(object, "noNewPrivileges", process->no_new_privileges);
    if (process->oom_score_adj)
        add_json(
            object, "oomScoreAdj",
            json_object_new_int64(strtoll(process->oom_score_adj, NULL, 10)));
    add_json_text(object, "apparmorProfile", process->apparmor_profile);
    add_json_text(object, "selinuxLabel", process->selinux_label);
}

/* ---- mounts, namespaces, devices ------------------------------------------------ */

static void write_ids(struct json_object *to, const char *name,
                      const struct id_mapping *ids, size_t count)
{
    struct json_object *array = add_array(to, name);

    for (size_t i = 0; i < count; i++) {
        struct json_object *object = append_object(array);

        add_json_number(object, "containerID", ids[i].container);
        add_json_number(object, "hostID", ids[i].host);
        add_json_number(object, "size", ids[i].size);
    }
}

static void write_mappings(struct json_object *to,
                           const struct id_mappings *mappings)
{
    if (!mappings->uid_count)
        return;
    write_ids(to, "uidMappings", mappings->uids, mappings->uid_count);
    write_ids(to, "gidMappings", mappings->gids, mappings->gid_count);
}

static void write_mounts(struct json_object *document,
                         const struct config *config)
{
    struct json_object *array = add_array(document, "mounts");

    for (size_t i = 0; i < config->mount_count; i++) {
        const struct mount *mount = &config->mounts[i];
        struct json_object *object = append_object(array);

        add_json_text(object, "destination", mount->destination);
        add_json_text(object, "type", mount->type);
        add_json_text(object, "source", mount->source);
        add_json_texts(object, "options", mount->options);
        write_mappings(object, &mount->mappings);
    }
}

static void write_namespaces(struct json_object *linux_,
                             const struct config *config)
{
    static const int kinds[] = {
        CLONE_NEWPID, CLONE_NEWNET,  CLONE_NEWIPC,    CLONE_NEWUTS,
        CLONE_NEWNS,  CLONE_NEWUSER, CLONE_NEWCGROUP,
    };
    struct json_object *array = add_array(linux_, "namespaces");

    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct json_object *object;

        if (!has_namespace(config, kinds[i]))
            continue;
        object = append_object(array);
        add_json_text(object, "type", namespace_type(kinds[i]));
        add_json_text(object, "path", joined_path(config, kinds[i]));
    }
}

static void write_devices(struct json_object *linux_,
                          const struct config *config)
{
    struct json_object *array = add_array(linux_, "devices");

    for (size_t i = 0; i < config->linux_.device_count; i++) {
        const struct device *device = &config->linux_.devices[i];
        struct json_object *object = append_object(array);

        add_json_text(object, "path", device->path);
        add_json_text(object, "type",
                      S_ISBLK(device->mode)    ? "b"
                      : S_ISFIFO(device->mode) ? "p"
                                               : "c");
        add_json_number(object, "major", device->major);
        add_json_number(object, "minor", device->minor);
        add_json_number(object, "fileMode", device->mode & 07777);
        add_json_number(object, "uid", device->uid);
        add_json_number(object, "gid", device->gid);
    }
}

/* ---- resources ------------------------------------------------------------------- */

static void write_rules(struct json_object *to, const struct resources *from)
{
    struct json_object *array = add_array(to, "devices");

    for (size_t i = 0; i < from->device_count; i++) {
        const struct device_rule *rule = &from->devices[i];
        struct json_object *object = append_object(array);
        const char type[] = {rule->type, '\0'};

        add_json_bool(object, "allow", rule->allow);
        add_json_text(object, "type", type);
        if (rule->major != -1)
            add_json_number(object, "major", (uint64_t)rule->major);
        if (rule->minor != -1)
            add_json_number(object, "minor", (uint64_t)rule->minor);
        add_json_text(object, "access", rule->access);
    }
}

static void write_block_io(struct json_object *to, const struct resources *from)
{
    struct json_object *block_io = add_object(to, "blockIO");

    add_limit(block_io, "weight", from->block_io.weight);
    for (const struct word *list = rate_lists; list->name; list++) {
        struct json_object *array = add_array(block_io, list->name);

        for (size_t i = 0; i < from->block_io.rate_count; i++) {
            const struct block_rate *rate = &from->block_io.rates[i];
            struct json_object *object;

            if (rate->kind != list->value)
                continue;
            object = append_object(array);
            add_json_number(object, "major", rate->major);
            add_json_number(object, "minor", rate->minor);
            add_json_number(object, "rate", rate->rate);
        }
    }
}

static void write_resources(struct json_object *linux_,
                            const struct resources *from)
{
    struct json_object *to = add_object(linux_, "resources");
    struct json_object *memory = add_object(to, "memory");
    struct json_object *cpu = add_object(to, "cpu");

    write_rules(to, from);
    add_limit(memory, "limit", from->memory.limit);
    add_limit(memory, "swap", from->memory.swap);
    add_limit(memory, "reservation", from->memory.reservation);
    if (from->memory.swappiness)
        add_json_number(memory, "swappiness", *from->memory.swappiness);
    if (from->memory.disable_oom_killer)
        add_json_bool(memory, "disableOOMKiller", true);
    add_limit(cpu, "shares", from->cpu.shares);
    add_limit(cpu, "quota", from->cpu.quota);
    add_limit(cpu, "period", from->cpu.period);
    add_json_text(cpu, "cpus", from->cpu.cpus);
    add_json_text(cpu, "mems", from->cpu.mems);
    add_limit(add_object(to, "pids"), "limit", from->pids.limit);
    write_block_io(to, from);
}

/* ---- the whole -------------------------------------------------------------------- */

static void write_linux(struct json_object *document,
                        const struct config *config)
{
    struct json_object *linux_ = add_object(document, "linux");
    const struct seccomp *seccomp = config->linux_.seccomp;

    write_namespaces(linux_, config);
    write_mappings(linux_, &config->linux_.mappings);
    write_devices(linux_, config);
    if (config->linux_.cgroups_path) {
        char *path = format_text("/%s", config->linux_.cgroups_path);

        add_json_text(linux_, "cgroupsPath", path);
        free(path);
    }
    write_resources(linux_, &config->linux_.resources);
    add_pairs(linux_, "sysctl", config->linux_.sysctl,
              config->linux_.sysctl_count);
    add_json_text(linux_, "rootfsPropagation",
                  config->linux_.rootfs_propagation);
    if (seccomp)
        add_json(linux_, "seccomp", json_object_get(seccomp->json));
    add_json_texts(linux_, "maskedPaths", config->linux_.masked_paths);
    add_json_texts(linux_, "readonlyPaths", config->linux_.readonly_paths);
}

char *write_config(const struct config *config)
{
    struct json_object *document = json_object_new_object(), *root;
    char *text;

    add_json_text(document, "ociVersion", SPEC_VERSION);
    write_process(document, &config->process);
    root = add_object(document, "root");
    add_json_text(root, "path", config->root.path ? config->root.path : "root");
    add_json_bool(root, "readonly", config->root.readonly);
    add_json_text(document, "hostname", config->hostname);
    add_json_text(document, "domainname", config->domainname);
    write_mounts(document, config);
    write_linux(document, config);
    add_pairs(document, "annotations", config->annotations,
              config->annotation_count);
    text = json_text(document);
    json_object_put(document);
    return text;
}
