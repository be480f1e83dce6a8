/*
 * rootfs.h - the container's own root, and the end of the host's.
 *
 * See pivot_root(2), mount_namespaces(7).
 */
#ifndef ROOTFS_H
#define ROOTFS_H

#include "config.h"

/*
 * Cuts the mount namespace off from the host's: no mount made here will
 * appear there, nor the other way round. First thing to do with mounts.
 */
void make_mounts_private(void);

/*
 * Adds mounts for those of hosts, hostname and resolv.conf that are in the
 * folder conf/ beside the root file system.
 */
void add_conf_files(struct config *config);

/*
 * Mounts the folder config->root.path on itself: a root has to be a mount.
 * Returns a descriptor of it for paths.h.
 */
int mount_rootfs(const struct config *config);

/*
 * Makes it the process's "/", and lets go of the host's root. From here on no
 * path leads to the host.
 */
void enter_rootfs(const struct config *config, int root);

#endif
