/*
 * cgroup.h - limits: the container's control groups.
 *
 * A machine has one hierarchy of groups (v2), or one for each controller or
 * few of them (v1), or both (hybrid). Which one has a controller is found out
 * from /proc/self/mountinfo each time. In each v1 hierarchy,
 * and in v2 where that is needed, the container gets a group below the topmost
 * one that can be seen: the path that its configuration names, or
 * "toy-docker/stage-8-PID". See cgroups(7), proc_pid_mountinfo(5).
 *
 * The runtime holds a lock on the folder of a group named after it as long as
 * it lives. One without a lock is what a killed runtime left; the next one
 * removes it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config.h"

enum controller {
    CONTROLLER_MEMORY,
    CONTROLLER_CPU,
    CONTROLLER_PIDS,
    CONTROLLER_DEVICES,
    CONTROLLER_CPUSET,
    CONTROLLER_BLOCK_IO,
    CONTROLLER_HUGETLB,
    CONTROLLER_NET_CLS,
    CONTROLLER_NET_PRIO,
    CONTROLLER_RDMA,
    /* these limit nothing, but in v1 the container is looked for there */
    CONTROLLER_CPUACCT,
    CONTROLLER_FREEZER,
    CONTROLLER_PERF_EVENT,
    CONTROLLER_SYSTEMD,
    CONTROLLERS
};

/* One hierarchy, and the container's group in it. */
struct hierarchy {
    bool v2;
    char *mount_point;
    char *names; /* its controllers: "cpu,cpuacct" in v1, "cpu io" in v2 */
    bool has[CONTROLLERS]; /* which of ours it limits */
    char *path;            /* of the group; NULL until it is made */
    bool was_there;        /* before it was to be made */
    int parent; /* of toy-docker/, locked; -1 but while the group is made */
    int fd;     /* of the group's folder, locked */
    int view;   /* a detached mount of the folder, or -1: cgroup_view.h */
};

struct cgroup {
    bool own_namespace; /* the container's groups are the topmost it sees */
    struct hierarchy hierarchies[CONTROLLERS + 1];
    size_t count;
};

/* v1's name for it, "blkio". */
const char *controller_name(enum controller controller);

/* True if a limit is set that this controller holds. */
bool needs_controller(const struct resources *resources,
                      enum controller controller);

/*
 * Finds the hierarchies: all that v1 has, and v2 if it is needed or there is no
 * other. Controllers that `resources` needs and that are missing are an error
 * that names them. Without `resources` nothing is needed, and v2 is found too.
 */
void find_hierarchies(struct cgroup *cgroup, const struct resources *resources);

/* The hierarchy where the container has a group with the controller; or this
 * one, whose files cannot be read. */
const struct hierarchy *hierarchy_of(const struct cgroup *cgroup,
                                     enum controller controller);
extern const struct hierarchy no_hierarchy;

/*
 * Finds the hierarchies, makes the groups and writes the limits. The groups
 * are at `path` below each hierarchy's top; one that is there must have no
 * processes. Without a path, they are named after the runtime, and what dead
 * runtimes left is removed. Call remove_cgroup at the end, also if this failed
 * half-way.
 */
void create_cgroup(struct cgroup *cgroup, const char *path,
                   const struct resources *resources);

/* Finds the groups that create_cgroup made at `path`, for the functions below;
 * where a group is gone, its hierarchy's path is NULL. */
void open_cgroup(struct cgroup *cgroup, const char *path);

/* Forgets the groups, which stay. */
void close_cgroup(struct cgroup *cgroup);

/* True if one of `names` ("cpu,memory") is a controller of the hierarchy; ""
 * is that of v2. */
bool has_controller_of(const struct hierarchy *hierarchy, const char *names);

/* From now on the struct is about the group `path` below. Ends the program if
 * there is none, or the path leads elsewhere. */
void enter_group_below(struct hierarchy *hierarchy, const char *path);

/*
 * Writes those of the limits that are set into the groups. One that the
 * machine has no file for ends the program with its name.
 */
void limit_cgroup(const struct cgroup *cgroup,
                  const struct resources *resources);

/* The folder of the v2 group for CLONE_INTO_CGROUP, or -1 without v2. */
int v2_group(const struct cgroup *cgroup);

/* Moves the calling process, which has one thread, into those of the v1 groups
 * that are there. Somebody else who moves it, by cgroup.procs, waits until every
 * CPU has passed through the scheduler; who writes to "tasks" about itself does
 * not, and that is most of the time that a container takes. */
