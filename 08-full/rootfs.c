/* rootfs.c - from the host's root to the container's. */
#include "rootfs.h"

#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include "base.h"
#include "detached.h"
#include "mountinfo.h"
#include "namespaces.h"
#include "paths.h"
#include "read_only.h"
#include "syscalls.h"

static const char unmapped[] =
    "its files must be for ids that the user namespace maps, or for all";

void add_conf_files(struct config *config)
{
    static const char *const bind[] = {"bind", NULL};
    static const char *const files[] = {"hosts", "hostname", "resolv.conf"};

    for (size_t i = 0; i < COUNT(files); i++) {
        char *source =
            format_text("%s/../conf/%s", config->root.path, files[i]);

        /* with a network, the other two say what is true there: etc_files.c */
        if (config->network && strcmp(files[i], "hostname") != 0)
            continue;
        if (access(source, F_OK) == 0)
            add_mount(config,
                      &(struct mount){
                          .destination = format_text("/etc/%s", files[i]),
                          .type = "bind",
                          .source = source,
                          .options = bind,
                      });
    }
}

void mount_rootfs(const struct config *config, int root)
{
    const char *path = config->root.path;
    int place = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    /* root of a user namespace may not search the folders above it; then it is
     * mounted on what is there for all */
    if (place == -1 && errno == EACCES && !joined_path(config, CLONE_NEWNS))
        place = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place == -1)
        fail("rootfs %s", path);
    if (attach(root, place) == -1)
        fail("mount the rootfs %s on itself", path);
    close(place);
    /* in a mount namespace of others, what follows is not for those whom that
     * one is shared with */
    if (joined_path(config, CLONE_NEWNS) &&
        set_propagation(root, MS_PRIVATE | MS_REC) == -1)
        fail("make the rootfs %s private", path);
}

void unmount_rootfs(const char *path, int below)
{
    if (!below || mount_number(AT_FDCWD, path) == below)
        return;
    /* EINVAL: somebody else has unmounted all */
    if (umount2(path, MNT_DETACH) == -1 && errno != EINVAL)
        warn("cannot unmount %s: %s", path, strerror(errno));
}

static void pivot(const char *path)
{
    /* ".", ".": the old root is mounted over the new one, and lazily
     * unmounted; no folder is needed to put it in */
    if (sys_pivot_root(".", ".") == -1)
        fail("pivot_root to %s", path);
    if (umount2(".", MNT_DETACH) == -1)
        fail("umount the host's root");
    explain("pivot_root(\"%s\") # the host's root is gone", path);
}

/* ---- without pivot_root -------------------------------------------------- */

/* As long as one of these is to be seen whole, the kernel lets root of a user
 * namespace mount a new one: without the container's masked paths. */
static bool is_whole_view(const struct mount_entry *mount)
{
    return strcmp(mount->root, "/") == 0 && has_word("proc sysfs", mount->type);
}

static void take_away(const char *path)
{
    struct statfs status;

    /* there may be several, one above the other */
    while (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
        explain("umount2(\"%s\", MNT_DETACH)", path);
    if (statfs(path, &status) == -1 ||
        (status.f_type != PROC_SUPER_MAGIC && status.f_type != SYSFS_MAGIC))
        return;
    /* in a user namespace the host's mounts are locked */
    if (mount("tmpfs", path, "tmpfs", MS_RDONLY, NULL) == -1)
        fail("cover the host's %s", path);
}

static void take_whole_views_away(const char *own)
{
    struct mount_entry *mounts = read_mounts();

    if (!mounts)
        fail("read /proc/self/mountinfo");
    for (struct mount_entry *mount = mounts; mount->type; mount++)
        if (is_whole_view(mount) && strcmp(mount->mount_point, own) != 0 &&
            !path_below(mount->mount_point, own))
            take_away(mount->mount_point);
    free_mounts(mounts);
}

static void move_to_top(const char *path, int root)
{
    char *own = realpath(path, NULL); /* NULL where mount_rootfs() took "/" */

    take_whole_views_away(own ? own : path);
    if (own &&
        sys_move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) == -1)
        fail("move %s to /", path);
    free(own);
    if (chroot(".") == -1)
        fail("chroot to %s", path);
    explain("move_mount(\"%s\", \"/\") # the host's root is below", path);
}

void enter_rootfs(const struct config *config, int root)
{
    const char *path = config->root.path;
    const char *word = config->linux_.rootfs_propagation;

    if (fchdir(root) == -1)
        fail_with_hint(errno == EACCES ? unmapped : NULL,
                       "chdir to the rootfs %s", path);
    if (joined_path(config, CLONE_NEWNS)) {
        if (chroot(".") == -1) /* others keep the namespace's root */
            fail("chroot to %s", path);
    } else if (config->root.no_pivot) {
        move_to_top(path, root);
    } else {
        pivot(path);
    }
    if (chdir("/") == -1)
        fail("chdir /");
    if (word && set_propagation(root, find_propagation(word)) == -1)
        fail("set the propagation of the root file system");
}
