/* idmap.c - id-mapped mounts. */
#include "idmap.h"

#include "base.h"
#include "mount_options.h"
#include "syscalls.h"
#include "user_namespace.h"

bool is_id_mapped(const struct mount *mount)
{
    return mount->mappings.uid_count > 0 || read_options(mount->options).idmap;
}

void map_ids(int tree, const struct mount *mount, int user)
{
    bool own = mount->mappings.uid_count > 0;
    int namespace = own ? make_user_namespace(&mount->mappings) : user;
    struct mount_attr change = {.attr_set = MOUNT_ATTR_IDMAP,
                                .userns_fd = (uint64_t) namespace};
    bool all = read_options(mount->options).idmap_all;
    unsigned depth = all ? AT_RECURSIVE : 0;

    if (sys_mount_setattr(tree, "", AT_EMPTY_PATH | depth, &change) == -1)
        fail_with_hint(errno == EINVAL
                           ? "its file system cannot map ids, or does so "
                             "already; ext4, xfs, btrfs and tmpfs can"
                           : NULL,
                       "volume %s: map its ids", mount->source);
    explain("mount_setattr(\"%s\", MOUNT_ATTR_IDMAP)", mount->source);
    if (own)
        close(namespace);
}
