/* net_devices.c - from one network namespace to another, by rtnetlink. */
#include "net_devices.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>

#include "base.h"
#include "links.h"
#include "namespaces.h"
#include "netlink.h"

/* ---- addresses --------------------------------------------------------------- */

struct addresses {
    struct request *list; /* messages that make them */
    size_t count;
};

/* What makes this address anew; without the name that it had with the device's
 * old one, and without how long it was still good for: it is permanent. */
static void keep_address(struct addresses *to, struct nlmsghdr *header)
{
    struct ifaddrmsg *body = NLMSG_DATA(header);
    struct rtattr *attribute = IFA_RTA(body);
    int length = (int)IFA_PAYLOAD(header);
    struct request *message;

    to->list = add_room(to->list, to->count, sizeof(*to->list));
    message = &to->list[to->count++];
    begin_request(message, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, body,
                  sizeof(*body));
    for (; RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length))
        if (attribute->rta_type != IFA_LABEL &&
            attribute->rta_type != IFA_CACHEINFO)
            add_attribute(message, attribute->rta_type, RTA_DATA(attribute),
                          RTA_PAYLOAD(attribute));
}

static bool is_wanted(struct nlmsghdr *header, int index)
{
    struct ifaddrmsg *body = NLMSG_DATA(header);

    return header->nlmsg_type == RTM_NEWADDR && (int)body->ifa_index == index &&
           body->ifa_scope == RT_SCOPE_UNIVERSE &&
           body->ifa_flags & IFA_F_PERMANENT;
}

/* False after the last of the answers in `buffer`. */
static bool read_addresses(struct addresses *to, char *buffer, ssize_t got,
                           int index)
{
    struct nlmsghdr *header = (struct nlmsghdr *)buffer;

    for (; NLMSG_OK(header, got); header = NLMSG_NEXT(header, got)) {
        if (header->nlmsg_type == NLMSG_DONE)
            return false;
        if (header->nlmsg_type == NLMSG_ERROR) {
            errno = -((struct nlmsgerr *)NLMSG_DATA(header))->error;
            fail("RTM_GETADDR");
        }
        if (is_wanted(header, index))
            keep_address(to, header);
    }
    return true;
}

static struct addresses find_addresses(int netlink, int index)
{
    static _Alignas(struct nlmsghdr) char buffer[65536];
    const struct ifaddrmsg all = {.ifa_family = AF_UNSPEC};
    struct addresses addresses = {0};
    struct request request;
    ssize_t got;

    begin_request(&request, RTM_GETADDR, NLM_F_DUMP, &all, sizeof(all));
    if (send(netlink, &request, request.header.nlmsg_len, 0) == -1)
        fail("RTM_GETADDR");
    do {
        got = recv(netlink, buffer, sizeof(buffer), 0);
        if (got == -1 && errno != EINTR)
            fail("RTM_GETADDR");
    } while (got == -1 || read_addresses(&addresses, buffer, got, index));
    return addresses;
}

/* ---- one device ---------------------------------------------------------------- */

/* The name that `pattern` gives in the namespace that we are in: of "eth%d",
 * the first number that is free. */
static char *choose_name(const struct net_device *device)
{
    const char *pattern = device->new_name;
    const char *place = strstr(pattern, "%d");
    char *name = format_text("%s", pattern);

    for (int i = 0; place && i < 1000; i++) {
        free(name);
        name = format_text("%.*s%d", (int)(place - pattern), pattern, i);
        if (if_nametoindex(name) == 0)
            return name;
    }
    if (if_nametoindex(name) != 0)
        fail_plainly(NULL,
                     "linux.netDevices[\"%s\"]: the container has a %s "
                     "already",
                     device->name, name);
    return name;
}

/* We are in the container's namespace, which is `target`; `netlink` is in the
 * host's, to which we go back. */
static void move_device(const struct net_device *device, int netlink, int index,
                        int target)
{
    const struct ifinfomsg link = {.ifi_index = index};
    struct addresses addresses = find_addresses(netlink, index);
    char *name = choose_name(device);
    struct request message;
    int inside = open_netlink();

    begin_request(&message, RTM_NEWLINK, 0, &link, sizeof(link));
    add_attribute(&message, IFLA_NET_NS_FD, &target, sizeof(target));
    add_name(&message, IFLA_IFNAME, name);
    if (ask_kernel(netlink, &message) == -1)
        fail("move the network device %s to the container", device->name);
    /* its number may be another one here */
    index = (int)if_nametoindex(name);
    if (index == 0)
        fail("find the network device %s in the container", name);
    for (size_t i = 0; i < addresses.count; i++) {
        struct ifaddrmsg *body = NLMSG_DATA(&addresses.list[i].header);

        body->ifa_index = (unsigned)index;
        if (ask_kernel(inside, &addresses.list[i]) == -1)
            fail("give the network device %s its address", name);
    }
    if (set_link_up(name) == -1)
        fail("set the network device %s up", device->name);
    explain("RTM_NEWLINK {%s, IFLA_NET_NS_FD} # %s in the container, with %zu "
            "addresses",
            device->name, name, addresses.count);
    close(inside);
    free(addresses.list);
    free(name);
}

void move_net_devices(const struct config *config, pid_t pid)
{
    const char *joined = joined_path(config, CLONE_NEWNET);
    char *path = joined ? format_text("%s", joined)
                        : format_text("/proc/%d/ns/net", (int)pid);
    int netlink, own, target;

    for (size_t i = 0; i < config->linux_.net_device_count; i++) {
        const struct net_device *device = &config->linux_.net_devices[i];
        int index = (int)if_nametoindex(device->name);

        if (index == 0)
            fail("linux.netDevices[\"%s\"]", device->name);
        netlink = open_netlink();
        own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
        target = open(path, O_RDONLY | O_CLOEXEC);
        if (own == -1 || target == -1 || setns(target, CLONE_NEWNET) == -1)
            fail("enter the network namespace %s", path);
        move_device(device, netlink, index, target);
        if (setns(own, CLONE_NEWNET) == -1)
            fail("go back to the own network namespace");
        close(netlink);
        close(own);
        close(target);
    }
    free(path);
}
