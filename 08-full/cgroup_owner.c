/* cgroup_owner.c - delegating a group. */
#include "cgroup_owner.h"

#include <sched.h>

#include "base.h"
#include "mount_options.h"
#include "syscalls.h"

static bool is_writable_inside(const struct config *config)
{
    for (size_t i = 0; i < config->mount_count; i++) {
        const struct mount *mount = &config->mounts[i];
        struct mount_options options = read_options(mount->options);

        if (strcmp(mount->type, "cgroup") == 0 &&
            !((options.set | options.all_set) & MOUNT_ATTR_RDONLY))
            return true;
    }
    return false;
}

/* The host's id of the user `uid` of the user namespace that `pid` is in. */
static uid_t host_uid(pid_t pid, uid_t uid)
{
    char *map = read_path("/proc/%d/uid_map", (int)pid);
    unsigned inside, outside, count;
    int length;

    if (!map)
        fail("read /proc/%d/uid_map", (int)pid);
    for (char *line = map;
         sscanf(line, "%u %u %u %n", &inside, &outside, &count, &length) == 3;
         line += length)
        if (uid >= inside && uid - inside < count)
            return outside + (uid - inside);
    fail_plainly("the user namespace does not map this id",
                 "process.user.uid %u", uid);
}

/* One that this kernel has not, or the group, is not missed. */
static void give_file(int group, const char *name, uid_t uid)
{
    if (fchownat(group, name, uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW) == -1 &&
        errno != ENOENT)
        fail("cgroup: chown %s", name);
}

void give_cgroup(const struct cgroup *cgroup, const struct config *config,
                 pid_t pid)
{
    static const char file[] = "/sys/kernel/cgroup/delegate";
    const char *user = config->process.user.name;
    char *names, *rest;
    uid_t uid;

    if (cgroup->count != 1 || !cgroup->hierarchies[0].v2 ||
        !(config->linux_.namespaces & CLONE_NEWCGROUP) ||
        !is_writable_inside(config))
        return;
    uid = host_uid(pid, user ? (uid_t)strtoul(user, NULL, 10) : 0);
    names = read_file(file);
    if (!names)
        names = format_text("cgroup.procs\ncgroup.subtree_control\n"
                            "cgroup.threads\n");
    if (fchown(cgroup->hierarchies[0].fd, uid, (gid_t)-1) == -1)
        fail("cgroup: chown %s", cgroup->hierarchies[0].path);
    for (char *name = strtok_r(names, "\n", &rest); name;
         name = strtok_r(NULL, "\n", &rest))
        give_file(cgroup->hierarchies[0].fd, name, uid);
    explain("chown(\"%s\", %u)", cgroup->hierarchies[0].path, uid);
    free(names);
}
