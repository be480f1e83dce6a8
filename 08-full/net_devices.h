/*
 * net_devices.h - network devices of the host's that move into the container.
 *
 * A device is in one network namespace at a time, and forgets its addresses
 * when it leaves. See rtnetlink(7), network_namespaces(7), and the OCI
 * specification, config-linux.md, "Network Devices".
 */
#pragma once

#include <sys/types.h>

#include "config.h"

/*
 * Moves config's devices from our network namespace to that of the process
 * `pid`, under their new names, with their permanent addresses of global scope,
 * and sets them up. Ends the program on failure; then those that were moved
 * are gone with the container's namespace, or back, as the kernel does it.
 */
void move_net_devices(const struct config *config, pid_t pid);
