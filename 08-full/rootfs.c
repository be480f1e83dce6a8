/* rootfs.c - from the host's root to the container's. */
#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "../common/common.h"
#include "mounts.h"
#include "sync.h"
#include "syscalls.h"

void make_mounts_private(void)
{
    if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == -1)
        fail("mount MS_PRIVATE|MS_REC on /");
    explain("mount(NULL, \"/\", NULL, MS_PRIVATE|MS_REC) # %s",
            namespace_id("mnt"));
}

void add_conf_files(struct config *config)
{
    static const char *const bind[] = {"bind", NULL};
    static const char *const files[] = {"hosts", "hostname", "resolv.conf"};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char *source =
            format_text("%s/../conf/%s", config->root.path, files[i]);

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

int mount_rootfs(const struct config *config)
{
    const char *path = config->root.path;
    static const struct mount_options whole = {.recursive = true};
    int tree = clone_host_tree(path, &whole, "rootfs");
    int place = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (place == -1)
        fail("rootfs %s", path);
    if (attach(tree, place) == -1)
        fail("mount the rootfs %s on itself", path);
    close(place);
    return tree;
}

void enter_rootfs(const struct config *config, int root)
{
    const char *path = config->root.path;

    if (fchdir(root) == -1)
        fail("chdir to the rootfs %s", path);
    /* ".", ".": the old root is mounted over the new one, and lazily
     * unmounted; no folder is needed to put it in */
    if (sys_pivot_root(".", ".") == -1)
        fail("pivot_root to %s", path);
    if (umount2(".", MNT_DETACH) == -1)
        fail("umount the host's root");
    if (chdir("/") == -1)
        fail("chdir /");
    if (config->linux_.rootfs_propagation &&
        set_propagation(
            root, find_propagation(config->linux_.rootfs_propagation)) == -1)
        fail("set the propagation of the root file system");
    explain("pivot_root(\"%s\") # the host's root is gone", path);
}
