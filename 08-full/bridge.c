/* bridge.c - making the bridge, joining it, and taking it away. */
#include "bridge.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include "base.h"
#include "etc_files.h"
#include "links.h"
#include "nat.h"
#include "pool.h"
#include "ports.h"

static const char bridge[] = "toy-docker0";
static const char nft_hint[] =
    "the program nft sets the rules for addresses and ports; the package "
    "nftables brings it";

/* ---- what the host's network is like ---------------------------------------- */

/* One of the host's routes. */
struct route {
    char link[IFNAMSIZ];
    uint32_t destination, mask; /* network byte order */
};

/* Reads the next route from /proc/net/route. See proc_pid_net(5). */
static bool read_route(FILE *file, struct route *route)
{
    char line[256];

    while (fgets(line, sizeof(line), file))
        if (sscanf(line, "%15s %x %*x %*x %*d %*d %*d %x", route->link,
                   &route->destination, &route->mask) == 3)
            return true;
    return false;
}

static FILE *open_routes(void)
{
    FILE *file = fopen("/proc/self/net/route", "re");

    if (!file)
        fail("read /proc/self/net/route");
    return file;
}

/* Or the host could not reach its own neighbours there any more. */
static bool is_free(struct in_addr network)
{
    FILE *file = open_routes();
    struct route route;
    bool found = true;

    while (found && read_route(file, &route)) {
        uint32_t common = route.mask & htonl(~(UINT32_MAX >> PREFIX_LENGTH));

        found = !route.mask ||
                (route.destination & common) != (network.s_addr & common);
    }
    fclose(file);
    return found;
}

static struct in_addr choose_gateway(void)
{
    static const char *const networks[] = {"10.213.0.0", "172.29.213.0",
                                           "192.168.213.0"};
    struct in_addr network;

    for (size_t i = 0; i < COUNT(networks); i++) {
        inet_pton(AF_INET, networks[i], &network);
        if (is_free(network)) {
            network.s_addr |= htonl(1);
            return network;
        }
    }
    fail_plainly("ip route shows them",
                 "--network bridge: this machine has routes into each of "
                 "10.213.0.0/24, 172.29.213.0/24 and 192.168.213.0/24");
}

/* Fills in what the kernel says about a link by ioctl(2); see netdevice(7). */
static bool look_at_link(const char *name, unsigned long request,
                         struct ifreq *answer)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool found;

    if (fd == -1)
        fail("socket AF_INET");
    *answer = (struct ifreq){0};
    snprintf(answer->ifr_name, sizeof(answer->ifr_name), "%s", name);
    found = ioctl(fd, request, answer) == 0;
    close(fd);
    return found;
}

/* What leaves the machine in one piece, say through a VPN, must be no larger
 * on its way there. */
static uint32_t choose_mtu(void)
{
    FILE *file = open_routes();
    struct route route;
    struct ifreq link;
    uint32_t mtu = 1500;

    while (read_route(file, &route))
        if (!route.mask && look_at_link(route.link, SIOCGIFMTU, &link) &&
            link.ifr_mtu < (int)mtu)
            mtu = (uint32_t)link.ifr_mtu;
    fclose(file);
    return mtu;
}

/* ---- the bridge ------------------------------------------------------------- */

static void make_own_bridge(struct in_addr gateway)
{
    char *setting =
        format_text("/proc/sys/net/ipv6/conf/%s/disable_ipv6", bridge);

    if (make_bridge(bridge, gateway) == -1)
        fail("make the bridge %s", bridge);
    explain("RTM_NEWLINK {bridge, %s}", bridge);
    /* containers could tell the host a route to the world (CVE-2020-13401) */
    if (write_file(setting, "1") == -1 && errno != ENOENT)
        fail("write 1 to %s", setting);
    free(setting);
    if (add_address(bridge, gateway) == -1)
        fail("give %s the address %s", bridge, inet_ntoa(gateway));
    explain("RTM_NEWADDR {%s, %s/%d}", bridge, inet_ntoa(gateway),
            PREFIX_LENGTH);
}

/* Returns its address. One without is what a killed runtime left. */
static struct in_addr find_or_make_bridge(void)
{
    struct ifreq link;
    struct in_addr gateway;

