/*
 * resources.h - limits, in the words of config.json's linux.resources.
 *
 * 0, NULL and a count of 0 leave things as they are, so the same struct says
 * what a new group gets and what an update changes. See config-linux.md,
 * "Control groups".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lifts a limit; also what parse_size and its kin give for "max". */
#define UNLIMITED UINT64_MAX

struct pair; /* config.h */

/* One of devices[]; the last rule that fits decides. */
struct device_rule {
    bool allow;
    char type;          /* 'c', 'b', or 'a' for both */
    int major, minor;   /* -1: every number */
    const char *access; /* some of "rwm": read, write, mknod */
};

struct memory_limits {
    uint64_t limit;       /* bytes */
    uint64_t swap;        /* bytes of memory and swap together */
    uint64_t reservation; /* bytes to go down to when memory is short */
    uint64_t kernel;      /* bytes of the kernel's own for these processes */
    uint64_t kernel_tcp;  /* bytes of those in TCP's buffers */
    const uint64_t *swappiness;    /* 0 to 100 */
    const uint64_t *use_hierarchy; /* 0 or 1: groups below count, too */
    bool disable_oom_killer;       /* who is over the limit waits */
    bool check_before_update;      /* no limit below what is in use */
};

struct cpu_limits {
    uint64_t quota;  /* microseconds of CPU time in each period */
    uint64_t period; /* microseconds */
    uint64_t shares; /* weight among groups: 1024 is usual */
    uint64_t realtime_runtime, realtime_period; /* microseconds */
    const uint64_t *burst; /* microseconds that may be saved up */
    const uint64_t *idle;  /* 1: runs when nobody else wants to */
    const char *cpus;      /* which ones: "0-3,7" */
    const char *mems;      /* memory nodes, the same */
};

/* Weights among groups, from 10 to 1000; those of one block device. */
struct block_weight {
    unsigned major, minor;
    uint64_t weight, leaf_weight;
};

enum rate_kind {
    READ_BYTES,
    WRITE_BYTES,
    READ_OPERATIONS,
    WRITE_OPERATIONS,
};

/* So much a second for one block device; 0 lifts the limit. */
struct block_rate {
    enum rate_kind kind;
    unsigned major, minor;
    uint64_t rate;
};

struct hugepage_limit {
    const char *page_size; /* "2MB" */
    uint64_t limit;        /* bytes */
};

struct network_priority {
    const char *interface;
    uint64_t priority;
};

struct rdma_limit {
    const char *device;
    const uint64_t *handles, *objects;
};

struct resources {
    struct memory_limits memory;
    struct cpu_limits cpu;
    struct {
        uint64_t limit; /* processes and threads */
    } pids;
    struct {
        uint64_t weight, leaf_weight;
        const struct block_weight *weights;
        size_t weight_count;
        const struct block_rate *rates;
        size_t rate_count;
    } block_io;
    const struct hugepage_limit *hugepages;
    size_t hugepage_count;
    struct {
        uint64_t class_id;
        const struct network_priority *priorities;
        size_t priority_count;
    } network;
    const struct rdma_limit *rdma;
    size_t rdma_count;
    const struct pair *unified; /* files of a v2 group, and their texts */
    size_t unified_count;
    const struct device_rule *devices;
    size_t device_count;
};
