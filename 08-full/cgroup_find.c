/* cgroup_find.c - which hierarchy has which controller on this machine. */
#include <linux/magic.h>
#include <sys/vfs.h>

#include "base.h"
#include "cgroup.h"
#include "mountinfo.h"

/* Their names; without one in v2, the controller is not there, or (devices,
 * freezer) needs no name. */
static const struct {
    const char *v1, *v2;
} names[CONTROLLERS] = {
    [CONTROLLER_MEMORY] = {"memory", "memory"},
    [CONTROLLER_CPU] = {"cpu", "cpu"},
    [CONTROLLER_PIDS] = {"pids", "pids"},
    [CONTROLLER_DEVICES] = {"devices", NULL},
    [CONTROLLER_CPUSET] = {"cpuset", "cpuset"},
    [CONTROLLER_BLOCK_IO] = {"blkio", "io"},
    [CONTROLLER_HUGETLB] = {"hugetlb", "hugetlb"},
    [CONTROLLER_NET_CLS] = {"net_cls", NULL},
    [CONTROLLER_NET_PRIO] = {"net_prio", NULL},
    [CONTROLLER_RDMA] = {"rdma", "rdma"},
    [CONTROLLER_CPUACCT] = {"cpuacct", NULL},
    [CONTROLLER_FREEZER] = {"freezer", NULL},
    [CONTROLLER_PERF_EVENT] = {"perf_event", NULL},
    [CONTROLLER_SYSTEMD] = {"name=systemd", NULL},
};

const char *controller_name(enum controller controller)
{
    return names[controller].v1;
}

const struct hierarchy no_hierarchy = {.path = "/dev/null", .fd = -1};

const struct hierarchy *hierarchy_of(const struct cgroup *cgroup,
                                     enum controller controller)
{
    for (size_t i = 0; i < cgroup->count; i++)
        if (cgroup->hierarchies[i].path &&
            cgroup->hierarchies[i].has[controller])
            return &cgroup->hierarchies[i];
    return &no_hierarchy;
}

/* mountinfo also lists mounts that others cover by now. */
static bool is_cgroup_mount(const struct mount_entry *entry, bool v2)
{
    struct statfs status;

    return statfs(entry->mount_point, &status) == 0 &&
           (unsigned long)status.f_type ==
               (v2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC);
}

static void add_hierarchy(struct cgroup *cgroup,
                          const struct mount_entry *entry, char *controllers,
                          const bool *has)
{
    struct hierarchy *hierarchy = &cgroup->hierarchies[cgroup->count++];

    *hierarchy = (struct hierarchy){
        .v2 = strcmp(entry->type, "cgroup2") == 0,
        .mount_point = format_text("%s", entry->mount_point),
        .names = controllers,
        .parent = -1,
        .fd = -1,
        .view = -1,
    };
    memcpy(hierarchy->has, has, sizeof(hierarchy->has));
}

/* A v1 hierarchy's controllers, which are among its mount's super options. */
static char *controllers_of(const char *super_options)
{
    char *copy = format_text("%s", super_options), *rest = copy, *word;
    char *list = or_empty(NULL);

    while ((word = strsep(&rest, ",")))
        if (!strchr(word, '=') &&
            !has_word("rw ro xattr clone_children cpuset_v2_mode", word))
            list = append(list, "%s%s", *list ? "," : "", word);
    free(copy);
    return list;
}

/* A hierarchy may be mounted more than once: the first mount is taken. */
static void find_v1(struct cgroup *cgroup, const struct mount_entry *entry,
                    bool *found)
{
    bool has[CONTROLLERS], any = false;

    for (enum controller i = 0; i < CONTROLLERS; i++) {
        has[i] = !found[i] && has_word(entry->super_options, names[i].v1);
        any |= has[i];
    }
    if (!any || !is_cgroup_mount(entry, false))
        return;
    for (enum controller i = 0; i < CONTROLLERS; i++)
        found[i] |= has[i];
    add_hierarchy(cgroup, entry,
                  has[CONTROLLER_SYSTEMD]
                      ? format_text("%s", names[CONTROLLER_SYSTEMD].v1)
                      : controllers_of(entry->super_options),
                  has);
}

/* Where v1 has the device rules, v2 could filter too (by a program), but v1's
 * files are the ones to be seen. */
static bool find_v2(struct cgroup *cgroup, const struct mount_entry *entry,
                    bool *found, const struct resources *resources)
{
    char *offered = read_path("%s/cgroup.controllers", entry->mount_point);
    bool has[CONTROLLERS] = {false};
    bool wanted = !resources || resources->unified_count;

    for (enum controller i = 0; offered && i < CONTROLLERS; i++) {
        has[i] = !found[i] && (i == CONTROLLER_DEVICES ||
                               (names[i].v2 && has_word(offered, names[i].v2)));
        wanted = wanted || (has[i] && needs_controller(resources, i));
    }
    if (!offered || !wanted || !is_cgroup_mount(entry, true))
        return false;
    for (enum controller i = 0; i < CONTROLLERS; i++)
        found[i] |= has[i];
    offered[strcspn(offered, "\n")] = '\0';
    add_hierarchy(cgroup, entry, offered, has);
    return true;
}

/* ---- what is missing ------------------------------------------------------ */

/* "memory, pids" for those that are missing. */
static char *list_missing(const bool *missing)
{
    char *list = or_empty(NULL);

    for (enum controller i = 0; i < CONTROLLERS; i++)
        if (missing[i])
            list = append(list, "%s%s", *list ? ", " : "", names[i].v1);
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
    char *list = or_empty(NULL), *rest = text, *line;

    while ((line = strsep(&rest, "\n"))) {
        bool wanted = false;

        strsep(&line, ":");
        char *controllers = strsep(&line, ":");
        for (enum controller i = 0; controllers && i < CONTROLLERS; i++)
            wanted |= missing[i] && has_word(controllers, names[i].v1);
        if (wanted)
            list = append(list, "%s%s", *list ? " " : "", controllers);
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
    return "use a kernel that has it (/proc/cgroups), switched on (for "
           "memory: boot with cgroup_enable=memory)";
}

/* All at once: one after the other would be a guessing game. */
static noreturn void fail_missing(const bool *missing,
                                  const struct mount_entry *mounts)
{
    const char *list = list_missing(missing);
    bool many = strchr(list, ',');
    const char *hint = cure_for(missing, mounts);
    const char *flags = flags_without(missing);

    if (!missing[CONTROLLER_DEVICES] && *flags)
        hint = format_text("%sstarts without; or %s", flags, hint);
    fail_plainly(hint, "cgroup: the controller%s %s %s missing here",
                 many ? "s" : "", list, many ? "are" : "is");
}

/* ---- all of them -------------------------------------------------------- */

void find_hierarchies(struct cgroup *cgroup, const struct resources *resources)
{
    struct mount_entry *mounts = read_mounts(), *entry;
    bool found[CONTROLLERS] = {false}, missing[CONTROLLERS], any = false;

    if (!mounts)
        fail("read /proc/self/mountinfo");
    for (entry = mounts; entry->type; entry++)
        if (strcmp(entry->type, "cgroup") == 0)
            find_v1(cgroup, entry, found);
    for (entry = mounts; entry->type; entry++)
        if (strcmp(entry->type, "cgroup2") == 0 &&
            find_v2(cgroup, entry, found, resources))
            break;
    for (enum controller i = 0; i < CONTROLLERS; i++) {
        missing[i] = resources && needs_controller(resources, i) && !found[i];
        any |= missing[i];
    }
    if (any)
        fail_missing(missing, mounts);
    free_mounts(mounts);
}
