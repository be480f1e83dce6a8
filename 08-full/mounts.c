/* mounts.c - config's mounts: detached, then attached in the container. */
#include "mounts.h"

#include <linux/magic.h>
#include <sched.h>
#include <sys/vfs.h>

#include "base.h"
#include "cgroup_view.h"
#include "copy_up.h"
#include "detached.h"
#include "devices.h"
#include "idmap.h"
#include "namespaces.h"
#include "paths.h"
#include "read_only.h"
#include "syscalls.h"

/* A bind is no remount, whatever its options say: mount(8) changes a bind's flags
 * that way, which happens here in any case. */
static bool is_remount(const struct mount *mount)
{
    return read_options(mount->options).remount &&
           strcmp(mount->type, "bind") != 0;
}

/* The path inside of a bind whose source is below the container's root: an
 * earlier mount may have brought it there. NULL if it is the host's. */
static const char *source_inside(const struct config *config,
                                 const struct mount *mount)
{
    const char *inside;

    if (strcmp(mount->type, "bind") != 0 || is_id_mapped(mount))
        return NULL;
    inside = path_below(mount->source, config->root.path);
    return inside && !strstr(inside, "/..") ? inside : NULL;
}

static int clone_from_inside(const struct config *config,
                             const struct mount *mount, int root)
{
    struct mount_options options = read_options(mount->options);
    int fd = open_in_root(root, source_inside(config, mount), O_PATH), tree;

    if (fd == -1)
        fail("volume %s", mount->source);
    if (!options.propagation) /* what it copies may be tied to the host */
        options.propagation = MS_PRIVATE;
    tree = clone_source(fd, "", mount->source, options,
                        has_namespace(config, CLONE_NEWUSER));
    close(fd);
    return tree;
}

/* ---- the host's ----------------------------------------------------------- */

static int clone_bind(const struct mount *mount,
                      const struct mount_options *options, int user)
{
    int tree = clone_source(AT_FDCWD, mount->source, mount->source, *options,
                            user != -1 || in_user_namespace());

    if (is_id_mapped(mount))
        map_ids(tree, mount, user);
    return tree;
}

static bool is_tied(const struct mount *mount)
{
    return strcmp(mount->type, "bind") == 0 &&
           read_options(mount->options).propagation & (MS_SHARED | MS_SLAVE);
}

int *clone_tied_mounts(const struct config *config, int user)
{
    int *mounts = allocate(config->mount_count, sizeof(*mounts));

    for (size_t i = 0; i < config->mount_count; i++) {
        const struct mount *mount = &config->mounts[i];
        struct mount_options options = read_options(mount->options);

        mounts[i] = is_tied(mount) ? clone_bind(mount, &options, user) : -1;
    }
    return mounts;
}

/* A file of the container's own folder, on which mount_layers() may put a file
 * system in memory. */
static bool is_hidden(const struct config *config, const struct mount *mount)
{
    const char *work = config->root.layers ? config->root.work : NULL;

    return work && strcmp(mount->type, "bind") == 0 &&
           path_below(mount->source, work);
}

void clone_hidden_mounts(const struct config *config, int user, int *mounts)
{
    for (size_t i = 0; i < config->mount_count; i++) {
        const struct mount *mount = &config->mounts[i];
        struct mount_options options = read_options(mount->options);

        if (mounts[i] == -1 && is_hidden(config, mount))
            mounts[i] = clone_bind(mount, &options, user);
    }
}

/* -1 if it is none of the host's. */
static int clone_host_mount(const struct config *config,
                            const struct mount *mount, struct cgroup *cgroup,
                            int user)
{
    struct mount_options options = read_options(mount->options);

    if (is_remount(mount) || source_inside(config, mount))
        return -1;
    if (strcmp(mount->type, "bind") == 0)
        return clone_bind(mount, &options, user);
    if (strcmp(mount->type, "cgroup") == 0 && !cgroup->own_namespace)
        return clone_cgroups(mount, cgroup);
    return -1;
}

void clone_host_mounts(const struct config *config, struct cgroup *cgroup,
                       int user, int *mounts)
{
    for (size_t i = 0; i < config->mount_count; i++)
        if (mounts[i] == -1)
            mounts[i] =
                clone_host_mount(config, &config->mounts[i], cgroup, user);
}

/* ---- the container's own ---------------------------------------------------- */

