/* netlink.c - rtnetlink, spoken by hand. */
#include "netlink.h"

#include <sys/socket.h>

#include "base.h"

int open_netlink(void)
{
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (netlink == -1)
        fail("socket AF_NETLINK");
    return netlink;
}

void add_bytes(struct request *request, const void *bytes, size_t size)
{
    size_t end = NLMSG_ALIGN(request->header.nlmsg_len);

    if (size > sizeof(request->space) || end > sizeof(request->space) - size)
        fail_plainly(NULL, "a netlink request is longer than %zu bytes",
                     sizeof(request->space));
    if (size)
        memcpy(request->space + end, bytes, size);
    request->header.nlmsg_len = (uint32_t)(end + size);
}

void begin_request(struct request *request, uint16_t type, uint16_t flags,
                   const void *fixed, size_t size)
{
    memset(request, 0, sizeof(*request));
    request->header.nlmsg_len = sizeof(request->header);
    request->header.nlmsg_type = type;
    request->header.nlmsg_flags = flags | NLM_F_REQUEST | NLM_F_ACK;
    request->header.nlmsg_seq = 1;
    add_bytes(request, fixed, size);
}

void add_attribute(struct request *request, uint16_t type, const void *value,
                   size_t size)
{
    struct rtattr attribute = {
        .rta_len = (uint16_t)RTA_LENGTH(size),
        .rta_type = type,
    };

    add_bytes(request, &attribute, sizeof(attribute));
    add_bytes(request, value, size);
}

void add_number(struct request *request, uint16_t type, uint32_t number)
{
    add_attribute(request, type, &number, sizeof(number));
}

void add_name(struct request *request, uint16_t type, const char *text)
{
    add_attribute(request, type, text, strlen(text) + 1);
}

size_t begin_nest(struct request *request, uint16_t type)
{
    size_t nest = NLMSG_ALIGN(request->header.nlmsg_len);

    add_attribute(request, type | NLA_F_NESTED, NULL, 0);
    return nest;
}

void end_nest(struct request *request, size_t nest)
{
    struct rtattr *attribute = (struct rtattr *)(request->space + nest);

    attribute->rta_len = (uint16_t)(request->header.nlmsg_len - nest);
}

int ask_kernel(int netlink, struct request *request)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    union {
        struct nlmsghdr header;
        char space[8192];
    } answer;
    ssize_t got;

    if (sendto(netlink, request, request->header.nlmsg_len, 0,
               (struct sockaddr *)&kernel, sizeof(kernel)) == -1)
        return -1;
    do
        got = recv(netlink, &answer, sizeof(answer), 0);
    while (got == -1 && errno == EINTR);
    if (got == -1)
        return -1;
    if (!NLMSG_OK(&answer.header, (size_t)got) ||
        answer.header.nlmsg_type != NLMSG_ERROR ||
        answer.header.nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr))) {
        errno = EBADMSG;
        return -1;
    }
    errno = -((struct nlmsgerr *)NLMSG_DATA(&answer.header))->error;
    return errno ? -1 : 0;
}
