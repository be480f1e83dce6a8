/* ports.c - published ports. */
#include "ports.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base.h"

static const char *protocol_name(const struct port *port)
{
    return port->protocol == IPPROTO_UDP ? "udp" : "tcp";
}

/* A number, or FIRST-LAST; returns how many. 0 if it is neither. */
static unsigned read_range(const char *text, uint16_t *first)
{
    unsigned long ends[2] = {0};
    char *end = NULL;

    for (int i = 0; i < 2; i++, text = end + 1) {
        if (*text < '0' || *text > '9')
            return 0;
        ends[i] = strtoul(text, &end, 10);
        if (i == 0 && !*end)
            ends[++i] = ends[0];
        else if (*end != (i ? '\0' : '-'))
            return 0;
    }
    if (!ends[0] || ends[0] > ends[1] || ends[1] > UINT16_MAX)
        return 0;
    *first = (uint16_t)ends[0];
    return (unsigned)(ends[1] - ends[0] + 1);
}

/* The text of -p: so many ports, of which this is the first one. 0 if it is
 * none. */
static unsigned read_ports(const char *text, struct port *port)
{
    char *copy = format_text("%s", text);
    char *protocol = strchr(copy, '/'), *colon, *host;
    bool fits = !protocol || has_word("/tcp /udp", protocol);
    unsigned count;

    *port = (struct port){.protocol = IPPROTO_TCP};
    if (protocol && strcmp(protocol, "/udp") == 0)
        port->protocol = IPPROTO_UDP;
    if (protocol)
        *protocol = '\0';
    colon = strrchr(copy, ':');
    count = read_range(colon ? colon + 1 : copy, &port->container);
    if (colon) {
        *colon = '\0';
        colon = strrchr(copy, ':');
        host = colon ? colon + 1 : copy;
        fits &= !*host || strcmp(host, "0") == 0 ||
                read_range(host, &port->host) == count;
    }
    if (colon) {
        *colon = '\0';
        fits &= inet_pton(AF_INET, copy, &port->address) == 1;
    }
    free(copy);
    return fits ? count : 0;
}

bool read_port(const char *text, struct port *port)
{
    return read_ports(text, port) == 1;
}

const char *add_ports(struct list *ports, const char *text)
{
    struct port port;
    unsigned count = read_ports(text, &port);

    if (count == 1)
        return parse_list(text, ports);
    for (unsigned i = 0; i < count; i++) {
        char address[INET_ADDRSTRLEN];

        inet_ntop(AF_INET, &port.address, address, sizeof(address));
        parse_list(
            format_text("%s:%s:%u/%s", address,
                        port.host ? format_text("%u", port.host + i) : "",
                        port.container + i, protocol_name(&port)),
            ports);
    }
    return count
             ? NULL
             : "[[ADDRESS:]HOST:]CONTAINER or that with /udp: ports from 1 to "
               "65535, or two ranges of the same length as 8000-8010; "
               "ADDRESS is one of this machine's, like 127.0.0.1";
}

/* So many descriptors stay free: who cleans up needs some, too. */
enum { SPARE_FILES = 32 };

/* Where the host has none yet, the kernel chooses one. A former server's
 * connections may still be dying away: SO_REUSEADDR. With it, only listen(2)
 * tells whether the port is free. */
static int occupy(struct port *port)
{
    bool tcp = port->protocol == IPPROTO_TCP;
    int fd =
        socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
    int reuse = tcp && port->host;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr = port->address,
        .sin_port = htons(port->host),
    };
    socklen_t size = sizeof(address);

    if (fd > sysconf(_SC_OPEN_MAX) - SPARE_FILES) {
        close(fd);
        errno = EMFILE;
        return -1;
    }
    if (fd == -1 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse)) == -1 ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
        (tcp && listen(fd, 1) == -1) ||
        getsockname(fd, (struct sockaddr *)&address, &size) == -1)
        return -1;
    port->host = ntohs(address.sin_port);
    return 0;
}

static const char *hint_for_port(void)
{
    switch (errno) {
    case EADDRINUSE:
        return "another program or container has it: ss -lntup";
    case EADDRNOTAVAIL:
        return "the address must be one of this machine's: ip addr";
    case EMFILE:
        return "each port is an open file: ulimit -n";
    default:
        return NULL;
    }
}

void take_ports(struct network *network)
{
    for (size_t i = 0; i < network->ports.count; i++) {
        const char *text = network->ports.items[i];
        struct port port;

        read_port(text, &port);
        if (occupy(&port) == -1)
            fail_with_hint(hint_for_port(), "-p %s: take %s port %u of %s",
                           text, protocol_name(&port), port.host,
                           inet_ntoa(port.address));
        network->ports.items[i] =
            format_text("%s:%u:%u/%s", inet_ntoa(port.address), port.host,
                        port.container, protocol_name(&port));
    }
}

/* docker's way to shorten ranges: only of ports that are the same outside. */
static bool continues(const struct port *first, const struct port *next,
                      int more)
{
    return first->host == first->container && next->host == next->container &&
           next->host == first->host + more &&
           next->address.s_addr == first->address.s_addr &&
           next->protocol == first->protocol;
}

static char *range_text(unsigned first, int more)
{
    return more ? format_text("%u-%u", first, first + (unsigned)more)
                : format_text("%u", first);
}

char *ports_text(const char *const *texts)
{
    char *text = or_empty(NULL);

    while (*texts) {
        struct port first, next;
        int more = 0;

        read_port(*texts++, &first);
        while (*texts && read_port(*texts, &next) &&
               continues(&first, &next, more + 1)) {
            more++;
            texts++;
        }
        text = append(text, "%s%s:%s->%s/%s", *text ? ", " : "",
                      inet_ntoa(first.address), range_text(first.host, more),
                      range_text(first.container, more), protocol_name(&first));
    }
    return text;
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
