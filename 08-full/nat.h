/*
 * nat.h - the way out of the bridge, and in through published ports: nft(8)
 * rules in a table of our own. Nobody else's rules are touched.
 */
#pragma once

#include <netinet/in.h>

/*
 * Writes the table anew, as a whole or not at all, from the "rules" of all
 * addresses in the pool, whose lock the caller holds. Packets of the network of `gateway`, the first address
 * of `bridge`, leave with the host's address. Returns 0, or -1 with what nft
 * says on stderr.
 */
int write_table(int pool, const char *bridge, struct in_addr gateway);

/* Removes the table, if there is one. Returns as write_table. */
int remove_table(int pool);

/* Warns if rules of others drop what `bridge` forwards. They stay as they are. */
void warn_of_others(const char *bridge);

/* Lets the kernel forward packets, and those from 127.0.0.1 to `bridge`. Ends
 * the program on failure. */
void allow_forwarding(const char *bridge);
