/*
 * ports.h - published ports: -p [[ADDRESS:]HOST:]CONTAINER[/tcp|udp].
 */
#pragma once

#include <netinet/in.h>
#include <stdint.h>

#include "network.h"

struct port {
    struct in_addr address; /* of the host's; INADDR_ANY: all of them */
    uint16_t host;          /* 0: any that is free */
    uint16_t container;
    int protocol; /* IPPROTO_TCP or IPPROTO_UDP */
};

/* Adds what the text of -p says, in which HOST and CONTAINER may be ranges as
 * 8000-8010: a text for each port. Returns NULL, or what it should have been. */
const char *add_ports(struct list *ports, const char *text);

/* Reads such a text of one port. */
bool read_port(const char *text, struct port *port);

/*
 * Takes the host's ports as long as the program lives, so that two programs
 * cannot both believe that they have one. No packet arrives there: nat.c leads
 * them away before. The texts in network->ports say afterwards which ones they
 * are. Ends the program, naming the port, if another one has it.
 */
void take_ports(struct network *network);

/* "0.0.0.0:8080->80/tcp, 0.0.0.0:90-92->90-92/udp", of texts that take_ports has
 * made; NULL ends them. The caller frees it. */
char *ports_text(const char *const *texts);

/* The rules of nft that lead the ports' packets to network->address, a line
 * each. The caller frees. */
char *port_rules(const struct network *network);