static int prepare(const struct mount *mount, const struct cgroup *cgroup,
                   bool with_devices)
{
    int fd;

    if (strcmp(mount->type, "cgroup") == 0)
        return prepare_cgroup_view(mount, cgroup);
    fd = make_file_system(mount->type, mount->source, mount->options,
                          mount->destination);
    /* by the mount's own descriptor: a link named "dev" in the image could
     * have device nodes made elsewhere */
    if (strcmp(mount->destination, "/dev") == 0)
        fill_dev(fd, with_devices);
    return fd;
}

/* Since Linux 6.8, mountinfo lists mounts as they were made and not as they were
 * attached: one that was made early is made again, where the kernel can (6.15).
 */
static int make_again(int mount)
{
    int copy = clone_mount(mount, true);

    if (copy == -1)
        return mount;
    close(mount);
    return copy;
}

void prepare_mounts(const struct config *config, struct cgroup *cgroup,
                    const struct outside *outside)
{
    for (size_t i = 0; i < config->mount_count; i++) {
        const struct mount *mount = &config->mounts[i];
        int *fd = &outside->mounts[i];

        if (*fd == -1)
            *fd = clone_host_mount(config, mount, cgroup, -1);
        else if (is_tied(mount) || is_hidden(config, mount))
            *fd = make_again(*fd);
        if (*fd == -1 && !is_remount(mount) && !source_inside(config, mount))
            *fd = prepare(mount, cgroup, !outside->devices);
    }
}

/* ---- attaching ---------------------------------------------------------------- */

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
    case EACCES:
        return "it is not there, and only somebody else may make it: in a user "
               "namespace, the files must be for ids that it maps";
    case EPERM:
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

/* Its driver's options, and flags of the mount: what is not named stays. */
static void remount_one(const struct mount *mount, int root)
{
    struct mount_options options = read_options(mount->options), ignored = {0};
    const char *path = mount->destination;
    int target = open_plain_in_root(root, path, O_PATH);
    int fs = -1;

    if (target != -1)
        fs = sys_fspick(target, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
    if (fs == -1)
        fail_with_hint("there must be a mount to change", "remount %s", path);
    for (const char *const *option = mount->options; *option; option++)
        if (read_option(*option, &ignored) == OPTION_OF_SYSTEM &&
            set_system_option(fs, *option) == -1)
            fail("remount %s: option %s", path, *option);
    if (sys_fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) == -1 ||
        set_mount_flags(target, &options) == -1 ||
        set_propagation(target, options.propagation) == -1)
        fail("remount %s", path);
    explain("fspick(\"%s\"), mount_setattr() # remounted", path);
    close(fs);
    close(target);
}

static void attach_one(const struct mount *mount, const struct cgroup *cgroup,
                       int prepared, int root)
{
    int target;

    if (strcmp(mount->type, "tmpfs") == 0)
        begin_as_folder(mount, prepared, root);
    target = open_target(mount, prepared, root);
    refuse_procfs(target, mount);
    if (is_file(prepared) != is_file(target))
        fail_plainly("a file goes on a file, a folder on a folder",
                     "mount %s on %s: it is a %s", mount->type,
                     mount->destination, is_file(target) ? "file" : "folder");
    if (attach(prepared, target) == -1)
        fail("mount %s on %s", mount->type, mount->destination);
    if (strcmp(mount->type, "cgroup") == 0)
        finish_cgroup_view(prepared, mount, cgroup);
    explain("move_mount(\"%s\", \"%s\") # of %s", mount->type,
            mount->destination, mount->source);
    close(target);
}

void attach_mounts(const struct config *config, const struct cgroup *cgroup,
                   int *mounts, int root)
{
    for (size_t i = 0; i < config->mount_count; i++) {
        if (is_remount(&config->mounts[i])) {
            remount_one(&config->mounts[i], root);
            continue;
        }
        if (mounts[i] == -1)
            mounts[i] = clone_from_inside(config, &config->mounts[i], root);
        attach_one(&config->mounts[i], cgroup, mounts[i], root);
        close(mounts[i]);
    }
    free(mounts);
}

void finish_dev(const struct config *config, int root)
{
    for (size_t i = 0; i < config->mount_count; i++) {
        const struct mount *mount = &config->mounts[i];
        struct mount_options options = read_options(mount->options);
        int dev;

        if (strcmp(mount->destination, "/dev") != 0 ||
            strcmp(mount->type, "bind") == 0 ||
            !((options.set | options.all_set) & MOUNT_ATTR_RDONLY))
            continue;
        dev = open_plain_in_root(root, "/dev", O_PATH);
        if (dev == -1 || make_read_only(dev) == -1)
            fail("make /dev read-only");
        close(dev);
    }
}
