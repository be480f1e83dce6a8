/*
 * bridge.h - the network of --network bridge, on the host's side.
 *
 *     host      toy-docker0 (bridge, 10.213.0.1) ── toy-veth2, toy-veth3, ...
 *                                                        │         │
 *     containers                                 eth0 10.213.0.2   ...
 *
 * It is there as long as a container uses it: the first one makes it, the last
 * one takes it along, and the table of nat.h with it.
 */
#pragma once

#include <sys/types.h>

#include "config.h"
#include "network.h"

/* Removes what dead runtimes left of this network, if it is there. */
void sweep_network(void);

/*
 * Before the container's process is made: takes an address and the ports, makes
 * the bridge if needed, and adds /etc/hosts and /etc/resolv.conf to the mounts.
 * Ends the program on failure.
 */
void prepare_network(struct config *config);

/* Connects the network namespace of `pid` to the bridge. Ends the program on
 * failure. */
void connect_to_bridge(const struct network *network, pid_t pid);

/* Undoes both, as far as they went. Warns on failure. */
void leave_network(struct network *network);
