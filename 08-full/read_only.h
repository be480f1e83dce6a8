/*
 * read_only.h - mounts that nobody can write through.
 *
 * mount_setattr(2) does it for a tree of mounts at once, detached or not. It
 * came with Linux 5.12. Before that there is only the remount: of one mount,
 * which must be attached, by a path. See mount(2), MS_REMOUNT and MS_BIND.
 */
#pragma once

#include <stdbool.h>

/*
 * Makes the attached mount `mount` read-only, not what is mounted below it.
 * Returns 0, or -1 and errno.
 */
int make_read_only(int mount);

/*
 * Makes a detached mount read-only, with all mounts below it. Before Linux
 * 5.12 that takes a detour: the tree is attached on the caller's /dev for a
 * moment (of a private mount namespace), remounted piece by piece, and
 * *tree becomes a detached copy. Returns 0, or -1 and errno: EBUSY if a mount
 * of the tree cannot be reached by its path.
 */
int make_tree_read_only(int *tree);

/* The bare mount_setattr(2), for one mount: ENOSYS before Linux 5.12. */
int set_read_only(int mount, bool recursive);

/* The number that mountinfo gives the topmost mount at `path` from `folder` on; if
 * that is "", the one of `folder`. 0 if it is unknown. */
int mount_number(int folder, const char *path);

/* True if `fd` is on a mount or a file system that is read-only. */
bool is_read_only(int fd);
