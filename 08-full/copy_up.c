/* copy_up.c - copying a tree, by descriptor. */
#include "copy_up.h"

#include <limits.h>
#include <linux/magic.h>
#include <sys/sendfile.h>
#include <sys/vfs.h>

#include "base.h"
#include "mount_options.h"
#include "paths.h"
#include "read_only.h"
#include "syscalls.h"

/* Returns 0, or -1 and errno, as all of these do. */
static int copy_file(int from, int to, const char *name)
{
    int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ssize_t count = in == -1 || out == -1 ? -1 : 1;

    while (count > 0)
        count = sendfile(out, in, NULL, 1 << 30);
    int number = errno;
    close(in);
    close(out);
    errno = number;
    return (int)count;
}

static int copy_link(int from, int to, const char *name)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(from, name, target, sizeof(target) - 1);

    if (length == -1)
        return -1;
    target[length] = '\0';
    return symlinkat(target, to, name);
}

/* An owner that the user namespace does not map cannot be given to anybody. */
static int copy_attributes(int to, const char *name, const struct stat *status)
{
    const struct timespec times[] = {status->st_atim, status->st_mtim};

    if (fchownat(to, name, status->st_uid, status->st_gid,
                 AT_SYMLINK_NOFOLLOW) == -1 &&
        errno != EINVAL)
        return -1;
    /* after the owner, whose change takes setuid away; a link has no mode */
    if (!S_ISLNK(status->st_mode) &&
        fchmodat(to, name, status->st_mode & 07777, 0) == -1)
        return -1;
    return utimensat(to, name, times, AT_SYMLINK_NOFOLLOW);
}

static int copy_folder(int from, int to);

static int copy_subfolder(int from, int to, const char *name)
{
    int in = open_folder(from, name), out, result;

    if (in == -1 || mkdirat(to, name, 0700) == -1)
        return -1;
    out = open_folder(to, name);
    if (out == -1)
        return -1;
    result = copy_folder(in, out); /* closes `in` */
    close(out);
    return result;
}

static int copy_entry(int from, int to, const char *name)
{
    struct stat status;
    int result = -1;

    if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) == -1)
        return -1;
    if (S_ISREG(status.st_mode))
        result = copy_file(from, to, name);
    else if (S_ISDIR(status.st_mode))
        result = copy_subfolder(from, to, name);
    else if (S_ISLNK(status.st_mode))
        result = copy_link(from, to, name);
    else if (S_ISFIFO(status.st_mode))
        result = mkfifoat(to, name, 0600);
    else
        return 0;
    return result == -1 ? -1 : copy_attributes(to, name, &status);
}

/* Closes `from`. */
static int copy_folder(int from, int to)
{
    DIR *folder = fdopendir(from);
    struct dirent *entry;
    int result = 0;

    if (!folder)
        return -1;
    while (result == 0 && (entry = readdir(folder)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            result = copy_entry(from, to, entry->d_name);
    int number = errno;
    closedir(folder);
    errno = number;
    return result;
}

static bool has_mode(const struct mount *mount)
{
    for (const char *const *option = mount->options; *option; option++)
        if (strncmp(*option, "mode=", 5) == 0)
            return true;
    return false;
}

static void copy_mode(int from, int tmpfs, const char *place)
{
    struct stat status;

    if (fstat(from, &status) == -1 ||
        fchmodat(tmpfs, ".", status.st_mode & 07777, 0) == -1)
        fail("mode of the tmpfs on %s", place);
}

static void copy_up(int from, int tmpfs, const char *place)
{
    /* O_PATH descriptors cannot be read */
    int in = open_folder(from, ".");

    if (in == -1 || copy_folder(in, tmpfs) == -1)
        fail_with_hint(errno == ENOSPC ? "the option size=... says how large "
                                         "it may become"
                                       : NULL,
                       "copy %s of the image to its tmpfs", place);
    explain("tmpcopyup # %s begins as in the image", place);
}

/* A link of the image may lead there, and its copy would be elsewhere when what
 * is there is masked. */
static bool is_the_kernels(int folder)
{
    struct statfs status;

    return fstatfs(folder, &status) == -1 ||
           status.f_type == PROC_SUPER_MAGIC || status.f_type == SYSFS_MAGIC;
}

void begin_as_folder(const struct mount *mount, int tmpfs, int root)
{
    static const struct mount_options open = {.clear = MOUNT_ATTR_RDONLY};
    static const struct mount_options closed = {.set = MOUNT_ATTR_RDONLY};
    const char *place = mount->destination;
    bool copied = read_options(mount->options).copy_up;
    bool read_only = is_read_only(tmpfs);
    int folder = open_in_root(root, place, O_PATH | O_DIRECTORY);

    if (folder == -1)
        return;
    if ((read_only && !copied) || is_the_kernels(folder)) {
        close(folder);
        return;
    }
    if (read_only && set_mount_flags(tmpfs, &open) == -1)
        fail("make the tmpfs on %s writable for a moment", place);
    if (!has_mode(mount))
        copy_mode(folder, tmpfs, place);
    if (copied)
        copy_up(folder, tmpfs, place);
    if (read_only && set_mount_flags(tmpfs, &closed) == -1)
        fail("make the tmpfs on %s read-only", place);
    close(folder);
}
