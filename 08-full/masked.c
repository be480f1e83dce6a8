/* masked.c - masked and read-only paths of /proc and /sys. */
#include "masked.h"

#include "base.h"
#include "detached.h"
#include "devices.h"
#include "paths.h"
#include "read_only.h"
#include "syscalls.h"

int prepare_mask(const struct config *config)
{
    static const struct mount_options read_only = {.all_set = MOUNT_ATTR_RDONLY,
                                                   .recursive = true};
    int mask;

    if (!config->linux_.masked_paths[0])
        return -1;
    mask = clone_host_tree("/dev/null", &read_only, "mask with");
    if (!is_null_device(mask))
        fail_plainly(NULL, "the host's /dev/null is not character device 1:3");
    return mask;
}

/* Opens what is to be covered. No links: a mask on another file would leave
 * this one open. Returns -1 if there is no such file. */
static int open_to_hide(int root, const char *path)
{
    int fd = open_plain_in_root(root, path, O_PATH);

    if (fd == -1 && errno != ENOENT && errno != ENOTDIR)
        fail("hide %s", path);
    return fd;
}

static void make_path_read_only(const char *path, int root)
{
    int place = open_to_hide(root, path);
    int copy;

    if (place == -1)
        return;
    copy = clone_mount(place, true);
    if (copy == -1 || make_tree_read_only(&copy) == -1 ||
        attach(copy, place) == -1)
        fail("mount %s read-only", path);
    explain("move_mount(\"%s\", \"%s\") # read-only", path, path);
    close(copy);
    close(place);
}

/* One mount is in one place: the first path gets the mask, others copies of it,
 * which can be made once it is in our namespace. */
static void cover(int place, int mask, bool *attached, const char *path)
{
    int copy = *attached ? clone_mount(mask, false) : mask;

    if (copy == -1 || attach(copy, place) == -1)
        fail("hide %s", path);
    if (copy != mask)
        close(copy);
    *attached = true;
}

/* What hides: the host's /dev/null, and an empty folder. */
struct masks {
    int file, folder; /* -1: not made yet */
    bool file_used, folder_used;
};

static void mask_folder(int place, struct masks *masks, const char *path)
{
    static const char *const empty[] = {"ro",     "nosuid",  "nodev",
                                        "noexec", "size=4k", NULL};

    if (masks->folder == -1)
        masks->folder = make_file_system("tmpfs", "tmpfs", empty, path);
    cover(place, masks->folder, &masks->folder_used, path);
}

static void mask_path(const char *path, int root, struct masks *masks)
{
    int place = open_to_hide(root, path);
    struct stat status;

    if (place == -1)
        return;
    if (fstat(place, &status) == -1)
        fail("hide %s", path);
    if (S_ISDIR(status.st_mode))
        mask_folder(place, masks, path);
    else
        cover(place, masks->file, &masks->file_used, path);
    explain("move_mount(\"%s\", \"%s\") # masked",
            S_ISDIR(status.st_mode) ? "tmpfs" : "/dev/null", path);
    close(place);
}

void hide_paths(const struct config *config, int mask, int root)
{
    const char *const *masked = config->linux_.masked_paths;
    const char *const *readonly = config->linux_.readonly_paths;
    struct masks masks = {.file = mask, .folder = -1};

    for (; *readonly; readonly++)
        make_path_read_only(*readonly, root);
    for (; *masked; masked++)
        mask_path(*masked, root, &masks);
    if (mask != -1)
        close(mask);
    if (masks.folder != -1)
        close(masks.folder);
}
