/* changes.c - comparing upper/ with what is below it. */
#include "changes.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/xattr.h>

#include "base.h"
#include "config_json.h"
#include "names.h"
#include "paths.h"

/* ---- what is below ----------------------------------------------------------- */

/* The folders' paths for overlayfs: by descriptor they may have any name. It
 * wants two at least, so an empty one lies below them. */
static char *lower_folders(const struct record *record, const char *data_root,
                           const char *empty)
{
    struct store store = {.path = data_root};
    struct json layers = get_array(record->json, "layers");
    size_t count = count_elements(layers);
    char *lower = format_text("%s", empty);

    for (size_t i = count > 0 ? count : 1; i-- > 0;) {
        const char *path = count > 0 ? layer_path(&store, text_at(layers, i))
                                     : require_text(record->json, "rootfs");
        int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        char *longer = format_text("/proc/self/fd/%d:%s", fd, lower);

        if (fd == -1)
            fail("open %s, on which container %s stands", path, record->name);
        free(lower);
        lower = longer;
    }
    return lower;
}

/* In a mount namespace of our own, over the record's folder: whatever happens,
 * nothing of it stays. */
static int mount_below(const struct record *record, const char *data_root)
{
    char *empty = format_text("%s/empty", record->path);
    char *place = format_text("%s/below", record->path);
    char *options, *lower;
    int fd;

    if (unshare(CLONE_NEWNS) == -1 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
        fail("make a mount namespace");
    /* descriptors from the former namespace cannot be mounted */
    lower = lower_folders(record, data_root, empty);
    options =
        format_text("lowerdir=%s,redirect_dir=nofollow,metacopy=off", lower);
    if (mount("tmpfs", record->path, "tmpfs", 0, NULL) == -1 ||
        mkdir(empty, 0700) == -1 || mkdir(place, 0700) == -1 ||
        mount("overlay", place, "overlay", MS_RDONLY, options) == -1)
        fail("mount the layers of container %s", record->name);
    fd = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd == -1)
        fail("open the layers of container %s", record->name);
    free(options);
    free(lower);
    free(place);
    free(empty);
    return fd;
}

/* ---- entries ----------------------------------------------------------------- */

/* True if `errno` says that it is not there, or not any more: a container may
 * be running. */
static bool is_gone(void)
{
    return errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
}

int open_entry(int root, const char *path)
{
    int fd = open_plain_in_root(root, path, O_PATH | O_NOFOLLOW);

    if (fd == -1 && !is_gone()) {
        char *shown = format_text("%.200s", path);

        make_harmless(shown);
        fail_with_hint(errno == ENAMETOOLONG
                           ? "folders are nested deeper than a path can say"
                           : NULL,
                       "open %s", shown);
    }
    return fd;
}

/* What is the host's id `id` in the container? */
static uint32_t map_id(const struct id_mapping *mappings, size_t count,
                       uint32_t id)
{
    for (size_t i = 0; i < count; i++)
        if (id >= mappings[i].host && id - mappings[i].host < mappings[i].size)
            return mappings[i].container + (id - mappings[i].host);
    return id;
}

void stat_entry(const struct changes *changes, int entry, struct stat *status)
{
    const struct id_mappings *mappings = &changes->mappings;

    if (fstat(entry, status) == -1)
        fail("stat what the container has written");
    status->st_uid =
        map_id(mappings->uids, mappings->uid_count, status->st_uid);
    status->st_gid =
        map_id(mappings->gids, mappings->gid_count, status->st_gid);
}

