/* cgroup_v1.c - the limits' files in cgroup v1. */
#include "cgroup.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "../common/common.h"
#include "device_filter.h"
#include "sync.h"

static void limit_memory(const struct hierarchy *hierarchy,
                         const struct resources *resources)
{
    uint64_t limit = resources->memory.limit, swap = resources->memory.swap;

    if (resources->memory.reservation != UNLIMITED)
        set_limit(hierarchy, "memory.soft_limit_in_bytes", "%llu",
                  (unsigned long long)resources->memory.reservation);
    if (limit == UNLIMITED)
        return;
    set_limit(hierarchy, "memory.limit_in_bytes", "%llu",
              (unsigned long long)limit);
    if (swap == UNLIMITED)
        return;
    /* "memsw" counts both together; without this the rest goes to swap */
    if (faccessat(hierarchy->fd, "memory.memsw.limit_in_bytes", F_OK, 0) == 0)
        set_limit(hierarchy, "memory.memsw.limit_in_bytes", "%llu",
                  (unsigned long long)swap);
    else
        warn("this kernel does not count swap: --memory limits memory alone");
}

void limit_v1(const struct hierarchy *hierarchy,
              const struct resources *resources)
{
    if (hierarchy->has[CONTROLLER_MEMORY])
        limit_memory(hierarchy, resources);
    if (hierarchy->has[CONTROLLER_CPU] && resources->cpu.quota != UNLIMITED) {
        set_limit(hierarchy, "cpu.cfs_period_us", "%llu",
                  (unsigned long long)resources->cpu.period);
        set_limit(hierarchy, "cpu.cfs_quota_us", "%llu",
                  (unsigned long long)resources->cpu.quota);
    }
    if (hierarchy->has[CONTROLLER_CPU] && resources->cpu.shares)
        set_limit(hierarchy, "cpu.shares", "%llu",
                  (unsigned long long)resources->cpu.shares);
    if (hierarchy->has[CONTROLLER_PIDS] && resources->pids.limit != UNLIMITED)
        set_limit(hierarchy, "pids.max", "%llu",
                  (unsigned long long)resources->pids.limit);
    if (hierarchy->has[CONTROLLER_DEVICES])
        filter_devices_v1(hierarchy, resources->devices,
                          resources->device_count);
}
