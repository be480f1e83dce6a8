/* read_only.c - read-only mounts, also on kernels before Linux 5.12. */
#include "read_only.h"

#include <sys/statvfs.h>

#include "base.h"
#include "detached.h"
#include "mountinfo.h"
#include "syscalls.h"

int set_read_only(int mount, bool recursive)
{
    struct mount_attr change = {.attr_set = MOUNT_ATTR_RDONLY};

    return sys_mount_setattr(
        mount, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &change);
}

bool is_read_only(int fd)
{
    struct statvfs status;

    return fstatvfs(fd, &status) == 0 && status.f_flag & ST_RDONLY;
}

int mount_number(int folder, const char *path)
{
    struct statx status;

    if (statx(folder, path, *path ? 0 : AT_EMPTY_PATH, STATX_MNT_ID, &status) ==
        -1)
        return 0;
    return status.stx_mask & STATX_MNT_ID ? (int)status.stx_mnt_id : 0;
}

/* ---- before Linux 5.12 --------------------------------------------------- */

/* Flags that a remount does not repeat, it would drop. */
static int remount(int fd)
{
    const unsigned long kept = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    char *path = format_text("/proc/self/fd/%d", fd);
    struct statvfs status;
    int result = fstatvfs(fd, &status);

    if (result == 0)
        result = mount(
            NULL, path, NULL,
            MS_REMOUNT | MS_BIND | MS_RDONLY | (status.f_flag & kept), NULL);
    free(path);
    if (result == 0 && !is_read_only(fd)) {
        errno = EINVAL; /* /proc is not what it should be */
        return -1;
    }
    return result;
}

static const struct mount_entry *find_entry(const struct mount_entry *mounts,
                                            int number)
{
    for (; mounts->type; mounts++)
        if (mounts->number == number)
            return mounts;
    return NULL;
}

static bool is_below(const struct mount_entry *mounts,
                     const struct mount_entry *entry, int top)
{
    while (entry && entry->parent != top) {
        bool is_root = entry->parent == entry->number;

        entry = is_root ? NULL : find_entry(mounts, entry->parent);
    }
    return entry != NULL;
}

/* What its path leads to is made sure of by the number: a folder on the way
 * may have been renamed meanwhile. */
static int remount_entry(const struct mount_entry *mounts,
                         const struct mount_entry *entry)
{
    int fd = open(entry->mount_point, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    const struct mount_entry *found;
    int result = -1;

    if (fd == -1) {
        errno = errno == ENOENT || errno == ENOTDIR ? EBUSY : errno;
        return -1;
    }
    found = find_entry(mounts, mount_number(fd, ""));
    if (found == entry)
        result = remount(fd);
    else if (found && strcmp(found->mount_point, entry->mount_point) == 0)
        result = 0; /* that one lies on this one, which nobody can reach */
    else
        errno = EBUSY;
    close(fd);
    return result;
}

static int remount_below(int top)
{
    struct mount_entry *mounts = read_mounts();
    int number = mount_number(top, ""), result = 0;

    if (!mounts)
        return -1;
    for (struct mount_entry *entry = mounts; entry->type && !result; entry++)
        if (is_below(mounts, entry, number))
            result = remount_entry(mounts, entry);
    free_mounts(mounts);
    return result;
}

/* The place is only somewhere to be for a moment, where paths lead. */
static int copy_read_only(int tree)
{
    struct stat status;
    const char *place;
    int copy = -1;

    if (fstat(tree, &status) == -1)
        return -1;
    place = S_ISDIR(status.st_mode) ? "/dev" : "/dev/null";
    if (sys_move_mount(tree, "", AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH) ==
        -1)
        return -1;
    if (remount(tree) == 0 && remount_below(tree) == 0)
        copy = clone_mount(tree, true);
    if (copy != -1 && umount2(place, MNT_DETACH | UMOUNT_NOFOLLOW) == -1) {
        close(copy);
        return -1;
    }
    return copy; /* after a failure the mount namespace goes, with all of it */
}

/* ---- whichever there is -------------------------------------------------- */

int make_read_only(int mount)
{
    int result = set_read_only(mount, false);

    return result == -1 && errno == ENOSYS ? remount(mount) : result;
}

int make_tree_read_only(int *tree)
{
    int result = set_read_only(*tree, true), copy;

    if (result == 0 || errno != ENOSYS)
        return result;
    copy = copy_read_only(*tree);
    if (copy == -1)
        return -1;
    close(*tree);
    *tree = copy;
    return 0;
}
