/*
 * cgroup_view.h - what of the cgroups can be seen inside: /sys/fs/cgroup.
 *
 * Read-only if the mount says so, since a container that writes there raises
 * its own limits. Made from inside a cgroup namespace, where the container's own
 * groups are the topmost ones; without one, the groups' folders are bound. See
 * cgroup_namespaces(7).
 */
#pragma once

#include "cgroup.h"
#include "config.h"

/*
 * For a container without a cgroup namespace of its own: detached copies of its
 * groups' folders. Returns the one of v2 if it is the only hierarchy, which is
 * `mount` then, or -1.
 */
int clone_cgroups(const struct mount *mount, struct cgroup *cgroup);

/*
 * Makes the detached mount for `mount`, whose type is "cgroup": the v2
 * hierarchy, or a tmpfs for a folder of each hierarchy that `cgroup` has.
 */
int prepare_cgroup_view(const struct mount *mount, const struct cgroup *cgroup);

/* After `view` was attached: mounts the hierarchies in it. */
void finish_cgroup_view(int view, const struct mount *mount,
                        const struct cgroup *cgroup);
