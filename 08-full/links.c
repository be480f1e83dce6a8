/* links.c - the requests about links, addresses, routes and queues. */
#include "links.h"

#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/veth.h>
#include <net/if.h>

#include "base.h"
#include "netlink.h"

static int ask(struct request *request)
{
    int netlink = open_netlink();
    int result = ask_kernel(netlink, request);

    close(netlink);
    return result;
}

/* 02 makes it a locally administered one; the rest tells who it is. Whoever
 * gets the IP address later has the same: no neighbour remembers a wrong one. */
static void add_hardware_address(struct request *request,
                                 struct in_addr address)
{
    unsigned char bytes[6] = {0x02};

    memcpy(bytes + 2, &address, sizeof(address));
    add_attribute(request, IFLA_ADDRESS, bytes, sizeof(bytes));
}

/* A request about a link that is there. -1 and errno if it is not. */
static int begin_for_link(struct request *request, uint16_t type,
                          const char *name, unsigned flags)
{
    struct ifinfomsg link = {
        .ifi_family = AF_UNSPEC,
        .ifi_index = (int)if_nametoindex(name),
        .ifi_flags = flags,
        .ifi_change = flags,
    };

    begin_request(request, type, 0, &link, sizeof(link));
    return link.ifi_index ? 0 : -1;
}

int make_bridge(const char *name, struct in_addr address)
{
    static const struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
    struct request request;
    size_t info;

    begin_request(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link,
                  sizeof(link));
    add_name(&request, IFLA_IFNAME, name);
    add_hardware_address(&request, address);
    info = begin_nest(&request, IFLA_LINKINFO);
    add_name(&request, IFLA_INFO_KIND, "bridge");
    end_nest(&request, info);
    return ask(&request);
}

int make_wire(const char *name, const char *bridge, pid_t pid,
              struct in_addr address, uint32_t mtu)
{
    static const struct ifinfomsg other = {.ifi_family = AF_UNSPEC};
    static const struct ifinfomsg link = {
        .ifi_family = AF_UNSPEC, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    struct request request;
    size_t info, data, peer;

    begin_request(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link,
                  sizeof(link));
    add_name(&request, IFLA_IFNAME, name);
    add_number(&request, IFLA_MTU, mtu);
    add_number(&request, IFLA_MASTER, if_nametoindex(bridge));
    info = begin_nest(&request, IFLA_LINKINFO);
    add_name(&request, IFLA_INFO_KIND, "veth");
    data = begin_nest(&request, IFLA_INFO_DATA);
    /* the other end is described as a link of its own, fixed part and all;
     * it is born where it belongs, and never seen on the host */
    peer = begin_nest(&request, VETH_INFO_PEER);
    add_bytes(&request, &other, sizeof(other));
    add_name(&request, IFLA_IFNAME, "eth0");
    add_number(&request, IFLA_MTU, mtu);
    add_hardware_address(&request, address);
    add_number(&request, IFLA_NET_NS_PID, (uint32_t)pid);
    end_nest(&request, peer);
    end_nest(&request, data);
    end_nest(&request, info);
    return ask(&request);
}

int allow_hairpin(const char *name)
{
    static const uint8_t on = 1;
    struct request request;
    size_t info, data;

    if (begin_for_link(&request, RTM_NEWLINK, name, 0) == -1)
        return -1;
    info = begin_nest(&request, IFLA_LINKINFO);
    add_name(&request, IFLA_INFO_SLAVE_KIND, "bridge");
    data = begin_nest(&request, IFLA_INFO_SLAVE_DATA);
    add_attribute(&request, IFLA_BRPORT_MODE, &on, sizeof(on));
    end_nest(&request, data);
    end_nest(&request, info);
    return ask(&request);
}

int remove_link(const char *name)
{
    struct request request;

    if (begin_for_link(&request, RTM_DELLINK, name, 0) == -1)
        return -1;
    return ask(&request);
}

int set_link_up(const char *name)
{
    struct request request;

    if (begin_for_link(&request, RTM_NEWLINK, name, IFF_UP) == -1)
        return -1;
    return ask(&request);
}

int add_address(const char *name, struct in_addr address)
{
    struct ifaddrmsg fixed = {
        .ifa_family = AF_INET,
        .ifa_prefixlen = PREFIX_LENGTH,
        .ifa_index = if_nametoindex(name),
    };
    uint32_t last = address.s_addr | htonl(UINT32_MAX >> PREFIX_LENGTH);
    struct request request;

    begin_request(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &fixed,
                  sizeof(fixed));
    add_number(&request, IFA_LOCAL, address.s_addr);
    add_number(&request, IFA_ADDRESS, address.s_addr);
    add_number(&request, IFA_BROADCAST, last);
    return ask(&request);
}

int add_default_route(const char *name, struct in_addr gateway)
{
    static const struct rtmsg route = {
        .rtm_family = AF_INET,
        .rtm_dst_len = 0, /* every address fits */
        .rtm_table = RT_TABLE_MAIN,
        .rtm_protocol = RTPROT_BOOT,
        .rtm_scope = RT_SCOPE_UNIVERSE,
        .rtm_type = RTN_UNICAST,
    };
    struct request request;

    begin_request(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &route,
                  sizeof(route));
    add_number(&request, RTA_GATEWAY, gateway.s_addr);
    add_number(&request, RTA_OIF, if_nametoindex(name));
    return ask(&request);
}

int limit_link(const char *name, uint64_t rate)
{
    struct tcmsg fixed = {
        .tcm_family = AF_UNSPEC,
        .tcm_ifindex = (int)if_nametoindex(name),
        .tcm_parent = TC_H_ROOT,
    };
    uint32_t burst = rate / 100 < 32768 ? 32768 : (uint32_t)(rate / 100);
    struct tc_tbf_qopt options = {
        .rate = {.rate = (uint32_t)rate, .linklayer = TC_LINKLAYER_ETHERNET},
        /* what waits longer than 50 milliseconds is dropped: TCP slows down */
        .limit = burst + (uint32_t)(rate / 20),
    };
    struct request request;
    size_t nest;

    begin_request(&request, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, &fixed,
                  sizeof(fixed));
    add_name(&request, TCA_KIND, "tbf");
    nest = begin_nest(&request, TCA_OPTIONS);
    add_attribute(&request, TCA_TBF_PARMS, &options, sizeof(options));
    add_number(&request, TCA_TBF_BURST, burst);
    end_nest(&request, nest);
    return ask(&request);
}
