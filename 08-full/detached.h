/*
 * detached.h - one mount that is in no folder yet, and bringing it there.
 *
 * It exists, has its flags, and nobody sees it. See open_tree(2), fsopen(2),
 * move_mount(2), mount_setattr(2).
 */
#pragma once

#include <stdbool.h>

#include "mount_options.h"

/* A detached copy of what `fd` is in its mount, with `recursive` also of all that
 * is mounted below it. -1 and errno on failure. */
int clone_mount(int fd, bool recursive);

/*
 * A detached copy of what is mounted at `path` of the host, a file or folder,
 * with its flags and propagation as the options say; without a word on
 * propagation, as it is in this mount namespace. Ends the program on failure,
 * naming `what`.
 */
int clone_host_tree(const char *path, const struct mount_options *options,
                    const char *what);

/*
 * The same of a bind, which begins with its source's flags (complete_flags()): of
 * `from` in the folder `fd`, or if that is "", of what `fd` is; `path` is its
 * name in messages.
 */
int clone_source(int fd, const char *from, const char *path,
                 struct mount_options options, bool locked);

/*
 * A new detached file system of `type`, called `source`, with the options, of
 * which the kernel's flags (ro, nosuid, ...) become flags of the mount and the
 * rest is for the file system. One for /dev can be written to until finish_dev().
 * Ends the program on failure.
 */
int make_file_system(const char *type, const char *source,
                     const char *const *options, const char *destination);

/* Sets one option of a file system that is being made or changed: "mode=755",
 * "uid". Returns 0, or -1 and errno. */
int set_system_option(int fs, const char *option);

/* Attaches the mount `from` on `to`. Returns 0, or -1 and errno. */
int attach(int from, int to);
