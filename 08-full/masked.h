/*
 * masked.h - what root in the container may not read, or not write.
 *
 * /proc and /sys are the same kernel for all: some files tell about the host
 * or steer it. Called after all other mounts, so that nothing covers a mask;
 * one that cannot be set ends the program. See the OCI specification,
 * config-linux.md, "Masked Paths", "Readonly Paths".
 */
#pragma once

#include "config.h"

/*
 * Opens the host's /dev/null for use as a mask: a detached mount, read-only so
 * that nobody changes the host's node through it. For when the host's files
 * can still be seen. -1 if no path is to be masked.
 */
int prepare_mask(const struct config *config);

/* Mounts the read-only paths read-only, the mask on the masked paths, and
 * closes it. Paths that this kernel does not have are left out. */
void hide_paths(const struct config *config, int mask, int root);
