/*
 * netlink.h - talking to the kernel about links, addresses and routes.
 *
 * A request is a header, a fixed part that depends on its type, and attributes:
 * length, type, value, rounded up to four bytes; an attribute may hold others.
 * The kernel answers each request with an error number. See netlink(7),
 * rtnetlink(7).
 */
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

/* A request that is being put together. */
struct request {
    union {
        struct nlmsghdr header;
        char space[1024];
    };
};

/* Opens a socket into the caller's network namespace, where it stays. Ends the
 * program on failure. */
int open_netlink(void);

/* Begins a request of `type` (RTM_...) with `flags` (NLM_F_...) and the fixed
 * part of `size` bytes at `fixed`. */
void begin_request(struct request *request, uint16_t type, uint16_t flags,
                   const void *fixed, size_t size);

/* Adds bytes to the request, or an attribute, whose value may have no bytes. A
 * request without room for it is a mistake of ours and ends the program. */
void add_bytes(struct request *request, const void *bytes, size_t size);
void add_attribute(struct request *request, uint16_t type, const void *value,
                   size_t size);
void add_number(struct request *request, uint16_t type, uint32_t number);
void add_name(struct request *request, uint16_t type, const char *text);

/* What is added between the two is within the attribute `type`. */
size_t begin_nest(struct request *request, uint16_t type);
void end_nest(struct request *request, size_t nest);

/* Sends the request and waits for the answer. Returns 0, or -1 and errno. */
int ask_kernel(int netlink, struct request *request);
