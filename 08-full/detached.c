/* detached.c - copies of mounts, and new file systems. */
#include "detached.h"

#include "base.h"
#include "read_only.h"
#include "syscalls.h"

int attach(int from, int to)
{
    return sys_move_mount(from, "", to, "",
                          MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int clone_mount(int fd, bool recursive)
{
    return sys_open_tree(fd, "",
                         OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH |
                             (recursive ? AT_RECURSIVE : 0));
}

/* `from` from the folder `fd` on, or "": what `fd` is. `path` is its name. */
static int copy_tree(int fd, const char *from, const char *path,
                     const struct mount_options *options, const char *what)
{
    uint64_t propagation = options->propagation;
    int tree = sys_open_tree(fd, from,
                             OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
                                 (*from ? 0 : AT_EMPTY_PATH) |
                                 (options->recursive ? AT_RECURSIVE : 0));

    if (tree == -1)
        fail("%s %s", what, path);
    /* all of the copy, or a mount below it would tie the two sides */
    if (set_propagation(tree, propagation ? propagation | MS_REC : 0) == -1)
        fail("%s %s: set its propagation", what, path);
    return tree;
}

/* Returns the tree, or another copy in its place. */
static int change_tree(int tree, const char *path,
                       const struct mount_options *options, const char *what)
{
    struct mount_options rest = *options;

    if (rest.all_set & MOUNT_ATTR_RDONLY && make_tree_read_only(&tree) == -1)
        fail_with_hint(errno == EBUSY
                           ? "Linux 5.12 can do it for hidden mounts too"
                           : NULL,
                       "%s %s: make it read-only", what, path);
    rest.all_set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
    if (set_mount_flags(tree, &rest) == -1)
        fail("%s %s: set its flags", what, path);
    return tree;
}

int clone_host_tree(const char *path, const struct mount_options *options,
                    const char *what)
{
    int tree = copy_tree(AT_FDCWD, path, path, options, what);

    return change_tree(tree, path, options, what);
}

int clone_source(int fd, const char *from, const char *path,
                 struct mount_options options, bool locked)
{
    int tree = copy_tree(fd, from, path, &options, "volume");

    if (complete_flags(tree, locked, &options) == -1)
        fail_with_hint("a user namespace keeps ro, nosuid, nodev, noexec and "
                       "the times that the host's mount has",
                       "volume %s: set its flags", path);
    return change_tree(tree, path, &options, "volume");
}

int set_system_option(int fs, const char *option)
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

static noreturn void fail_to_make(const char *type, const char *destination)
{
    static const char hint[] =
        "in a user namespace, a file system that shows a namespace needs one "
        "that was made in there; or a bind of the host's";

    fail_with_hint(errno == EPERM && in_user_namespace() ? hint : NULL,
                   "mount %s on %s", type, destination);
}

int make_file_system(const char *type, const char *source,
                     const char *const *options, const char *destination)
{
    int fs = sys_fsopen(type, FSOPEN_CLOEXEC);
    struct mount_options own = {0};
    uint64_t flags;
    int mount;

    /* the source is only a name here, the one that mountinfo shows */
    if (fs == -1 ||
        sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0) == -1)
        fail_to_make(type, destination);
    for (; *options; options++) {
        if (read_option(*options, &own) == OPTION_OF_SYSTEM &&
            set_system_option(fs, *options) == -1)
            fail_with_hint(
                errno == EINVAL ? "its file system does not take it, or the "
                                  "user namespace does not map the id"
                                : NULL,
                "mount %s on %s: option %s", type, destination, *options);
    }
    if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == -1)
        fail_to_make(type, destination);
    flags = own.set | own.all_set;
    if (strcmp(destination, "/dev") == 0)
        flags &= ~(uint64_t)MOUNT_ATTR_RDONLY; /* until finish_dev() */
    mount = sys_fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)flags);
    if (mount == -1)
        fail_to_make(type, destination);
    if (set_propagation(mount, own.propagation) == -1)
        fail("mount %s on %s: set its propagation", type, destination);
    close(fs);
    return mount;
}