/* The names in a folder, sorted, which is empty if it is not there. */
static int list_names(int root, const char *path, struct dirent ***names)
{
    int fd = open_plain_in_root(root, *path ? path : "/",
                                O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    int count = fd == -1 ? -1 : scandirat(fd, ".", names, NULL, alphasort);

    if (count == -1 && !is_gone())
        fail("read the folder %.200s", path);
    if (fd != -1)
        close(fd);
    return count == -1 ? 0 : count;
}

static void add_change(struct changes *changes, char kind, const char *path)
{
    if (changes->count % 256 == 0)
        changes->list = reallocarray(changes->list, changes->count + 256,
                                     sizeof(*changes->list));
    if (!changes->list)
        fail("allocate memory");
    changes->list[changes->count++] =
        (struct change){kind, format_text("%s", path)};
}

static void forget_last_change(struct changes *changes)
{
    free(changes->list[--changes->count].path);
}

/* "/proc/self/fd/N": it is the descriptor's file, and no link is followed. */
static char *path_of(int fd)
{
    return format_text("/proc/self/fd/%d", fd);
}

static bool is_whiteout(const struct stat *status)
{
    return S_ISCHR(status->st_mode) && status->st_rdev == 0;
}

static bool is_opaque(int folder)
{
    char *path = path_of(folder), value = 0;
    bool opaque = getxattr(path, "trusted.overlay.opaque", &value, 1) == 1 &&
                  value == 'y';

    free(path);
    return opaque;
}

static bool has_other_capabilities(int a, int b)
{
    static const char name[] = "security.capability";
    char *paths[] = {path_of(a), path_of(b)}, values[2][64];
    ssize_t sizes[2];

    for (int i = 0; i < 2; i++) {
        sizes[i] = getxattr(paths[i], name, values[i], sizeof(values[i]));
        free(paths[i]);
    }
    return sizes[0] != sizes[1] ||
           (sizes[0] > 0 &&
            memcmp(values[0], values[1], (size_t)sizes[0]) != 0);
}

/* docker's rule. A folder's size and time say nothing about it. */
static bool differs(int entry, const struct stat *now, int old,
                    const struct stat *was)
{
    if (now->st_mode != was->st_mode || now->st_uid != was->st_uid ||
        now->st_gid != was->st_gid || now->st_rdev != was->st_rdev)
        return true;
    if (S_ISDIR(now->st_mode))
        return false;
    return now->st_size != was->st_size ||
           now->st_mtim.tv_sec != was->st_mtim.tv_sec ||
           now->st_mtim.tv_nsec != was->st_mtim.tv_nsec ||
           (S_ISREG(now->st_mode) && has_other_capabilities(entry, old));
}

/* The runtime makes these, and the folders above them, to mount something
 * there. With something in it an entry is the container's. */
static bool is_for_a_mount(const char *path, const struct stat *status)
{
    static const char *const places[] = {"/dev",          "/proc",
                                         "/sys",          "/etc/hosts",
                                         "/etc/hostname", "/etc/resolv.conf"};
    size_t length = strlen(path);

    if (!S_ISDIR(status->st_mode) &&
        (!S_ISREG(status->st_mode) || status->st_size > 0))
        return false;
    for (size_t i = 0; i < COUNT(places); i++)
        if (strncmp(places[i], path, length) == 0 &&
            (!places[i][length] || places[i][length] == '/'))
            return true;
    return false;
}

/* ---- comparing ----------------------------------------------------------------- */

static void compare_folder(struct changes *changes, const char *path,
                           bool is_below, bool alone);

/* No descriptor stays open while folders are gone into: they may be deep. */
static void compare_entry(struct changes *changes, const char *path,
                          bool is_below, bool alone)
{
    int entry = open_entry(changes->upper, path);
    int old = is_below ? open_entry(changes->below, path) : -1;
    struct stat now = {0}, was = {0};
    bool changed = false, opaque = false;
    size_t count = changes->count;

    if (old != -1 && fstat(old, &was) == -1)
        fail("stat %.200s", path);
    if (entry != -1) {
        stat_entry(changes, entry, &now);
        opaque = S_ISDIR(now.st_mode) && is_opaque(entry);
        changed = old == -1 ? !is_for_a_mount(path, &now)
                            : differs(entry, &now, old, &was);
        close(entry);
    }
    if (old != -1)
        close(old);
    if (is_whiteout(&now) || entry == -1) {
        if (old != -1 && (alone || entry != -1))
            add_change(changes, 'D', path);
        return;
    }
    add_change(changes, old == -1 ? 'A' : 'C', path);
    if (S_ISDIR(now.st_mode))
        compare_folder(changes, path, S_ISDIR(was.st_mode), alone || opaque);
    if (!changed && changes->count == count + 1)
        forget_last_change(changes);
}

/* `is_below`: there is such a folder below, too. `alone`: but nothing that is in
 * it is seen any more. */
static void compare_folder(struct changes *changes, const char *path,
                           bool is_below, bool alone)
{
    struct dirent **here = NULL, **below = NULL;
    int count = list_names(changes->upper, path, &here);
    int more = is_below && alone ? list_names(changes->below, path, &below) : 0;

    for (int i = 0, j = 0; i < count || j < more;) {
        int order = i == count ? 1
                  : j == more  ? -1
                               : strcmp(here[i]->d_name, below[j]->d_name);
        const char *name = order <= 0 ? here[i]->d_name : below[j]->d_name;
        char *entry = format_text("%s/%s", path, name);

        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            compare_entry(changes, entry, is_below, alone);
        free(entry);
        if (order <= 0)
            free(here[i++]);
        if (order >= 0)
            free(below[j++]);
    }
    free(here);
    free(below);
}

void find_changes(struct changes *changes, const struct record *record,
                  const char *data_root)
{
    *changes = (struct changes){
        .upper = open_folder(record->folder, "upper"),
    };
    if (changes->upper == -1 && record->status.started)
        fail_plainly("--storage-opt size=, and a store on an overlay, do that",
                     "what container %s changes is in its memory, not on disk",
                     record->name);
    load_mappings(get_object(read_record_config(record), "linux"),
                  &changes->mappings);
    changes->below = mount_below(record, data_root);
    if (changes->upper != -1)
        compare_folder(changes, "", true, is_opaque(changes->upper));
}

void list_files(struct changes *changes, int folder)
{
    *changes = (struct changes){.upper = folder, .below = -1};
    compare_folder(changes, "", false, true);
}
