/* mounts.c - making mounts detached, and attaching them in the container. */
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../common/common.h"
#include "cgroup_view.h"
#include "devices.h"
#include "paths.h"
#include "read_only.h"
#include "sync.h"
#include "syscalls.h"

/* Options that are the mount's own; all others are the file system's. */
static const struct {
    const char *name;
    uint64_t set, clear;
} mount_flags[] = {
    {"ro", MOUNT_ATTR_RDONLY, 0},
    {"rw", 0, MOUNT_ATTR_RDONLY},
    {"nosuid", MOUNT_ATTR_NOSUID, 0},
    {"suid", 0, MOUNT_ATTR_NOSUID},
    {"nodev", MOUNT_ATTR_NODEV, 0},
    {"dev", 0, MOUNT_ATTR_NODEV},
    {"noexec", MOUNT_ATTR_NOEXEC, 0},
    {"exec", 0, MOUNT_ATTR_NOEXEC},
    {"relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
    {"noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
    {"strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
};

/* True if `option` is a flag, which it then adds to *flags. */
static bool take_flag(const char *option, uint64_t *flags)
{
    for (size_t i = 0; i < sizeof(mount_flags) / sizeof(mount_flags[0]); i++)
        if (strcmp(option, mount_flags[i].name) == 0) {
            *flags = (*flags & ~mount_flags[i].clear) | mount_flags[i].set;
            return true;
        }
    return false;
}

static uint64_t flags_of(const char *const *options)
{
    uint64_t flags = 0;

    for (; *options; options++)
        take_flag(*options, &flags);
    return flags;
}

int attach(int from, int to)
{
    return sys_move_mount(from, "", to, "",
                          MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int clone_host_tree(const char *path, bool readonly, const char *what)
{
    int tree = sys_open_tree(
        AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

    if (tree == -1)
        fail("%s %s", what, path);
    /* one read-only mount is not enough: what is mounted below it counts */
    if (readonly && make_tree_read_only(&tree) == -1)
        fail_with_hint(errno == EBUSY
                           ? "Linux 5.12 can do it for hidden mounts too"
                           : NULL,
                       "%s %s: make it read-only", what, path);
    return tree;
}

/* Sets one option of a file system that is being made: "mode=755", "uid". */
static int set_option(int fs, const char *option)
{
    char *key = format_text("%s", option);
    char *value = strchr(key, '=');
    int result;

    if (value)
        *value++ = '\0';
    result = sys_fsconfig(fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
                          key, value, 0);
    free(key);
    return result;
}

int make_file_system(const char *type, const char *source,
                     const char *const *options, const char *destination)
{
    int fs = sys_fsopen(type, FSOPEN_CLOEXEC);
    uint64_t flags = 0;

    /* the source is only a name here, the one that mountinfo shows */
    if (fs == -1 ||
        sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0) == -1)
        fail("mount %s on %s", type, destination);
    for (; *options; options++) {
        if (take_flag(*options, &flags))
            continue;
        if (set_option(fs, *options) == -1)
            fail("mount %s on %s: option %s", type, destination, *options);
    }
    if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1)
        fail("mount %s on %s", type, destination);
    int mount = sys_fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)flags);
    if (mount == -1)
        fail("mount %s on %s", type, destination);
    close(fs);
    return mount;
}

static int prepare(const struct mount *mount, const struct cgroup *cgroup)
{
    int fd;

    if (strcmp(mount->type, "bind") == 0)
        return clone_host_tree(mount->source,
                               flags_of(mount->options) & MOUNT_ATTR_RDONLY,
                               "volume");
    if (strcmp(mount->type, "cgroup") == 0)
        return prepare_cgroup_view(mount, cgroup);
    fd = make_file_system(mount->type, mount->source, mount->options,
                          mount->destination);
    /* by the mount's own descriptor: a link named "dev" in the image could
     * have device nodes made elsewhere */
    if (strcmp(mount->destination, "/dev") == 0)
        fill_dev(fd);
    return fd;
}

int *prepare_mounts(const struct config *config, const struct cgroup *cgroup)
{
    int *prepared = calloc(config->mount_count + 1, sizeof(*prepared));

    if (!prepared)
        fail("allocate memory");
    for (size_t i = 0; i < config->mount_count; i++)
        prepared[i] = prepare(&config->mounts[i], cgroup);
    return prepared;
}

/* The kernel's own file systems answer for the kernel, and /dev holds the
 * devices: they must be where their names say. */
static bool must_be_plain(const struct mount *mount)
{
    if (strcmp(mount->destination, "/dev") == 0)
        return true;
    return strcmp(mount->type, "bind") != 0 &&
           strcmp(mount->type, "tmpfs") != 0;
}

static bool is_file(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && !S_ISDIR(status.st_mode);
}

static bool is_procfs(int fd)
{
    struct statfs status;

    if (fstatfs(fd, &status) == -1)
        fail("statfs in the container");
    return status.f_type == PROC_SUPER_MAGIC;
}

/* Programs believe what they read in /proc: only procfs may cover it. */
static void refuse_procfs(int target, const struct mount *mount)
{
    const char *destination = mount->destination;
    bool direct = strncmp(destination, "/proc", 5) == 0;

    if (is_procfs(target) && strcmp(mount->type, "proc") != 0)
        fail_plainly(direct ? NULL : "a symbolic link leads there",
                     "mount on %s: nothing may cover /proc", destination);
}

/* The deepest part of `path` that exists. */
static int open_ancestor(int root, const char *path)
{
    char *part = format_text("%s", path);
    char *slash;
    int fd;

    while ((fd = open_in_root(root, part, O_PATH)) == -1 &&
           (slash = strrchr(part, '/')) && slash != part)
        *slash = '\0';
    free(part);
    return fd;
}

static const char *place_hint(const struct mount *mount, int number)
{
    switch (number) {
    case ELOOP:
        return "the root file system has symbolic links there that lead in a "
               "circle";
    case ENOTDIR:
        return "the root file system has a file there in place of a folder";
    case EPERM:
    case EACCES:
    case EROFS:
    case ENOENT:
        if (strcmp(mount->type, "bind") == 0)
            return "it is not there, and nobody can make anything there";
        return "it is not there, and nobody can make anything there; is that "
               "a root file system? --rootfs DIR names another";
    default:
        return NULL;
    }
}

static noreturn void fail_without_place(const struct mount *mount, int root)
{
    int number = errno;
    int ancestor = open_ancestor(root, mount->destination);

    if (ancestor != -1)
        refuse_procfs(ancestor, mount);
    errno = number;
    fail_with_hint(place_hint(mount, number),
                   "mount on %s: open or make it in the container",
                   mount->destination);
}

static int open_target(const struct mount *mount, int prepared, int root)
{
    static const char hint[] =
        "the root file system has a symbolic link there; it must be a folder";
    const char *path = mount->destination;
    int fd;

    if (must_be_plain(mount)) {
        fd = open_plain_in_root(root, path, O_PATH);
        if (fd == -1 && errno == ELOOP)
            fail_with_hint(hint, "mount %s on %s", mount->type, path);
        if (fd != -1)
            return fd;
    }
    fd = make_in_root(root, path, is_file(prepared));
    if (fd == -1)
        fail_without_place(mount, root);
    return fd;
}

static void attach_one(const struct mount *mount, const struct cgroup *cgroup,
                       int prepared, int root)
{
    int target = open_target(mount, prepared, root);

    refuse_procfs(target, mount);
    if (is_file(prepared) != is_file(target))
        fail_plainly("a file goes on a file, a folder on a folder",
                     "mount %s on %s: it is a %s", mount->type,
                     mount->destination, is_file(target) ? "file" : "folder");
    if (attach(prepared, target) == -1)
        fail("mount %s on %s", mount->type, mount->destination);
    if (strcmp(mount->type, "cgroup") == 0)
        finish_cgroup_view(prepared, cgroup);
    explain("move_mount(\"%s\", \"%s\") # of %s", mount->type,
            mount->destination, mount->source);
    close(target);
}

void attach_mounts(const struct config *config, const struct cgroup *cgroup,
                   int *prepared, int root)
{
    for (size_t i = 0; i < config->mount_count; i++) {
        attach_one(&config->mounts[i], cgroup, prepared[i], root);
        close(prepared[i]);
    }
    free(prepared);
}
