/*
 * cgroup.h - limits: the container's control groups.
 *
 * A machine has one hierarchy of groups (v2), or one for each controller or
 * few of them (v1), or both (hybrid). Which one has a controller is found out
 * from /proc/self/mountinfo each time. In each hierarchy that is needed the
 * container gets a group below the topmost group that can be seen: the path
 * that its configuration names, or "toy-docker/stage-8-PID". See cgroups(7),
 * proc_pid_mountinfo(5).
 *
 * The runtime holds a lock on the folder of a group named after it as long as
 * it lives. One without a lock is what a killed runtime left; the next one
 * removes it.
 */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config.h"

enum controller {
    CONTROLLER_MEMORY,
    CONTROLLER_CPU,
    CONTROLLER_PIDS,
    CONTROLLER_DEVICES,
    CONTROLLERS
};

/* One hierarchy, and the container's group in it. */
struct hierarchy {
    bool v2;
    char *mount_point;
    char *names;           /* v1: its controllers, "cpu,cpuacct" */
    bool has[CONTROLLERS]; /* which of ours it limits */
    char *path;            /* of the group; NULL until it is made */
    int parent; /* of toy-docker/, locked; -1 but while the group is made */
    int fd;     /* of the group's folder, locked */
    int view;   /* a detached mount of the folder, or -1: cgroup_view.h */
};

struct cgroup {
    bool own_namespace; /* the container's groups are the topmost it sees */
    struct hierarchy hierarchies[CONTROLLERS];
    size_t count;
};

/* "memory", ... */
const char *controller_name(enum controller controller);

/*
 * Finds the hierarchies that have the controllers: v1, v2, or both. Those that
 * are missing are an error that names them, but not where the limit is
 * UNLIMITED or `resources` is NULL.
 */
void find_hierarchies(struct cgroup *cgroup, const struct resources *resources);

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

/* True if one of `names` ("cpu,memory") is a controller of the hierarchy; ""
 * is that of v2. */
bool has_controller_of(const struct hierarchy *hierarchy, const char *names);

/* From now on the struct is about the group `path` below. Ends the program if
 * there is none, or the path leads elsewhere. */
void enter_group_below(struct hierarchy *hierarchy, const char *path);

/* Sends a signal to all processes of the groups and of those below them.
 * Returns how many there were. */
size_t signal_cgroup(const struct cgroup *cgroup, int number);

/* The folder of the v2 group for CLONE_INTO_CGROUP, or -1 without v2. */
int v2_group(const struct cgroup *cgroup);

/* Moves `pid` into those of the groups that are there; the v2 one too if
 * `also_v2`. */
void join_cgroup(const struct cgroup *cgroup, pid_t pid, bool also_v2);

/* True if the kernel killed a process of the container for its memory. */
bool was_killed_for_memory(const struct cgroup *cgroup);

/* Removes the groups; their processes must be dead. Warns if it cannot. */
void remove_cgroup(struct cgroup *cgroup);

/* ---- one version each: cgroup_v1.c, cgroup_v2.c ------------------------ */

/* Writes the limits into the files of the group `hierarchy->fd`. */
void limit_v1(const struct hierarchy *hierarchy,
              const struct resources *resources);
void limit_v2(const struct hierarchy *hierarchy,
              const struct resources *resources);

/* True if v2 offers `controller` in its topmost visible group. */
bool v2_offers(const char *mount_point, enum controller controller);

/* Enables the controllers for the groups below the topmost one, and for those
 * below the group `folder`, which is `name`. */
void enable_v2_controllers(const struct hierarchy *hierarchy);
void enable_v2_below(const struct hierarchy *hierarchy, int folder,
                     const char *name);

/* In v2 a container that made groups below its own has no process in that, and
 * nobody else can be in it either. From now on it is about the group of `pid`,
 * one of the container's processes. */
void follow_into_v2(struct cgroup *cgroup, pid_t pid);

/* ---- for these two: files of a group, named relative to its folder ----- */

/* Writes `text` in one write(2). Returns 0, or -1 and errno. */
int write_group_file(int group, const char *name, const char *text);

/* Writes the formatted text. A failure ends the program. */
void set_limit(const struct hierarchy *hierarchy, const char *name,
               const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The number after `key` in a file of "key number" lines; 0 if none. */
uint64_t read_group_number(int group, const char *name, const char *key);

#endif
