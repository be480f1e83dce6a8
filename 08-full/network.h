/*
 * network.h - the container's network, from inside: a loopback device, and with
 * --network bridge the end of a wire whose other end is at the host's bridge.
 */
#pragma once

#include <netinet/in.h>
#include <stdint.h>

#include "../common/common.h"

/* What --network bridge asks for, and what the container gets. */
struct network {
    struct list ports;  /* texts of -p, one port each, see ports.h */
    bool publish_all;   /* and what the image has ports for */
    struct list dns;    /* addresses; empty: the host's */
    struct list hosts;  /* "NAME:ADDRESS" */
    struct list search; /* domains; empty: the host's */
    uint64_t rate;      /* bytes a second in each direction; 0: any */

    /* from prepare_network: */
    int pool;  /* folder of all addresses while it is locked, else -1 */
    int lease; /* folder of ours, locked; -1: none */
    struct in_addr address, gateway;
};

/*
 * Sets the loopback device of the caller's network namespace up, by a
 * rtnetlink message. Ends the program on failure. See rtnetlink(7), netlink(7).
 */
void set_loopback_up(void);

/* Gives eth0 its address, route and limit. Ends the program on failure. */
void set_up_wire(const struct network *network);
