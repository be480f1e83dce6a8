/* cgroup_find.c - which hierarchy has which controller on this machine. */
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "../common/common.h"
#include "cgroup.h"
#include "mountinfo.h"
#include "sync.h"

static const char *const names[CONTROLLERS] = {"memory", "cpu", "pids",
                                               "devices"};

const char *controller_name(enum controller controller)
{
    return names[controller];
}

/* mountinfo also lists mounts that others cover by now. */
static bool is_cgroup_mount(const struct mount_entry *entry, bool v2)
{
    struct statfs status;

    return statfs(entry->mount_point, &status) == 0 &&
           (unsigned long)status.f_type ==
               (v2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC);
}

static bool has_controller(const struct mount_entry *entry,
                           enum controller controller)
{
    if (strcmp(entry->type, "cgroup") == 0)
        return has_word(entry->super_options, names[controller]) &&
               is_cgroup_mount(entry, false);
    return strcmp(entry->type, "cgroup2") == 0 &&
           is_cgroup_mount(entry, true) &&
           v2_offers(entry->mount_point, controller);
}

static struct hierarchy *add_hierarchy(struct cgroup *cgroup,
                                       const struct mount_entry *entry)
{
    struct hierarchy *hierarchy;

    for (size_t i = 0; i < cgroup->count; i++)
        if (strcmp(cgroup->hierarchies[i].mount_point, entry->mount_point) == 0)
            return &cgroup->hierarchies[i];
    hierarchy = &cgroup->hierarchies[cgroup->count++];
    *hierarchy = (struct hierarchy){
        .v2 = strcmp(entry->type, "cgroup2") == 0,
        .mount_point = format_text("%s", entry->mount_point),
        .names = controllers_of(entry->super_options),
        .parent = -1,
        .fd = -1,
        .view = -1,
    };
    return hierarchy;
}

/* A controller is in one hierarchy only. Where v1 has the device rules, v2
 * could filter too (by a program), but v1's files are the ones to be seen. */
static bool find_controller(struct cgroup *cgroup,
                            const struct mount_entry *mounts,
                            enum controller controller)
{
    static const char *const types[] = {"cgroup", "cgroup2"};

    for (size_t version = 0; version < 2; version++)
        for (const struct mount_entry *entry = mounts; entry->type; entry++)
            if (strcmp(entry->type, types[version]) == 0 &&
                has_controller(entry, controller)) {
                add_hierarchy(cgroup, entry)->has[controller] = true;
                return true;
            }
    return false;
}

/* ---- what is missing ------------------------------------------------------ */

/* "memory, pids" for those that are missing. */
static char *list_missing(const bool *missing)
{
    char *list = format_text("%s", "");

    for (enum controller i = 0; i < CONTROLLERS; i++) {
        if (!missing[i])
            continue;
        char *longer = format_text("%s%s%s", list, *list ? ", " : "", names[i]);
        free(list);
        list = longer;
    }
    return list;
}

/* "--memory max --pids max " for those that are missing. */
static char *flags_without(const bool *missing)
{
    return format_text("%s%s%s",
                       missing[CONTROLLER_MEMORY] ? "--memory max " : "",
                       missing[CONTROLLER_CPU] ? "--cpus max " : "",
                       missing[CONTROLLER_PIDS] ? "--pids max " : "");
}

/* "memory cpu,cpuacct": the v1 hierarchies that have missing controllers.
 * /proc/self/cgroup has a line 4:cpu,cpuacct:/path for each, mounted or not. */
static char *list_v1_hierarchies(const bool *missing)
{
    char *text = read_file("/proc/self/cgroup");
    char *list = format_text("%s", "");
    char *rest = text, *line;

    while ((line = strsep(&rest, "\n"))) {
        bool wanted = false;

        strsep(&line, ":");
        char *controllers = strsep(&line, ":");
        for (enum controller i = 0; controllers && i < CONTROLLERS; i++)
            wanted |= missing[i] && has_word(controllers, names[i]);
        if (!wanted)
            continue;
        char *longer =
            format_text("%s%s%s", list, *list ? " " : "", controllers);
        free(list);
        list = longer;
    }
    free(text);
    return list;
}

static bool is_v2_mounted(const struct mount_entry *mounts)
{
    for (; mounts->type; mounts++)
        if (strcmp(mounts->type, "cgroup2") == 0 &&
            is_cgroup_mount(mounts, true))
            return true;
    return false;
}

/* In /run, so that no mount of /sys/fs/cgroup is covered. */
static const char *cure_for(const bool *missing,
                            const struct mount_entry *mounts)
{
    const char *v1 = list_v1_hierarchies(missing);

    if (*v1)
        return format_text("mount what is missing: cd /run && for c in %s; do "
                           "mkdir -p cgroup/$c && mount -t cgroup -o $c cgroup "
                           "cgroup/$c; done",
                           v1);
    if (!is_v2_mounted(mounts))
        return "mount what is missing: mkdir -p /run/cgroup && mount -t "
               "cgroup2 cgroup2 /run/cgroup";
    return "use a kernel that has it, switched on (for memory: boot with "
           "cgroup_enable=memory)";
}

/* All at once: one after the other would be a guessing game. */
static noreturn void fail_missing(const bool *missing,
                                  const struct mount_entry *mounts)
{
    const char *list = list_missing(missing);
    bool many = strchr(list, ',');
    const char *hint = cure_for(missing, mounts);

    if (!missing[CONTROLLER_DEVICES])
        hint = format_text("%sstarts without; or %s", flags_without(missing),
                           hint);
    fail_plainly(hint, "cgroup: the controller%s %s %s missing here",
                 many ? "s" : "", list, many ? "are" : "is");
}

/* ---- all four -------------------------------------------------------------- */

void find_hierarchies(struct cgroup *cgroup, const struct resources *resources)
{
    uint64_t limits[CONTROLLERS] = {UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED};
    struct mount_entry *mounts = read_mounts();
    bool missing[CONTROLLERS] = {false}, any = false;

    if (!mounts)
        fail("read /proc/self/mountinfo");
    if (resources) {
        limits[CONTROLLER_MEMORY] = resources->memory.limit;
        limits[CONTROLLER_CPU] = resources->cpu.quota;
        limits[CONTROLLER_PIDS] = resources->pids.limit;
        limits[CONTROLLER_DEVICES] = 0;
    }
    for (enum controller i = 0; i < CONTROLLERS; i++) {
        missing[i] =
            !find_controller(cgroup, mounts, i) && limits[i] != UNLIMITED;
        any |= missing[i];
    }
    if (any)
        fail_missing(missing, mounts);
    free_mounts(mounts);
}
