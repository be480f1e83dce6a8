/*
 * cli_network.h - the command line's part about the network.
 */
#pragma once

#include <stdbool.h>

#include "config.h"
#include "network.h"

struct run_options; /* cli.h */

/* Parsers for struct flag: of --network, -p (also without a choice of ports),
 * --dns, --add-host (lists) and --network-rate (uint64_t bytes a second). */
const char *parse_network(const char *text, void *value);
const char *parse_publish(const char *text, void *value);
const char *parse_fixed_port(const char *text, void *value);
const char *parse_dns(const char *text, void *value);
const char *parse_add_host(const char *text, void *value);
const char *parse_rate(const char *text, void *value);

/* The container's name in "container:NAME", else NULL. */
const char *container_in(const char *mode);

/* True if something was asked for that only --network bridge has. */
bool needs_bridge(const struct network *network);

/* All but "container:ID". Ends the program if the flags do not fit each other.
 */
void use_network_flags(struct config *config,
                       const struct run_options *options);

/* If `mode` is "container:ID": that container's network. Ends the program if it
 * is not running. */
void join_network(struct config *config, const char *mode);
