/*
 * links.h - network links: bridge and veth, their addresses, routes and queues.
 *
 * All of them act in the network namespace of the caller and return 0, or -1
 * and errno. Addresses are in network byte order. See ip-link(8), veth(4).
 */
#pragma once

#include <netinet/in.h>
#include <stdint.h>
#include <sys/types.h>

/* All networks here have 256 addresses. */
enum { PREFIX_LENGTH = 24 };

/* Makes a bridge, whose hardware address belongs to `address`. Its own: else it
 * would be that of the port with the lowest, and change with the ports. */
int make_bridge(const char *name, struct in_addr address);

/*
 * Makes a pair of links that are a wire: `name` as a port of `bridge`, up, and
 * the other end, eth0, in the network namespace of the process `pid`, with the
 * hardware address of `address`.
 */
int make_wire(const char *name, const char *bridge, pid_t pid,
              struct in_addr address, uint32_t mtu);

/* Lets a bridge send out of the port `name` what came in there: a container that
 * uses its own published port, where the bridge filters as a router does
 * (net.bridge.bridge-nf-call-iptables). See bridge(8). */
int allow_hairpin(const char *name);

/* Removes a link. That of a pair takes the other one along. */
int remove_link(const char *name);

int set_link_up(const char *name);

/* Gives the link an address in a network of PREFIX_LENGTH bits. */
int add_address(const char *name, struct in_addr address);

/* What is not for a network of the namespace's own goes to `gateway`. */
int add_default_route(const char *name, struct in_addr gateway);

/*
 * Lets the link send at most `rate` bytes a second (under 4 GB): a token bucket
 * of 10 milliseconds, but at least 32 KB. See tc-tbf(8).
 */
int limit_link(const char *name, uint64_t rate);
