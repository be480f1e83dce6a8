/* cgroup_processes.c - the processes of the groups: who, signals, pausing. */
#include <signal.h>
#include <time.h>

#include "base.h"
#include "cgroup.h"
#include "syscalls.h"

/* ---- who is there --------------------------------------------------------- */

static void visit_group(int group, process_visitor *visit, void *data)
{
    int fd = openat(group, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    FILE *file = fd == -1 ? NULL : fdopen(fd, "r");

    for (int member; file && fscanf(file, "%d", &member) == 1;)
        if (member > 0) /* 0: of a PID namespace that we do not see */
            visit(group, member, data);
    if (file)
        fclose(file);
}

typedef void group_visitor(int group, void *data);

/* The group `name` in `folder` and all groups below it. */
static void visit_tree(int folder, const char *name, group_visitor *visit,
                       void *data)
{
    DIR *group = list_folder(folder, name);
    struct dirent *entry;

    if (!group)
        return;
    visit(dirfd(group), data);
    while ((entry = readdir(group)))
        if (entry->d_type == DT_DIR && *entry->d_name != '.')
            visit_tree(dirfd(group), entry->d_name, visit, data);
    closedir(group);
}

struct member_visit {
    process_visitor *visit;
    void *data;
};

static void visit_members(int group, void *data)
{
    const struct member_visit *members = data;

    visit_group(group, members->visit, members->data);
}

void visit_processes(const struct cgroup *cgroup, process_visitor *visit,
                     void *data)
{
    struct member_visit members = {visit, data};

    for (size_t i = 0; i < cgroup->count; i++)
        if (cgroup->hierarchies[i].path) {
            visit_tree(cgroup->hierarchies[i].fd, ".", visit_members, &members);
            return;
        }
}

/* ---- signals ---------------------------------------------------------------- */

struct sending {
    pid_t pid;
    int pidfd, number;
};

static void send_if_same(int group, pid_t pid, void *data)
{
    const struct sending *sending = data;

    (void)group;
    if (pid == sending->pid)
        sys_pidfd_send_signal(sending->pidfd, sending->number);
}

/* The pidfd is taken before the group is read again: so it is a process of the
 * group, not a later one that got the same number. */
static void send_to(int group, pid_t pid, void *number)
{
    struct sending sending = {pid, sys_pidfd_open(pid), *(int *)number};

    if (sending.pidfd == -1)
        return;
    visit_group(group, send_if_same, &sending);
    close(sending.pidfd);
}

void signal_group(int group, int number)
{
    visit_group(group, send_to, &number);
}

/* ---- pausing ------------------------------------------------------------------ */

/* The hierarchy that can freeze: v1's with the freezer, else v2's. */
static const struct hierarchy *find_freezer(const struct cgroup *cgroup)
{
    const struct hierarchy *found = NULL;

    for (size_t i = 0; i < cgroup->count; i++) {
        const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

        if (hierarchy->path && hierarchy->has[CONTROLLER_FREEZER])
            return hierarchy;
        if (hierarchy->path && hierarchy->v2)
            found = hierarchy;
    }
    return found;
}

/* True if the file of the group begins with `text`. */
static bool says(const struct hierarchy *freezer, const char *name,
                 const char *text)
{
    char start[16] = "";
    int fd = openat(freezer->fd, name, O_RDONLY | O_CLOEXEC);

    if (fd == -1)
        return false;
    if (read(fd, start, sizeof(start) - 1) == -1)
        *start = '\0';
    close(fd);
    return strncmp(start, text, strlen(text)) == 0;
}

bool is_frozen(const struct cgroup *cgroup)
{
    const struct hierarchy *freezer = find_freezer(cgroup);

    if (!freezer)
        return false;
    return freezer->v2 ? says(freezer, "cgroup.freeze", "1")
                       : says(freezer, "freezer.self_freezing", "1");
}

/* Returns 0, or -1 and errno. */
static int set_frozen(const struct hierarchy *freezer, bool frozen)
{
    if (freezer->v2)
        return write_group_file(freezer->fd, "cgroup.freeze",
                                frozen ? "1" : "0");
    return write_group_file(freezer->fd, "freezer.state",
                            frozen ? "FROZEN" : "THAWED");
}

/* False once it was removed, with its last process. */
static bool is_there(const struct hierarchy *hierarchy)
{
    return faccessat(hierarchy->fd, "cgroup.procs", F_OK, 0) == 0;
}

/* A process stops when it next leaves the kernel, so this takes its time. In
 * v1 one that is made meanwhile may be missed, until the word comes again. */
static bool wait_until_frozen(const struct hierarchy *freezer)
{
    for (int i = 0; i < 5000 && is_there(freezer); i++) {
        if (freezer->v2
                ? read_group_number(freezer->fd, "cgroup.events", "frozen") == 1
                : says(freezer, "freezer.state", "FROZEN"))
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        if (i % 50 == 49)
            set_frozen(freezer, true);
    }
    set_frozen(freezer, false);
    return false;
}

bool freeze_cgroup(const struct cgroup *cgroup)
{
    const struct hierarchy *freezer = find_freezer(cgroup);

    if (!freezer)
        fail_plainly("mount it: mkdir -p /run/cgroup/freezer && mount -t "
                     "cgroup -o freezer cgroup /run/cgroup/freezer, before "
                     "the container is created",
                     "cgroup: nothing can be paused without the controller "
                     "freezer");
    if (set_frozen(freezer, true) == -1 && is_there(freezer))
        fail("cgroup: freeze %s", freezer->path);
    if (wait_until_frozen(freezer))
        return true;
    if (is_there(freezer))
        fail_plainly(NULL,
                     "cgroup: %s does not freeze: a process waits in "
                     "the kernel",
                     freezer->path);
    return false;
}

void thaw_cgroup(const struct cgroup *cgroup)
{
    const struct hierarchy *freezer = find_freezer(cgroup);

    if (freezer && set_frozen(freezer, false) == -1 && is_there(freezer))
        fail("cgroup: thaw %s", freezer->path);
}

static void thaw_group(int group, void *data)
{
    (void)data;
    write_group_file(group, "freezer.state", "THAWED");
}

void let_die(const struct cgroup *cgroup)
{
    const struct hierarchy *freezer = find_freezer(cgroup);

    if (freezer && freezer->v2)
        set_frozen(freezer, false);
    else if (freezer)
        visit_tree(freezer->fd, ".", thaw_group, NULL);
}

static void note_one(int group, pid_t pid, void *anybody)
{
    (void)group;
    *(bool *)anybody |= pid > 0;
}

/* Frozen, nobody can make processes that we do not see. But if it cannot be
 * frozen, a signal is better than none. */
bool signal_cgroup(const struct cgroup *cgroup, int number)
{
    const struct hierarchy *freezer = find_freezer(cgroup);
    bool paused = is_frozen(cgroup), anybody = false;

    visit_processes(cgroup, note_one, &anybody);
    if (!anybody)
        return false;
    if (freezer && !paused && set_frozen(freezer, true) == 0)
        wait_until_frozen(freezer);
    visit_processes(cgroup, send_to, &number);
    if (number == SIGKILL)
        let_die(cgroup);
    else if (freezer && !paused)
        set_frozen(freezer, false);
    return true;
}
