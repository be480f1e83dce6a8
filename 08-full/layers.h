/*
 * layers.h - a root file system of layers: folders that are only read, and on
 * top of them one that takes all that the container writes.
 *
 *        the container's /          what the kernel shows: the topmost wins
 *     ─────────┬───────────
 *      upper/  │ what it writes; a file that it removes becomes a whiteout,
 *              │ a device with the number 0:0, which hides the ones below
 *      layer   │ never changed, and shared
 *      layer   │ by all containers that stack it
 *     ─────────┴───────────
 *
 * See the kernel's Documentation/filesystems/overlayfs.rst.
 */
#pragma once

#include "config.h"

/* The most that are stacked. */
enum { MOST_LAYERS = 128 };

/*
 * If config->root has layers: mounts them, with the folder for what is written
 * in front, on config->root.path, in this mount namespace, which is the
 * container's own. `user`: its new user namespace, which the layers' owners are
 * mapped to, or -1.
 */
void mount_layers(const struct config *config, int user);
