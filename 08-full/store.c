/* store.c - the store's lock, and the folders of those who are at work. */
#include "store.h"

#include <sys/file.h>

#include "base.h"
#include "digest.h"
#include "tree.h"

const char default_data_root[] = "/var/lib/toy-docker";

static const char work_name[] = "work";
/* For root alone: what containers write may be setuid. */
static const char *const folder_names[] = {work_name, "layers", "images",
                                           "containers"};

/* For atexit: our own folder in work/. */
static struct {
    int parent, folder;
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
    for (size_t i = 0; i < COUNT(folder_names); i++)
        if (mkdirat(store->folder, folder_names[i], 0700) == -1 &&
            errno != EEXIST)
            fail("mkdir %s/%s", path, folder_names[i]);
}

const char store_hint[] = "--data-root DIR is a store elsewhere";

int lock_store(const struct store *store)
{
    /* not for writing: a store that is read-only can still be looked at */
    int fd = openat(store->folder, "lock",
                    O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

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
    DIR *folder = list_folder(work, ".");
    struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        int fd = open_folder(work, entry->d_name);

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
    int lock = lock_store(store), number = 1;

    own.parent =
        openat(store->folder, work_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (own.parent == -1)
        fail("open %s/%s", store->path, work_name);
    sweep_work(own.parent);
    own.name = format_text("%d", number);
    while (mkdirat(own.parent, own.name, 0755) == -1) {
        if (errno != EEXIST)
            fail_with_hint(store_hint, "mkdir %s/%s/%s", store->path, work_name,
                           own.name);
        free(own.name);
        own.name = format_text("%d", ++number);
    }
    /* stays open, and locked, until the program ends */
    own.folder = open_folder(own.parent, own.name);
    if (own.folder == -1 || flock(own.folder, LOCK_EX | LOCK_NB) == -1)
        fail("lock %s/%s/%s", store->path, work_name, own.name);
    if (atexit(remove_own_folder) != 0)
        fail("atexit");
    close(lock);
    return format_text("%s/%s/%s", store->path, work_name, own.name);
}

/* ---- layers ------------------------------------------------------------------- */

static const char *layer_name(const char *digest)
{
    static char name[sizeof("layers/") + 64];

    snprintf(name, sizeof(name), "layers/%s", digits_of(digest));
    return name;
}

char *layer_path(const struct store *store, const char *digest)
{
    return format_text("%s/%s", store->path, layer_name(digest));
}

int hold_layer(const struct store *store, const char *digest)
{
    int fd = open_folder(store->folder, layer_name(digest));

    /* only who has the store's lock takes this one alone, and not for long */
    if (fd != -1 && flock(fd, LOCK_SH) == -1)
        fail("lock %s/%s", store->path, layer_name(digest));
    return fd;
}

int publish_layer(const struct store *store, const char *name,
                  const char *digest)
{
    int lock, held, fd = open_folder(own.folder, name);

    /* all of it is on disk before it gets its name, and the name is, before
     * an image's file says it */
    if (fd == -1 || syncfs(fd) == -1 || flock(fd, LOCK_SH) == -1)
        fail("write the layer %s", digest);
    lock = lock_store(store);
    held = hold_layer(store, digest);
    if (held != -1) {
        close(fd);
    } else {
        held = fd;
        if (renameat(own.folder, name, store->folder, layer_name(digest)) ==
                -1 ||
            fsync(store->folder) == -1)
            fail("rename the layer %s", digest);
    }
    close(lock);
    if (remove_tree(own.folder, name) == -1)
        fail("remove %s/%s/%s/%s", store->path, work_name, own.name, name);
    return held;
}

static bool is_used(const char *digits, const char *const *used)
{
    for (; *used; used++)
        if (strcmp(digits, digits_of(*used)) == 0)
            return true;
    return false;
}

void sweep_layers(const struct store *store, const char *const *used)
{
    DIR *folder = list_folder(store->folder, "layers");
    int layers = folder ? dirfd(folder) : -1;
    struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        int fd = *entry->d_name == '.' || is_used(entry->d_name, used)
                   ? -1
                   : open_folder(layers, entry->d_name);

        if (fd == -1)
            continue;
        /* not removed in its place: a kill would leave a part of it */
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 &&
            renameat(layers, entry->d_name, own.folder, entry->d_name) == -1)
            warn("cannot remove the layer %s: %s", entry->d_name,
                 strerror(errno));
        close(fd);
    }
    if (folder)
        closedir(folder);
}
