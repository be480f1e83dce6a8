/*
 * network.h - the container's own network: a loopback device, and no other; and
 * rtnetlink, by which the kernel is asked for such things. See rtnetlink(7),
 * netlink(7).
 */
#ifndef NETWORK_H
#define NETWORK_H

#include <linux/netlink.h>

/* Sets the loopback device of the caller's network namespace up. Ends the
 * program on failure. */
void set_loopback_up(void);

/* A socket to the kernel about the network namespace that the caller is in now.
 * Ends the program on failure. */
int open_netlink(void);

/* Sends a request with NLM_F_ACK, which is answered by an error number. Returns
 * 0, or -1 and errno. */
int ask_netlink(int netlink, const struct nlmsghdr *request);

#endif
