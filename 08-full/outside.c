/* outside.c - the host's part of a container's files. */
#include "outside.h"

#include <sys/mount.h>

#include "base.h"
#include "detached.h"
#include "devices.h"
#include "layers.h"
#include "masked.h"
#include "mounts.h"

static void make_mounts_private(void)
{
    if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == -1)
        fail("mount MS_PRIVATE|MS_REC on /");
    explain("mount(NULL, \"/\", NULL, MS_PRIVATE|MS_REC) # %s",
            namespace_id("mnt"));
}

static int clone_root(const struct config *config, uint64_t propagation)
{
    const struct mount_options whole = {.recursive = true,
                                        .propagation = propagation};

    return clone_host_tree(config->root.path, &whole, "rootfs");
}

void take_from_host(const struct config *config, int user,
                    struct outside *outside)
{
    const char *word = config->linux_.rootfs_propagation;
    uint64_t propagation = word ? find_propagation(word) : 0;
    bool tied = propagation & MS_SLAVE;

    /* copies of mounts whose changes are to be seen inside: that is lost once
     * all are private */
    outside->mounts = clone_tied_mounts(config, user);
    if (tied)
        outside->root = clone_root(config, propagation);
    /* before anything is attached: it must not appear on the host */
    make_mounts_private();
    clone_hidden_mounts(config, user, outside->mounts);
    mount_layers(config, user);
    if (!tied)
        outside->root = clone_root(config, 0);
    outside->mask = prepare_mask(config);
    /* who may not make device nodes gets the host's */
    outside->devices = user != -1 ? clone_devices(config) : NULL;
}
