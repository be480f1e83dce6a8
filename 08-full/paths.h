/*
 * paths.h - every path inside a root file system is opened here.
 *
 * The image's author chose those paths' symbolic links, and another container
 * may change them while we look. So nobody else puts a path of the container
 * together or hands one to a system call that follows links: a path is looked
 * up once, by the kernel, with the root file system as its "/", and from then
 * on only the descriptor is used. See openat2(2), RESOLVE_IN_ROOT.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Opens `path` as a process whose root folder is `root` would: links and ".."
 * stay inside; magic links (/proc/PID/fd/N) are refused. `flags` as for
 * open(2), O_CLOEXEC is added. Returns a descriptor, or -1 and errno.
 */
int open_in_root(int root, const char *path, int flags);

/* The same, but no component may be a symbolic link at all (ELOOP). */
int open_plain_in_root(int root, const char *path, int flags);

/*
 * Opens `path` as open_in_root with O_PATH; what is missing of it is made,
 * step by step on descriptors: folders with mode 0755, and at its end a
 * folder, or an empty file if `want_file`. A dangling link is followed, inside
 * the root, and its target made. Returns a descriptor, or -1 and errno.
 */
int make_in_root(int root, const char *path, bool want_file);

/*
 * Reads the ordinary file `path`, of at most `limit` bytes (EFBIG). Returns
 * its text with a NUL, which the caller frees, or NULL and errno.
 */
char *read_in_root(int root, const char *path, size_t limit);

/* "/rest" of the path FOLDER/rest; NULL if `path` is not below `folder` by its
 * name, as `folder` itself is not. */
const char *path_below(const char *path, const char *folder);
