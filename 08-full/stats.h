/*
 * stats.h - what a container has used: the counters of its cgroups.
 */
#pragma once

#include "cgroup.h"

struct json_object;

/*
 * The counters in the form of "runc events --stats", member "data": the same
 * names for both versions of cgroups, v2's counts in v1's units (nanoseconds;
 * swap with memory). What the machine does not count is 0 or not there. The
 * caller owns the object.
 */
struct json_object *describe_stats(const struct cgroup *cgroup);

/* A counter of it, "memory.usage.limit"; NULL, and 0, if it is not there. */
struct json_object *counter_in(struct json_object *stats, const char *path);
uint64_t count_in(struct json_object *stats, const char *path);
