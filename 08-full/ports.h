/*
 * ports.h - published ports: -p [ADDRESS:]HOST:CONTAINER[/tcp|udp].
 */
#pragma once

#include <netinet/in.h>
#include <stdint.h>

#include "network.h"

struct port {
    struct in_addr address; /* of the host's; INADDR_ANY: all of them */
    uint16_t host, container;
    int protocol; /* IPPROTO_TCP or IPPROTO_UDP */
};

/* Reads the text of -p. NULL, or what it should have been. */
const char *read_port(const char *text, struct port *port);

/*
 * Takes the host's ports as long as the program lives, so that two programs
 * cannot both believe that they have one. No packet arrives there: nat.c leads
 * them away before. Ends the program, naming the port, if another one has it.
 */
void take_ports(const struct network *network);

/* "0.0.0.0:8080->80/tcp"; the caller frees it. */
char *port_text(const struct port *port);

/* The rules of nft that lead the ports' packets to network->address, a line
 * each. The caller frees. */
char *port_rules(const struct network *network);
