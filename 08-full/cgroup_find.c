/* cgroup_find.c - which hierarchy has which controller on this machine. */
#include <errno.h>
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

void find_hierarchies(struct cgroup *cgroup, const struct resources *resources)
{
    const uint64_t limits[CONTROLLERS] = {
        [CONTROLLER_MEMORY] = resources->memory.limit,
        [CONTROLLER_CPU] = resources->cpu.quota,
        [CONTROLLER_PIDS] = resources->pids.limit,
    };
    struct mount_entry *mounts = read_mounts();

    if (!mounts)
        fail("read /proc/self/mountinfo");
    for (enum controller i = 0; i < CONTROLLERS; i++) {
        if (find_controller(cgroup, mounts, i) || limits[i] == UNLIMITED)
            continue;
        if (i == CONTROLLER_DEVICES)
            fail_plainly("mount a cgroup file system on /sys/fs/cgroup",
                         "cgroup: the controller devices is missing here, so "
                         "devices could not be forbidden");
        fail_plainly(format_text("--%s max starts without this limit",
                                 i == CONTROLLER_CPU ? "cpus" : names[i]),
                     "cgroup: the controller %s is missing here: no mounted "
                     "hierarchy has it",
                     names[i]);
    }
    free_mounts(mounts);
}
