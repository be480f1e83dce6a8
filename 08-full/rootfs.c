/* rootfs.c - from the host's root to the container's. */
#include "rootfs.h"

#include <sched.h>
#include <sys/mount.h>

#include "base.h"
#include "mounts.h"
#include "namespaces.h"
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

void enter_rootfs(const struct config *config, int root)
{
    const char *path = config->root.path;
    const char *word = config->linux_.rootfs_propagation;

    if (fchdir(root) == -1)
        fail_with_hint(errno == EACCES ? unmapped : NULL,
                       "chdir to the rootfs %s", path);
    if (!joined_path(config, CLONE_NEWNS))
        pivot(path);
    else if (chroot(".") == -1) /* others keep the namespace's root */
        fail("chroot to %s", path);
    if (chdir("/") == -1)
        fail("chdir /");
    if (word && set_propagation(root, find_propagation(word)) == -1)
        fail("set the propagation of the root file system");
}
