/* masked.c - masked and read-only paths of /proc and /sys. */
#include "masked.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "devices.h"
#include "mounts.h"
#include "paths.h"
#include "read_only.h"
#include "sync.h"
#include "syscalls.h"

static size_t count_paths(const char *const *paths)
{
    size_t count = 0;

    while (paths[count])
        count++;
    return count;
}

int *prepare_masks(const struct config *config)
{
    static const struct mount_options read_only = {.all_set = MOUNT_ATTR_RDONLY,
                                                   .recursive = true};
    size_t count = count_paths(config->linux_.masked_paths);
    int *masks = calloc(count + 1, sizeof(*masks));

    if (!masks)
        fail("allocate memory");
    for (size_t i = 0; i < count; i++) {
        masks[i] = clone_host_tree("/dev/null", &read_only, "mask with");
        if (!is_null_device(masks[i]))
            fail_plainly(NULL, "the host's /dev/null is not character "
                               "device 1:3");
    }
    return masks;
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
    copy = sys_open_tree(place, "",
                         OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH |
                             AT_RECURSIVE);
    if (copy == -1 || make_tree_read_only(&copy) == -1 ||
        attach(copy, place) == -1)
        fail("mount %s read-only", path);
    explain("move_mount(\"%s\", \"%s\") # read-only", path, path);
    close(copy);
    close(place);
}

static void mask_path(const char *path, int root, int null)
{
    static const char *const empty[] = {"ro",     "nosuid",  "nodev",
                                        "noexec", "size=4k", NULL};
    int place = open_to_hide(root, path);
    struct stat status;
    int mask = null;

    if (place == -1)
        return;
    if (fstat(place, &status) == -1)
        fail("hide %s", path);
    if (S_ISDIR(status.st_mode))
        mask = make_file_system("tmpfs", "tmpfs", empty, path);
    if (attach(mask, place) == -1)
        fail("hide %s", path);
    explain("move_mount(\"%s\", \"%s\") # masked",
            mask == null ? "/dev/null" : "tmpfs", path);
    if (mask != null)
        close(mask);
    close(place);
}

void hide_paths(const struct config *config, int *masks, int root)
{
    const char *const *masked = config->linux_.masked_paths;
    const char *const *readonly = config->linux_.readonly_paths;

    for (; *readonly; readonly++)
        make_path_read_only(*readonly, root);
    for (size_t i = 0; masked[i]; i++) {
        mask_path(masked[i], root, masks[i]);
        close(masks[i]);
    }
    free(masks);
}
