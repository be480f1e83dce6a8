/* store.c - the store's lock, and the folders of those who are at work. */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "sync.h"
#include "tree.h"

const char default_data_root[] = "/var/lib/toy-docker";

static const char work_name[] = "work";

/* For atexit: our own folder in work/. */
static struct {
    int parent;
    char *name;
} own;

void open_store(struct store *store, const char *path)
{
    store->path = path;
    if (geteuid() != 0)
        fail_plainly("sudo", "%s: layers and images are for root", path);
    if (make_dir(path) == -1)
        fail("mkdir %s", path);
    store->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->folder == -1)
        fail("open %s", path);
    if (mkdirat(store->folder, work_name, 0700) == -1 && errno != EEXIST)
        fail("mkdir %s/%s", path, work_name);
}

int lock_store(const struct store *store)
{
    int fd = openat(store->folder, "lock",
                    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    while (fd != -1 && flock(fd, LOCK_EX) == -1)
        if (errno != EINTR)
            fail("lock %s", store->path);
    if (fd == -1)
        fail("open %s/lock", store->path);
    return fd;
}

/* Whoever works in a folder of work/ holds its lock; without one it is what a
 * killed run has left. */
static void sweep_work(int work)
{
    int copy = fcntl(work, F_DUPFD_CLOEXEC, 0);
    DIR *folder = copy == -1 ? NULL : fdopendir(copy);
    struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        int fd = openat(work, entry->d_name,
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        if (*entry->d_name != '.' && fd != -1 &&
            flock(fd, LOCK_EX | LOCK_NB) == 0 &&
            remove_tree(work, entry->d_name) == -1)
            warn("cannot remove the old folder work/%s: %s", entry->d_name,
                 strerror(errno));
        if (fd != -1)
            close(fd);
    }
    if (folder)
        closedir(folder);
}

static void remove_own_folder(void)
{
    if (remove_tree(own.parent, own.name) == -1)
        warn("cannot remove the folder work/%s: %s", own.name, strerror(errno));
}

const char *make_work_folder(const struct store *store)
{
    int lock = lock_store(store), number = 1, fd;

    own.parent =
        openat(store->folder, work_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (own.parent == -1)
        fail("open %s/%s", store->path, work_name);
    sweep_work(own.parent);
    own.name = format_text("%d", number);
    while (mkdirat(own.parent, own.name, 0755) == -1) {
        if (errno != EEXIST)
            fail("mkdir %s/%s/%s", store->path, work_name, own.name);
        free(own.name);
        own.name = format_text("%d", ++number);
    }
    /* stays open, and locked, until the program ends */
    fd = openat(own.parent, own.name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd == -1 || flock(fd, LOCK_EX | LOCK_NB) == -1)
        fail("lock %s/%s/%s", store->path, work_name, own.name);
    if (atexit(remove_own_folder) != 0)
        fail("atexit");
    close(lock);
    return format_text("%s/%s/%s", store->path, work_name, own.name);
}
