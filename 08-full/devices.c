/* devices.c - a /dev of the container's own. */
#include "devices.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include "base.h"
#include "detached.h"
#include "paths.h"
#include "syscalls.h"

static const struct device usual[] = {
    {"/dev/null", S_IFCHR | 0666, 1, 3, 0, 0},
    {"/dev/zero", S_IFCHR | 0666, 1, 5, 0, 0},
    {"/dev/full", S_IFCHR | 0666, 1, 7, 0, 0},
    {"/dev/random", S_IFCHR | 0666, 1, 8, 0, 0},
    {"/dev/urandom", S_IFCHR | 0666, 1, 9, 0, 0},
    {"/dev/tty", S_IFCHR | 0666, 5, 0, 0, 0},
};

enum { USUAL = COUNT(usual) };

static const struct {
    const char *target, *name;
} links[] = {
    {"pts/ptmx", "ptmx"}, /* of the container's own devpts */
    {"/proc/self/fd", "fd"},       {"/proc/self/fd/0", "stdin"},
    {"/proc/self/fd/1", "stdout"}, {"/proc/self/fd/2", "stderr"},
};

static const char *const folders[] = {"pts", "shm", "mqueue"};

static void make_usual(int dev, const struct device *device)
{
    const char *name = strrchr(device->path, '/') + 1;

    if (mknodat(dev, name, device->mode,
                makedev(device->major, device->minor)) == -1)
        fail("mknod %s", device->path);
    explain("mknod(\"%s\", S_IFCHR|0666, makedev(%u, %u))", device->path,
            device->major, device->minor);
}

void fill_dev(int dev, bool with_devices)
{
    for (size_t i = 0; i < USUAL && with_devices; i++)
        make_usual(dev, &usual[i]);
    for (size_t i = 0; i < COUNT(links); i++)
        if (symlinkat(links[i].target, dev, links[i].name) == -1)
            fail("symlink /dev/%s", links[i].name);
    for (size_t i = 0; i < COUNT(folders); i++)
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

/* The folder that it goes to; *name is what it is called there. */
static int open_parent(const struct device *device, int root, const char **name)
{
    const char *slash = strrchr(device->path, '/');
    char *folder =
        format_text("%.*s", (int)(slash - device->path), device->path);
    int parent = make_in_root(root, folder, false);

    if (parent == -1)
        fail("device %s: its folder", device->path);
    free(folder);
    *name = slash + 1;
    return parent;
}

static void make_one(const struct device *device, int root)
{
    const char *name;
    int parent = open_parent(device, root, &name);

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
}

/* ---- in a user namespace ---------------------------------------------------- */

static int clone_device(const struct device *device)
{
    static const struct mount_options as_it_is = {0};
    struct stat status;
    int fd;

    if (S_ISFIFO(device->mode))
        return -1; /* anybody may make one */
    fd = clone_host_tree(device->path, &as_it_is, "device");
    if (fstat(fd, &status) == -1)
        fail("device %s", device->path);
    if ((status.st_mode & S_IFMT) != (device->mode & S_IFMT) ||
        status.st_rdev != makedev(device->major, device->minor))
        fail_plainly("in a user namespace, it is the host's of that name",
                     "device %s: the host's is not %u:%u", device->path,
                     device->major, device->minor);
    return fd;
}

/* The machine's id of one of a new user namespace. */
static uint32_t outer_id(const struct id_mapping *mappings, size_t count,
                         uint32_t id, const struct device *device)
{
    for (size_t i = 0; i < count; i++)
        if (id >= mappings[i].container &&
            id - mappings[i].container < mappings[i].size)
            return mappings[i].host + (id - mappings[i].container);
    fail_plainly("the user namespace does not map this id",
                 "device %s: owner %u", device->path, id);
}

/* One that the machine's root makes works. Returns a detached copy of it, or -1
 * if we may not: we are in a user namespace ourselves. */
static int make_outside(const struct device *device,
                        const struct id_mappings *to, int store,
                        const char *name)
{
    uid_t uid = outer_id(to->uids, to->uid_count, device->uid, device);
    gid_t gid = outer_id(to->gids, to->gid_count, device->gid, device);
    int fd;

    if (mknodat(store, name, device->mode,
                makedev(device->major, device->minor)) == -1) {
        if (errno == EPERM)
            return -1;
        fail("mknod %s", device->path);
    }
    if (fchownat(store, name, uid, gid, AT_SYMLINK_NOFOLLOW) == -1 ||
        fchmodat(store, name, device->mode & 07777, 0) == -1)
        fail("chown %s", device->path);
    fd = sys_open_tree(store, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (fd == -1)
        fail("device %s", device->path);
    return fd;
}

/* A tmpfs to make nodes in. It covers the root file system, of which a copy has
 * been made: older kernels copy what is attached alone. */
static int open_store(const struct config *config)
{
    static const char *const options[] = {"mode=700", NULL};
    int store = make_file_system("tmpfs", "tmpfs", options, "devices");
    int place = open(config->root.path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (place == -1 || attach(store, place) == -1)
        fail("mount a tmpfs on %s, for devices", config->root.path);
    close(place);
    return store;
}

static void close_store(int store)
{
    char *path = format_text("/proc/self/fd/%d", store);

    if (umount2(path, MNT_DETACH) == -1)
        fail("umount the tmpfs for devices");
    free(path);
    close(store);
}

int *clone_devices(const struct config *config)
{
    size_t count = config->linux_.device_count;
    int *list = allocate(USUAL + count, sizeof(*list));
    /* how one that was made before maps ids is not known here */
    bool new = count > 0 && config->linux_.namespaces &CLONE_NEWUSER;
    int store = new ? open_store(config) : -1;

    for (size_t i = 0; i < USUAL; i++)
        list[i] = clone_device(&usual[i]);
    for (size_t i = 0; i < count; i++) {
        const struct device *device = &config->linux_.devices[i];
        int *fd = &list[USUAL + i];

        *fd = new && !S_ISFIFO(device->mode)
                ? make_outside(device, &config->linux_.mappings, store,
                               format_text("%zu", i))
                : -1;
        if (*fd == -1)
            *fd = clone_device(device);
    }
    if (new)
        close_store(store);
    return list;
}

/* A file to mount the node on, in a folder that may be the image's: no step
 * here follows a link. */
static int open_place(int parent, const char *name)
{
    int fd = openat(parent, name,
                    O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd == -1 && errno != EEXIST)
        return -1;
    if (fd != -1)
        close(fd);
    return openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

static void attach_device(const struct device *device, int cloned, int root)
{
    const char *name;
    int parent = open_parent(device, root, &name), place;

    if (!is_same_device(parent, name, device)) {
        place = open_place(parent, name);
        if (place == -1 || attach(cloned, place) == -1)
            fail("mount the host's %s in the container", device->path);
        explain("move_mount(\"%s\", \"%s\")", device->path, device->path);
        close(place);
    }
    close(parent);
    close(cloned);
}

void make_devices(const struct config *config, int *cloned, int root)
{
    for (size_t i = 0; i < USUAL && cloned; i++)
        attach_device(&usual[i], cloned[i], root);
    for (size_t i = 0; i < config->linux_.device_count; i++) {
        const struct device *device = &config->linux_.devices[i];

        /* whoever hands on the host's devices hands on this one: in here it is
         * a link into the container's own devpts */
        if (strcmp(device->path, "/dev/ptmx") == 0)
            continue;
        if (cloned && cloned[USUAL + i] != -1)
            attach_device(device, cloned[USUAL + i], root);
        else
            make_one(device, root);
    }
    free(cloned);
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
