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
 * Makes the folder config->root.path the process's "/", and lets go of the
 * host's root. From here on no path leads to the host. Returns a descriptor
 * of the new root for paths.h.
 */
int enter_rootfs(const struct config *config);

#endif
