/*
 * devices.h - the container's own /dev.
 *
 * devtmpfs is one instance for the whole kernel: it shows the host's disks
 * and lets a container remove the host's nodes. So /dev is a tmpfs of the
 * container's own with the few devices that programs expect. See the OCI
 * specification, config-linux.md, "Default Devices".
 */
#pragma once

#include <stdbool.h>

#include "config.h"

/*
 * Fills the tmpfs `dev` with folders for mounts, links, and, if `with_devices`,
 * the devices that every container has. Ends the program on failure.
 */
void fill_dev(int dev, bool with_devices);

/*
 * For a user namespace, whose root may not make device nodes that work: nodes
 * that the machine's root makes, as detached mounts for make_devices. Those that
 * every container has are copies of the host's. So are the others if we may not
 * make them, or join a user namespace; then they must be at the same path there.
 */
int *clone_devices(const struct config *config);

/*
 * Makes the further devices of the configuration below `root`, with mode and
 * owner. A device that is there already only gets these. If `cloned` is not
 * NULL, they are in there. Ends the program on failure.
 */
void make_devices(const struct config *config, int *cloned, int root);

/*
 * Opens the container's /dev/null below `root` for reading and writing, and
 * makes sure that it is that device and nothing that an image put there.
 */
int open_null(int root);

/* True if `fd` is open on the character device 1:3. */
bool is_null_device(int fd);
