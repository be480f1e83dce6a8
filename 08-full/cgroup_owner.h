/*
 * cgroup_owner.h - a v2 cgroup that belongs to who runs in it.
 *
 * Who is root in a user namespace only, a systemd in a container say, can make
 * groups below its own if that is its own in the file system as well: what its
 * limits are stays the host's. In v1 this would not be safe. See cgroups(7),
 * "Delegation", and config-linux.md, "Cgroup ownership".
 */
#pragma once

#include <sys/types.h>

#include "cgroup.h"
#include "config.h"

/*
 * Gives the container's group to the user of its process `pid`, if the
 * specification has it so: v2 alone, a cgroup namespace of its own, and
 * /sys/fs/cgroup mounted for writing. Ends the program on failure.
 */
void give_cgroup(const struct cgroup *cgroup, const struct config *config,
                 pid_t pid);
