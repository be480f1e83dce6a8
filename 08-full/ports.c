/* ports.c - published ports. */
#include "ports.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base.h"

static uint16_t read_number(const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    return *text >= '0' && *text <= '9' && !*end && number <= UINT16_MAX
             ? (uint16_t)number
             : 0;
}

const char *read_port(const char *text, struct port *port)
{
    static const char expected[] =
        "[ADDRESS:]HOST:CONTAINER or that with /udp; ports from 1 to 65535, "
        "ADDRESS one of this machine's, like 127.0.0.1";
    char *copy = format_text("%s", text);
    char *slash = strchr(copy, '/'), *last, *first;
    bool fits =
        !slash || strcmp(slash, "/tcp") == 0 || strcmp(slash, "/udp") == 0;

    *port = (struct port){.protocol = slash && slash[1] == 'u' ? IPPROTO_UDP
                                                               : IPPROTO_TCP};
    if (slash)
        *slash = '\0';
    last = strrchr(copy, ':');
    if (last) {
        *last++ = '\0';
        port->container = read_number(last);
        first = strrchr(copy, ':');
        port->host = read_number(first ? first + 1 : copy);
        if (first)
            *first = '\0';
        fits &= !first || inet_pton(AF_INET, copy, &port->address) == 1;
    }
    free(copy);
    return fits && port->host && port->container ? NULL : expected;
}

static const char *protocol_name(const struct port *port)
{
    return port->protocol == IPPROTO_UDP ? "udp" : "tcp";
}

/* A former server's connections may still be dying away: SO_REUSEADDR. With
 * it, only listen(2) tells whether the port is free. */
static int occupy(const struct port *port)
{
    bool tcp = port->protocol == IPPROTO_TCP;
    int fd =
        socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
    int reuse = tcp;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr = port->address,
        .sin_port = htons(port->host),
    };

    if (fd == -1 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse)) == -1 ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
        (tcp && listen(fd, 1) == -1))
        return -1;
    return 0;
}

void take_ports(const struct network *network)
{
    for (size_t i = 0; i < network->ports.count; i++) {
        const char *hint = NULL;
        struct port port;

        read_port(network->ports.items[i], &port);
        if (occupy(&port) == 0)
            continue;
        if (errno == EADDRINUSE)
            hint = "another program or container has it: ss -lntup";
        if (errno == EADDRNOTAVAIL)
            hint = "the address must be one of this machine's: ip addr";
        fail_with_hint(hint, "-p %s: take %s port %u of %s",
                       network->ports.items[i], protocol_name(&port), port.host,
                       inet_ntoa(port.address));
    }
}

char *port_text(const struct port *port)
{
    return format_text("%s:%u->%u/%s", inet_ntoa(port->address), port->host,
                       port->container, protocol_name(port));
}

char *port_rules(const struct network *network)
{
    char *text = or_empty(NULL);

    for (size_t i = 0; i < network->ports.count; i++) {
        struct port port;

        read_port(network->ports.items[i], &port);
        if (port.address.s_addr)
            text = append(text, "ip daddr %s ", inet_ntoa(port.address));
        text = append(text, "%s dport %u dnat to %s:%u\n", protocol_name(&port),
                      port.host, inet_ntoa(network->address), port.container);
    }
    return text;
}
