/* devices.c - a /dev of the container's own. */
#include "devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../common/common.h"
#include "paths.h"
#include "sync.h"

static const struct {
    const char *name;
    unsigned major, minor;
} devices[] = {
    {"null", 1, 3},   {"zero", 1, 5},    {"full", 1, 7},
    {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0},
};

static const struct {
    const char *target, *name;
} links[] = {
    {"pts/ptmx", "ptmx"}, /* of the container's own devpts */
    {"/proc/self/fd", "fd"},       {"/proc/self/fd/0", "stdin"},
    {"/proc/self/fd/1", "stdout"}, {"/proc/self/fd/2", "stderr"},
};

static const char *const folders[] = {"pts", "shm", "mqueue"};

static void make_device(int dev, const char *name, unsigned major,
                        unsigned minor)
{
    if (mknodat(dev, name, S_IFCHR | 0666, makedev(major, minor)) == -1)
        fail("mknod /dev/%s", name);
    explain("mknod(\"/dev/%s\", S_IFCHR|0666, makedev(%u, %u))", name, major,
            minor);
}

void fill_dev(int dev)
{
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
        make_device(dev, devices[i].name, devices[i].major, devices[i].minor);
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        if (symlinkat(links[i].target, dev, links[i].name) == -1)
            fail("symlink /dev/%s", links[i].name);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (mkdirat(dev, folders[i], 0755) == -1)
            fail("mkdir /dev/%s", folders[i]);
}

static bool is_same_device(int folder, const char *name,
                           const struct device *device)
{
    struct stat status;

    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           (status.st_mode & S_IFMT) == (device->mode & S_IFMT) &&
           (S_ISFIFO(status.st_mode) ||
            status.st_rdev == makedev(device->major, device->minor));
}

static void make_one(const struct device *device, int root)
{
    char *folder = format_text("%s", device->path);
    char *name = strrchr(folder, '/');
    int parent;

    *name++ = '\0';
    parent = make_in_root(root, folder, false);
    if (parent == -1)
        fail("mknod %s: its folder", device->path);
    /* one that is there may have another mode: it is made anew */
    if (is_same_device(parent, name, device) && unlinkat(parent, name, 0) == -1)
        fail("unlink %s", device->path);
    if (mknodat(parent, name, device->mode,
                makedev(device->major, device->minor)) == -1)
        fail("mknod %s", device->path);
    /* the folder may belong to the image: no step here follows a link */
    if (fchownat(parent, name, device->uid, device->gid, AT_SYMLINK_NOFOLLOW) ==
        -1)
        fail("chown %s", device->path);
    explain("mknod(\"%s\") # %u:%u", device->path, device->major,
            device->minor);
    close(parent);
    free(folder);
}

void make_devices(const struct config *config, int root)
{
    /* whoever hands on the host's devices hands on this one: in here it is a
     * link into the container's own devpts */
    for (size_t i = 0; i < config->linux_.device_count; i++)
        if (strcmp(config->linux_.devices[i].path, "/dev/ptmx") != 0)
            make_one(&config->linux_.devices[i], root);
}

bool is_null_device(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) &&
           status.st_rdev == makedev(1, 3);
}

int open_null(int root)
{
    /* looked at before it is opened: opening a device can do things */
    int path = open_plain_in_root(root, "/dev/null", O_PATH);
    int fd;

    if (path == -1)
        fail_with_hint("what is mounted on /dev there must have the devices",
                       "open /dev/null in the container");
    if (!is_null_device(path))
        fail_plainly(NULL, "/dev/null in the container is not character "
                           "device 1:3");
    close(path);
    fd = open_plain_in_root(root, "/dev/null", O_RDWR | O_NOCTTY);
    if (fd == -1 || !is_null_device(fd))
        fail("open /dev/null in the container");
    return fd;
}
