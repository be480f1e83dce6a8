/*
 * pool.h - which container has which address: a folder for each.
 *
 *     /run/toy-docker/.network.INODE/      of the host's network namespace
 *         10.213.0.2/                      one container
 *             hosts, resolv.conf           bound over those of its /etc
 *             rules                        of nft, for its ports
 *
 * mkdir(2) succeeds for one of two who want the same address. The runtime
 * holds a lock (flock(2)) on the container's folder as long as it lives: a
 * folder without a lock is left over and can go. Who changes anything holds
 * the lock on the upper folder meanwhile.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

#include "network.h"

/* An address of the pool's. */
enum { POOL_SIZE = 253 };

/* The pool's folder. The caller frees the text. */
char *pool_path(void);

/* Opens the pool and locks it. -1 if it is not there and `make` is false; ends
 * the program on failure. */
int open_pool(bool make);

/* Removes the pool's folder, if it is empty. */
void remove_pool(void);

/* Takes a free address of the network in which `gateway` is the first one, for
 * network->address and ->lease. Ends the program if there is none. */
void take_address(struct network *network);

/* The addresses that are taken; at most POOL_SIZE. Returns how many. */
size_t list_addresses(int pool, struct in_addr *addresses);

/* True if the runtime that took it is no more. */
bool is_left_over(int pool, struct in_addr address);

/* Removes the folder of an address. */
void give_back_address(int pool, struct in_addr address);

/* Writes one of the files in the folder of an address. Ends the program on
 * failure. */
void write_lease_file(const struct network *network, const char *name,
                      const char *text);

/* Its text, which the caller frees; "" if it cannot be read. */
char *read_lease_file(struct in_addr address, const char *name);
