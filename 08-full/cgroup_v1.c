/* cgroup_v1.c - the limits' files in cgroup v1. */
#include <inttypes.h>

#include "base.h"
#include "cgroup.h"
#include "device_filter.h"

static void limit_memory(const struct hierarchy *hierarchy,
                         const struct memory_limits *memory)
{
    /* "memsw" counts both together; without it the rest goes to swap */
    struct setting both[] = {
        {"memory.limit_in_bytes", limit_text(hierarchy, memory->limit)},
        {"memory.memsw.limit_in_bytes", limit_text(hierarchy, memory->swap)},
    };

    if (is_limit(memory->swap) && memory->swap == memory->limit &&
        !has_group_file(hierarchy, both[1].name)) {
        warn("this kernel does not count swap: memory alone is limited");
        both[1].text = NULL;
    }
    set_together(hierarchy, both, 2);
    set_limit_text(hierarchy, "memory.soft_limit_in_bytes",
                   limit_text(hierarchy, memory->reservation));
    set_limit_text(hierarchy, "memory.kmem.limit_in_bytes",
                   limit_text(hierarchy, memory->kernel));
    set_limit_text(hierarchy, "memory.kmem.tcp.limit_in_bytes",
                   limit_text(hierarchy, memory->kernel_tcp));
    set_limit_text(hierarchy, "memory.swappiness",
                   optional_text(memory->swappiness));
    set_limit_text(hierarchy, "memory.use_hierarchy",
                   optional_text(memory->use_hierarchy));
    set_limit_text(hierarchy, "memory.oom_control",
                   memory->disable_oom_killer ? "1" : NULL);
}

static void limit_cpu(const struct hierarchy *hierarchy,
                      const struct cpu_limits *cpu)
{
    const struct setting weight[] = {
        {"cpu.shares", limit_text(hierarchy, cpu->shares)},
        {"cpu.idle", optional_text(cpu->idle)},
    };
    const struct setting bandwidth[] = {
        {"cpu.cfs_period_us", limit_text(hierarchy, cpu->period)},
        {"cpu.cfs_quota_us", limit_text(hierarchy, cpu->quota)},
        {"cpu.cfs_burst_us", optional_text(cpu->burst)},
    };
    const struct setting realtime[] = {
        {"cpu.rt_period_us", limit_text(hierarchy, cpu->realtime_period)},
        {"cpu.rt_runtime_us", limit_text(hierarchy, cpu->realtime_runtime)},
    };

    set_together(hierarchy, weight, 2);
    set_together(hierarchy, bandwidth, 3);
    set_together(hierarchy, realtime, 2);
}

static void limit_block_weights(const struct hierarchy *hierarchy,
                                const struct resources *resources)
{
    /* of the scheduler cfq, before Linux 5.0, or of bfq */
    const char *prefix =
        has_group_file(hierarchy, "blkio.weight") ? "blkio." : "blkio.bfq.";
    const char *weight = format_text("%sweight", prefix);
    const char *device = format_text("%sweight_device", prefix);

    set_limit_text(hierarchy, weight,
                   limit_text(hierarchy, resources->block_io.weight));
    set_limit_text(hierarchy, "blkio.leaf_weight",
                   limit_text(hierarchy, resources->block_io.leaf_weight));
    for (size_t i = 0; i < resources->block_io.weight_count; i++) {
        const struct block_weight *one = &resources->block_io.weights[i];

        if (one->weight)
            set_limit(hierarchy, device, "%u:%u %" PRIu64, one->major,
                      one->minor, one->weight);
        if (one->leaf_weight)
            set_limit(hierarchy, "blkio.leaf_weight_device", "%u:%u %" PRIu64,
                      one->major, one->minor, one->leaf_weight);
    }
}

static void limit_block_io(const struct hierarchy *hierarchy,
                           const struct resources *resources)
{
    static const char *const files[] = {
        [READ_BYTES] = "blkio.throttle.read_bps_device",
        [WRITE_BYTES] = "blkio.throttle.write_bps_device",
        [READ_OPERATIONS] = "blkio.throttle.read_iops_device",
        [WRITE_OPERATIONS] = "blkio.throttle.write_iops_device",
    };

    limit_block_weights(hierarchy, resources);
    for (size_t i = 0; i < resources->block_io.rate_count; i++) {
        const struct block_rate *rate = &resources->block_io.rates[i];

        set_limit(hierarchy, files[rate->kind], "%u:%u %" PRIu64, rate->major,
                  rate->minor, rate->rate);
    }
}

static void set_priorities(const struct hierarchy *hierarchy,
                           const struct resources *resources)
{
    for (size_t i = 0; i < resources->network.priority_count; i++) {
        const struct network_priority *one = &resources->network.priorities[i];

        set_limit(hierarchy, "net_prio.ifpriomap", "%s %" PRIu64,
                  one->interface, one->priority);
    }
}

/* Only what the hierarchy has: where a controller is in another one, its files
 * are there. */
void limit_v1(const struct hierarchy *hierarchy,
              const struct resources *resources)
{
    const bool *has = hierarchy->has;

    if (has[CONTROLLER_MEMORY])
        limit_memory(hierarchy, &resources->memory);
    if (has[CONTROLLER_CPU])
        limit_cpu(hierarchy, &resources->cpu);
    limit_both(hierarchy, resources);
    if (has[CONTROLLER_BLOCK_IO])
        limit_block_io(hierarchy, resources);
    if (has[CONTROLLER_NET_CLS])
        set_limit_text(hierarchy, "net_cls.classid",
                       limit_text(hierarchy, resources->network.class_id));
    if (has[CONTROLLER_NET_PRIO])
        set_priorities(hierarchy, resources);
    if (has[CONTROLLER_DEVICES] && resources->device_count)
        filter_devices_v1(hierarchy, resources->devices,
                          resources->device_count);
}

/* ---- cpuset ---------------------------------------------------------------- */

/* Copies one file, if it is empty in the group. */
static void inherit(int group, const char *name, const char *file)
{
    char text[4096], *above = format_text("../%s", file);
    int fd = openat(group, file, O_RDWR | O_CLOEXEC);
    int from = openat(group, above, O_RDONLY | O_CLOEXEC);
    ssize_t size;

    if (fd == -1 || from == -1)
        fail("cgroup: open %s/%s", name, file);
    size = read(fd, text, sizeof(text));
    if (size == 0 || (size == 1 && *text == '\n')) {
        size = read(from, text, sizeof(text));
        if (size <= 0 || write(fd, text, (size_t)size) == -1)
            fail("cgroup: copy %s of the group above to %s", file, name);
    }
    close(fd);
    close(from);
    free(above);
}

void inherit_cpuset(int group, const char *name)
{
    inherit(group, name, "cpuset.cpus");
    inherit(group, name, "cpuset.mems");
}