    if (look_at_link(bridge, SIOCGIFADDR, &link)) {
        gateway = ((struct sockaddr_in *)&link.ifr_addr)->sin_addr;
    } else {
        if (remove_link(bridge) == -1 && errno != ENODEV)
            fail("remove the half-made bridge %s", bridge);
        gateway = choose_gateway();
        make_own_bridge(gateway);
    }
    if (set_link_up(bridge) == -1)
        fail("set %s up", bridge);
    return gateway;
}

/* ---- leaving ------------------------------------------------------------------ */

/* The host's end of the wire; unique as the address is. */
static char *wire_name(struct in_addr address)
{
    return format_text("toy-veth%u", ntohl(address.s_addr) & 0xff);
}

static void forget_address(int pool, struct in_addr address)
{
    char *name = wire_name(address);

    /* with the container's network namespace the kernel removes it, too */
    if (remove_link(name) == -1 && errno != ENODEV)
        warn("cannot remove the link %s: %s", name, strerror(errno));
    free(name);
    give_back_address(pool, address);
}

/* Returns how many addresses are in use by living ones; *swept: by others. */
static size_t sweep(int pool, size_t *swept)
{
    struct in_addr addresses[POOL_SIZE];
    size_t count = list_addresses(pool, addresses);

    *swept = 0;
    for (size_t i = 0; i < count; i++)
        if (is_left_over(pool, addresses[i])) {
            explain("rmdir(\"%s\") # its runtime is dead",
                    inet_ntoa(addresses[i]));
            forget_address(pool, addresses[i]);
            ++*swept;
        }
    return count - *swept;
}

/* After an address was given back: without any, all goes. */
static void tidy(int pool)
{
    struct in_addr addresses[POOL_SIZE];
    struct ifreq link;
    int result, number;

    if (list_addresses(pool, addresses) > 0) {
        if (!look_at_link(bridge, SIOCGIFADDR, &link))
            return;
        result = write_table(pool, bridge,
                             ((struct sockaddr_in *)&link.ifr_addr)->sin_addr);
        number = errno;
    } else {
        result = remove_table(pool);
        number = errno;
        if (remove_link(bridge) == -1 && errno != ENODEV)
            warn("cannot remove the bridge %s: %s", bridge, strerror(errno));
        remove_pool();
    }
    if (result == -1)
        warn("nft: cannot change the table toy-docker: %s", strerror(number));
}

void leave_network(struct network *network)
{
    if (network->pool == -1 && network->lease == -1)
        return;
    if (network->pool == -1)
        network->pool = open_pool(false);
    if (network->lease != -1)
        forget_address(network->pool, network->address);
    tidy(network->pool);
    close(network->pool);
    network->pool = network->lease = -1;
}

void sweep_network(void)
{
    int pool = open_pool(false);
    size_t swept;

    if (pool == -1)
        return;
    if (sweep(pool, &swept) == 0 || swept > 0)
        tidy(pool);
    close(pool);
}

/* ---- joining -------------------------------------------------------------------- */

void prepare_network(struct config *config)
{
    struct network *network = config->network;
    char *rules;
    size_t swept;

    network->pool = open_pool(true);
    sweep(network->pool, &swept);
    network->gateway = find_or_make_bridge();
    allow_forwarding(bridge);
    take_address(network);
    take_ports(network);
    rules = port_rules(network);
    write_lease_file(network, "rules", rules);
    add_etc_files(config);
    if (write_table(network->pool, bridge, network->gateway) == -1)
        fail_with_hint(errno == ENOENT ? nft_hint : NULL,
                       "nft: make the table toy-docker");
    explain("nft -f - # table ip toy-docker; published ports: %zu",
            network->ports.count);
    warn_of_others(bridge);
    free(rules);
    close(network->pool);
    network->pool = -1;
}

void connect_to_bridge(const struct network *network, pid_t pid)
{
    char *name = wire_name(network->address);

    if (make_wire(name, bridge, pid, network->address, choose_mtu()) == -1)
        fail("make the link %s of %s to the container", name, bridge);
    explain("RTM_NEWLINK {veth, %s, master %s; peer eth0 in the namespace of "
            "%d}",
            name, bridge, (int)pid);
    if (allow_hairpin(name) == -1)
        fail("set hairpin mode of %s", name);
    if (network->rate && limit_link(name, network->rate) == -1)
        fail("limit the rate of %s", name);
    free(name);
}
