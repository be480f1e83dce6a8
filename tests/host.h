/*
 * host.h - the stand-in host: a machine of its own for each check.
 *
 * It is made of new namespaces, with / shared as systemd leaves it, so that an
 * attack that succeeds harms nobody, and a stage that forgets MS_PRIVATE
 * shows. Its cgroup hierarchies begin in a folder of our own below
 * toy-docker/ of the true ones.
 */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>

/* Called in the true host: makes the cgroups that the stand-in will see as its
 * hierarchies. Once; and once more in a child, for cgroups of its own. */
void prepare_hosts(void);

/* Called once at the end: removes those cgroups. */
void forget_hosts(void);

/* From here on a stand-in host has at most 400 processes and 1 GiB of memory,
 * whatever runs in it; where there are cgroups for that. */
void limit_hosts(void);

/* Called by what becomes a stage: after limit_hosts(), it can write no more than
 * 64 MB to a file, and what it prints is in one. */
void limit_stage(void);

/* Whether a process was refused for that. */
bool was_limit_reached(void);

/*
 * Runs `body` in a new stand-in host, as its pid 2, and removes all of it.
 * Returns if body returned; else ends the calling process as body's ended
 * (exit status or signal).
 */
void run_in_host(void (*body)(void *), void *argument);

/* Skips the check if the stand-in has no writable cgroups for cpu, memory
 * and pids, with the reason. */
void need_cgroups(void);

/* In the stand-in: what /proc/self/mountinfo says in the true host now. */
char *mounts_of_true_host(void);

/*
 * In the stand-in: where the hierarchy with `controller` is mounted, and its
 * version in *v2. NULL if there is none.
 */
const char *find_cgroup_top(const char *controller, bool *v2);

/*
 * Lets the system call fail with `error` in this process and its children from
 * here on, as another kernel or a filter would; clone(2) only with flags that
 * make namespaces.
 */
void forbid(unsigned call, int error);

#endif
