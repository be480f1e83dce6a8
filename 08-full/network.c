/* network.c - what happens in the container's network namespace. */
#include "network.h"

#include <arpa/inet.h>

#include "base.h"
#include "links.h"

void set_loopback_up(void)
{
    if (set_link_up("lo") == -1)
        fail("set the loopback device up");
    explain("RTM_NEWLINK {lo, IFF_UP} # %s", namespace_id("net"));
}

void set_up_wire(const struct network *network)
{
    /* a neighbour could say that it is the router (CVE-2020-13401) */
    if (write_file("/proc/sys/net/ipv6/conf/eth0/disable_ipv6", "1") == -1 &&
        errno != ENOENT)
        fail("disable IPv6 of eth0");
    if (add_address("eth0", network->address) == -1)
        fail("give eth0 the address %s", inet_ntoa(network->address));
    explain("RTM_NEWADDR {eth0, %s/%d}", inet_ntoa(network->address),
            PREFIX_LENGTH);
    if (set_link_up("eth0") == -1)
        fail("set eth0 up");
    if (add_default_route("eth0", network->gateway) == -1)
        fail("route from eth0 to %s", inet_ntoa(network->gateway));
    explain("RTM_NEWROUTE {default via %s}", inet_ntoa(network->gateway));
    if (network->rate && limit_link("eth0", network->rate) == -1)
        fail("limit the rate of eth0");
}
