/*
 * idmap.h - a mount that shows other owners than the file system has.
 *
 * A folder of the host's user 1000 can be root's own in a container whose root
 * is user 100000 of the host, without a chown of every file. The mapping is
 * given as a user namespace: what is id N inside it in the file system, appears
 * as the id that N is outside it. See mount_setattr(2), MOUNT_ATTR_IDMAP.
 */
#pragma once

#include <stdbool.h>

#include "config.h"

/* True if it has mappings of its own, or the option "idmap" or "ridmap". */
bool is_id_mapped(const struct mount *mount);

/*
 * Maps the ids of the detached mount `tree`, and with "ridmap" of all below it:
 * as `mount` says, or else as in the container's user namespace `user`. Ends
 * the program on failure.
 */
void map_ids(int tree, const struct mount *mount, int user);
