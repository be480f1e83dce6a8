/* network.c - rtnetlink, spoken by hand. */
#include "network.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/common.h"
#include "sync.h"

int open_netlink(void)
{
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (netlink == -1)
        fail("socket AF_NETLINK");
    return netlink;
}

int ask_netlink(int netlink, const struct nlmsghdr *request)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    union {
        struct nlmsghdr header;
        char space[8192];
    } answer;
    ssize_t got;

    if (sendto(netlink, request, request->nlmsg_len, 0,
               (struct sockaddr *)&kernel, sizeof(kernel)) == -1)
        return -1;
    do
        got = recv(netlink, &answer, sizeof(answer), 0);
    while (got == -1 && errno == EINTR);
    if (got == -1)
        return -1;
    if (!NLMSG_OK(&answer.header, (size_t)got) ||
        answer.header.nlmsg_type != NLMSG_ERROR) {
        errno = EBADMSG;
        return -1;
    }
    errno = -((struct nlmsgerr *)NLMSG_DATA(&answer.header))->error;
    return errno ? -1 : 0;
}

/* "Change link number INDEX: the flag IFF_UP is on, leave the others." */
struct link_request {
    struct nlmsghdr header;
    struct ifinfomsg link;
};

void set_loopback_up(void)
{
    int netlink = open_netlink();
    struct link_request request = {
        .header = {.nlmsg_len = sizeof(request),
                   .nlmsg_type = RTM_NEWLINK,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
                   .nlmsg_seq = 1},
        .link = {.ifi_family = AF_UNSPEC,
                 .ifi_flags = IFF_UP,
                 .ifi_change = IFF_UP},
    };

    request.link.ifi_index = (int)if_nametoindex("lo");
    if (request.link.ifi_index == 0 ||
        ask_netlink(netlink, &request.header) == -1)
        fail("set the loopback device up");
    explain("RTM_NEWLINK {lo, IFF_UP} # %s", namespace_id("net"));
    close(netlink);
}
