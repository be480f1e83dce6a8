/*
 * rootfs.h - the container's own root, and the end of the host's.
 *
 * See pivot_root(2), mount_namespaces(7).
 */
#pragma once

#include "config.h"

/*
 * Adds mounts for those of hosts, hostname and resolv.conf that are in the
 * folder conf/ beside the root file system.
 */
void add_conf_files(struct config *config);

/*
 * Mounts `root`, a detached copy of config->root.path, on that folder: a root has
 * to be a mount. Afterwards it is for paths.h.
 */
void mount_rootfs(const struct config *config, int root);

/*
 * For a container in the host's mount namespace, whose mounts do not end with
 * it: at the end, if another mount is at `path` than that one was (its
 * mount_number()), unmounts it with all that is mounted in it. 0 does nothing.
 */
void unmount_rootfs(const char *path, int below);

/*
 * Makes it the process's "/", and lets go of the host's root. From here on no
 * path leads to the host. With config->root.no_pivot the host's root is only
 * covered, and its /proc and /sys are gone: who may unmount "/" gets at the rest.
 */
void enter_rootfs(const struct config *config, int root);
