/* cli_network.c - what docker's words about the network mean. */
#include "cli_network.h"

#include <arpa/inet.h>
#include <linux/capability.h>
#include <sched.h>

#include "base.h"
#include "cli.h"
#include "ports.h"
#include "record_config.h"
#include "state.h"

const char *container_in(const char *mode)
{
    static const char prefix[] = "container:";
    size_t length = sizeof(prefix) - 1;

    return strncmp(mode, prefix, length) == 0 ? mode + length : NULL;
}

const char *parse_network(const char *text, void *value)
{
    const char *id = container_in(text);

    *(const char **)value = text;
    return (id && !check_id(id)) || has_word("none host bridge", text)
             ? NULL
             : "none, host, bridge or container:ID";
}

const char *parse_publish(const char *text, void *value)
{
    return add_ports(value, text);
}

const char *parse_fixed_port(const char *text, void *value)
{
    struct list ports = {0};
    struct port port;

    if (!add_ports(&ports, text) && read_port(ports.items[0], &port) &&
        !port.host)
        return "HOST:CONTAINER, as 8080:80: ps tells of a port that was chosen "
               "for a container of \"run\" alone";
    return add_ports(value, text);
}

const char *parse_dns(const char *text, void *value)
{
    struct in_addr address;

    if (inet_pton(AF_INET, text, &address) != 1)
        return "an IPv4 address";
    return parse_list(text, value);
}

const char *parse_add_host(const char *text, void *value)
{
    const char *colon = strchr(text, ':');
    struct in_addr address;

    if (!colon || strcspn(text, ": \t\n#") != (size_t)(colon - text) ||
        colon == text ||
        (strcmp(colon + 1, "host-gateway") != 0 &&
         inet_pton(AF_INET, colon + 1, &address) != 1))
        return "NAME:ADDRESS, an IPv4 address or host-gateway";
    return parse_list(text, value);
}

const char *parse_rate(const char *text, void *value)
{
    static const struct {
        const char *name;
        double bits;
    } units[] = {{"bit", 1}, {"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}};
    char *end;
    double number = strtod(text, &end);

    for (size_t i = 0; i < COUNT(units); i++) {
        double bytes = number * units[i].bits / 8;

        if (strchr("0123456789", *text) && strcmp(end, units[i].name) == 0 &&
            bytes >= 1000 && bytes <= UINT32_MAX) {
            *(uint64_t *)value = (uint64_t)bytes;
            return NULL;
        }
    }
    return "bits a second such as 500kbit or 10mbit, from 8kbit to 34gbit";
}

void join_network(struct config *config, const char *mode)
{
    static struct joined_namespace joined = {.type = CLONE_NEWNET};
    const char *id = container_in(mode);

    if (!id)
        return;
    joined.path = hold_namespace("network", default_data_root, id, "net");
    config->linux_.namespaces &= ~(uint64_t)CLONE_NEWNET;
    config->linux_.joined = &joined;
    config->linux_.joined_count = 1;
}

/* The flag that only makes sense with a bridge, or NULL. */
static const char *bridge_flag(const struct network *network)
{
    if (network->ports.count)
        return "-p";
    if (network->publish_all)
        return "-P";
    if (network->dns.count)
        return "--dns";
    if (network->search.count)
        return "--dns-search";
    if (network->hosts.count)
        return "--add-host";
    return network->rate ? "--network-rate" : NULL;
}

bool needs_bridge(const struct network *network)
{
    return bridge_flag(network) != NULL;
}

/* Root of a network namespace could remove the queue at its end. */
static void check_rate(const struct config *config, uint64_t rate)
{
    if (rate && config->process.capabilities.bounding >> CAP_NET_ADMIN & 1)
        fail_plainly(NULL, "--network-rate: a container with NET_ADMIN can "
                           "remove its limit");
}

void use_network_flags(struct config *config, const struct run_options *options)
{
    const char *mode = options->modes.network;
    const char *other = bridge_flag(&options->network);
    struct network *network;

    if (strcmp(mode, "bridge") == 0) {
        network = allocate(1, sizeof(*network));
        check_rate(config, options->network.rate);
        *network = options->network;
        network->pool = network->lease = -1;
        config->network = network;
        return;
    }
    if (other)
        fail_plainly(strcmp(mode, "host") == 0
                         ? "leave it out: ports and names are the host's there"
                     : container_in(mode)
                         ? "it belongs to the container whose network it is"
                         : NULL,
                     "%s needs --network bridge", other);
    if (strcmp(mode, "host") == 0)
        config->linux_.namespaces &= ~(uint64_t)CLONE_NEWNET;
}
