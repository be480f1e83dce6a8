/*
 * cli_network.h - the command line's part about the network.
 */
#ifndef CLI_NETWORK_H
#define CLI_NETWORK_H

#include "config.h"
#include "network.h"

/* What its flags say. */
struct network_flags {
    const char *mode; /* "none", "host", "bridge", "container:ID" */
    struct network network;
};

/* Parsers for struct flag: of --network, -p, --dns, --add-host (lists) and
 * --network-rate (uint64_t bytes a second). */
const char *parse_network(const char *text, void *value);
const char *parse_publish(const char *text, void *value);
const char *parse_dns(const char *text, void *value);
const char *parse_add_host(const char *text, void *value);
const char *parse_rate(const char *text, void *value);

/* Ends the program if the flags do not fit each other, or the container that
 * they name is not running. */
void use_network_flags(struct config *config, struct network_flags *flags);

#endif
