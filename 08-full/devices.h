/*
 * devices.h - the container's own /dev.
 *
 * devtmpfs is one instance for the whole kernel: it shows the host's disks
 * and lets a container remove the host's nodes. So /dev is a tmpfs of the
 * container's own with the few devices that programs expect. See the OCI
 * specification, config-linux.md, "Default Devices".
 */
#ifndef DEVICES_H
#define DEVICES_H

#include <stdbool.h>

#include "config.h"

/*
 * Fills the tmpfs `dev` with device nodes, folders for mounts, and links.
 * Ends the program on failure.
 */
void fill_dev(int dev);

/*
 * Makes the further devices of the configuration below `root`, with mode and
 * owner. A device that is there already only gets these. Ends the program on
 * failure.
 */
void make_devices(const struct config *config, int root);

/*
 * Opens the container's /dev/null below `root` for reading and writing, and
 * makes sure that it is that device and nothing that an image put there.
 */
int open_null(int root);

/* True if `fd` is open on the character device 1:3. */
bool is_null_device(int fd);

#endif
