/* layers.c - overlayfs. */
#include "layers.h"

#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include "base.h"
#include "detached.h"
#include "idmap.h"
#include "mount_options.h"

static int open_place(int folder, const char *path)
{
    int fd = openat(folder, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd == -1)
        fail("rootfs %s", path);
    return fd;
}

/* With a user namespace, its owners are those that are root inside and so on. */
static int open_layer(const char *path, int user)
{
    static const struct mount_options alone = {0};
    static const char *const options[] = {NULL};
    int fd = open_place(AT_FDCWD, path), tree;

    if (user == -1)
        return fd;
    tree = clone_host_tree(path, &alone, "layer");
    map_ids(tree, &(struct mount){.source = path, .options = options}, user);
    /* overlayfs takes no mount that is nowhere */
    if (attach(tree, fd) == -1)
        fail("mount the layer %s", path);
    close(fd);
    return tree;
}

/* It may be there from an earlier run. */
static int make_folder(int folder, const char *name)
{
    if (mkdirat(folder, name, 0755) == -1 && errno != EEXIST)
        fail("mkdir %s for what the container writes", name);
    return open_place(folder, name);
}

/* overlayfs does not write on another overlay, the root of a machine that is a
 * container itself. */
static bool is_overlay(int fd)
{
    struct statfs status;

    return fstatfs(fd, &status) == 0 && status.f_type == OVERLAYFS_SUPER_MAGIC;
}

/* The folder that gets what the container writes: on disk, or where that is
 * limited or not possible, in memory. */
static int open_work(const struct config *config)
{
    uint64_t most = config->root.most_written;
    int work = open_place(AT_FDCWD, config->root.work), memory;
    const char *options[] = {"mode=755", NULL, NULL};

    if (most == UNLIMITED && !is_overlay(work))
        return work;
    if (most != UNLIMITED)
        options[1] = format_text("size=%llu", (unsigned long long)most);
    memory = make_file_system("tmpfs", "upper", options, config->root.work);
    if (attach(memory, work) == -1)
        fail("mount tmpfs on %s", config->root.work);
    close(work);
    return memory;
}

/* "/" itself looks as in the topmost layer. */
static void copy_attributes(int from, int to)
{
    char *path = format_text("/proc/self/fd/%d", to);
    struct stat status;

    if (fstat(from, &status) == -1 ||
        chown(path, status.st_uid, status.st_gid) == -1 ||
        chmod(path, status.st_mode & 07777) == -1)
        fail("set the owner and mode of the root file system");
    free(path);
}

/*
 * mount(2), not fsconfig(2): that takes at most 256 bytes in one value, which
 * is too few for many layers where Linux lacks "lowerdir+" (before 6.7). By
 * descriptor, layers may have any name, and as many fit in mount's 4096 bytes.
 */
static void mount_overlay(const char *place, const char *lower, int upper,
                          int work, bool stays)
{
    /* volatile: what is written is gone with the container, so nobody need
     * wait for the disk. The rest: nothing in a layer is an order to us */
    char *options = format_text(
        "lowerdir=%s,upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d,%s"
        "redirect_dir=nofollow,metacopy=off,index=off",
        lower, upper, work, stays ? "" : "volatile,");

    if (mount("overlay", place, "overlay", 0, options) == -1)
        fail_with_hint(
            errno == EINVAL   ? "overlayfs cannot write on every file system: "
                                "--data-root DIR on one it can, or "
                                "--storage-opt size=1G: in memory"
            : errno == ENODEV ? "the kernel has no overlayfs: modprobe overlay"
                              : NULL,
            "mount overlay on %s", place);
    explain("mount(\"overlay\", \"%s\", \"%s\")", place, options);
    free(options);
}

void mount_layers(const struct config *config, int user)
{
    const char *const *layers = config->root.layers;
    int work, upper, inner, top = -1;
    char *lower = or_empty(NULL);
    bool is_new;

    if (!layers)
        return;
    for (; *layers; layers++) {
        int fd = open_layer(*layers, user);

        lower = append(lower, "%s/proc/self/fd/%d", *lower ? ":" : "", fd);
        top = top == -1 ? fd : top;
    }
    work = open_work(config);
    is_new = faccessat(work, "upper", F_OK, AT_SYMLINK_NOFOLLOW) == -1;
    upper = make_folder(work, "upper");
    inner = make_folder(work, "work");
    close(make_folder(work, "root"));
    if (is_new)
        copy_attributes(top, upper);
    mount_overlay(config->root.path, lower, upper, inner, config->root.stays);
    free(lower);
}
