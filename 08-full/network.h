/*
 * network.h - the container's own network: a loopback device, and no other.
 */
#ifndef NETWORK_H
#define NETWORK_H

/*
 * Sets the loopback device of the caller's network namespace up, by a
 * rtnetlink message. Ends the program on failure. See rtnetlink(7), netlink(7).
 */
void set_loopback_up(void);

#endif