void enter_v1_groups(const struct cgroup *cgroup);

/* Moves `pid` into those of the groups that are there, v1 and v2. */
void join_cgroup(const struct cgroup *cgroup, pid_t pid);

/* True if the kernel killed a process of the container for its memory. */
bool was_killed_for_memory(const struct cgroup *cgroup);

/*
 * Removes the group `name` in `folder`, and those that the container has made in
 * it; who is still there is killed. They may be deeper than we may have
 * descriptors: so one of them is held at a time. Returns -1 and errno on failure.
 */
int remove_group(int folder, const char *name);

/* Removes the groups, and kills who is still there. Warns if it cannot, and
 * returns false. */
bool remove_cgroup(struct cgroup *cgroup);

/* ---- the processes of the groups: cgroup_processes.c ------------------- */

/* `group` is the folder of the group that `pid` is in. */
typedef void process_visitor(int group, pid_t pid, void *data);

/* Calls `visit` for all processes of the groups and of those below them. One
 * hierarchy is asked: all have the same processes. */
void visit_processes(const struct cgroup *cgroup, process_visitor *visit,
                     void *data);

/* Sends a signal to all of them; none is made meanwhile. One that pauses gets
 * it when it goes on, which SIGKILL brings about. False if nobody is there. */
bool signal_cgroup(const struct cgroup *cgroup, int number);

/* The same for one group, without the groups below it. */
void signal_group(int group, int number);

/* Stops all processes where they are, and returns when they stand; false if the
 * groups are gone. Or lets them go on. Ends the program where there is no
 * freezer. */
bool freeze_cgroup(const struct cgroup *cgroup);
void thaw_cgroup(const struct cgroup *cgroup);

/* After SIGKILL: in v1, who is frozen does not even die, also in groups that the
 * container has made and frozen itself. */
void let_die(const struct cgroup *cgroup);

/* True if they were stopped so. */
bool is_frozen(const struct cgroup *cgroup);

/* ---- one version each: cgroup_v1.c, cgroup_v2.c ------------------------ */

/* Writes the limits that are set into the files of the group `hierarchy->fd`:
 * limit_cgroup's parts. */
void limit_v1(const struct hierarchy *hierarchy,
              const struct resources *resources);
void limit_v2(const struct hierarchy *hierarchy,
              const struct resources *resources);

/* Copies the CPUs and memory nodes of the group above into `group`, which is
 * `name`, if it has none: no process could join it. */
void inherit_cpuset(int group, const char *name);

/* Enables all controllers for the groups below the topmost one, and for those
 * below the group `folder`, which is `name`. */
void enable_v2_controllers(const struct hierarchy *hierarchy);
void enable_v2_below(const struct hierarchy *hierarchy, int folder,
                     const char *name);

/* In v2 a container that made groups below its own has no process in that, and
 * nobody else can be in it either. From now on it is about the group of `pid`,
 * one of the container's processes. */
void follow_into_v2(struct cgroup *cgroup, pid_t pid);

/* ---- for these two: cgroup_limit.c -------------------------------------- */

/* Writes `text` to a file of a group in one write(2). Returns 0, or -1 and
 * errno. */
int write_group_file(int group, const char *name, const char *text);

/* The number after `key` in a file of "key number" lines; 0 if none. */
uint64_t read_group_number(int group, const char *name, const char *key);

/* True if the group has the file, on this kernel. */
bool has_group_file(const struct hierarchy *hierarchy, const char *name);

/* True if it is a limit: neither left as it is nor lifted. */
bool is_limit(uint64_t value);

/* Writes the formatted text. A failure ends the program. */
void set_limit(const struct hierarchy *hierarchy, const char *name,
               const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same with a text as it is, or NULL: it is not set. */
void set_limit_text(const struct hierarchy *hierarchy, const char *name,
                    const char *text);

/* Such texts: of a number, and of one that may be NULL. */
const char *limit_text(const struct hierarchy *hierarchy, uint64_t value);
const char *optional_text(const uint64_t *value);

/* Limits that the kernel compares with one another at each write: what is
 * refused for another's old value is written again after that one. */
struct setting {
    const char *name;
    const char *text;
};
void set_together(const struct hierarchy *hierarchy,
                  const struct setting *settings, size_t count);

/* Writes the limits that are the same in both versions. */
void limit_both(const struct hierarchy *hierarchy,
                const struct resources *resources);
