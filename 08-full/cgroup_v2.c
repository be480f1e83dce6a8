/* cgroup_v2.c - the limits' files in cgroup v2, and delegation. */
#include <inttypes.h>

#include "base.h"
#include "cgroup.h"
#include "cgroup_undo.h"
#include "device_filter.h"

/* ---- delegation ---------------------------------------------------------- */

void follow_into_v2(struct cgroup *cgroup, pid_t pid)
{
    char *text = read_path("/proc/%d/cgroup", (int)pid);
    char *line = text ? strstr(text, "0::/") : NULL;

    for (size_t i = 0; line && i < cgroup->count; i++) {
        struct hierarchy *hierarchy = &cgroup->hierarchies[i];

        if (!hierarchy->v2)
            continue;
        hierarchy->path = format_text("%s%.*s", hierarchy->mount_point,
                                      (int)strcspn(line + 3, "\n"), line + 3);
        close(hierarchy->fd);
        hierarchy->fd = open_folder(AT_FDCWD, hierarchy->path);
        if (hierarchy->fd == -1)
            fail("cgroup: open %s", hierarchy->path);
    }
    free(text);
}

/* In v2 a group has processes, or groups with controllers below it. Only the
 * real root (which has no cgroup.type) may have both. In a container, what
 * looks like the root is a group with processes. */
static bool is_busy(const char *top)
{
    char *type = format_text("%s/cgroup.type", top);
    char *processes = read_path("%s/cgroup.procs", top);
    bool busy = access(type, F_OK) == 0 && processes && *processes;

    free(processes);
    free(type);
    return busy;
}

static noreturn void fail_busy(const char *top)
{
    char hint[500];

    snprintf(hint, sizeof(hint),
             "this is the topmost cgroup we see, as in a container, and it has "
             "processes: move them into a group of their own first:\n"
             "  mkdir -p %s/init && for p in $(cat %s/cgroup.procs); do "
             "echo $p > %s/init/cgroup.procs; done 2>/dev/null",
             top, top, top);
    errno = EBUSY;
    fail_with_hint(hint, "cgroup: enable controllers in %s", top);
}

/* All in one write, or else one by one as far as the kernel lets us: a limit
 * whose controller is missed has no file, which is an error then. */
void enable_v2_below(const struct hierarchy *hierarchy, int folder,
                     const char *name)
{
    static const char file[] = "cgroup.subtree_control";
    char *names = format_text("%s", hierarchy->names), *rest = names, *word;
    char *all = or_empty(NULL);

    while ((word = strsep(&rest, " \n")))
        if (*word)
            all = append(all, "%s+%s", *all ? " " : "", word);
    if (*all && write_group_file(folder, file, all) == -1) {
        for (rest = all; (word = strsep(&rest, " "));)
            if (write_group_file(folder, file, word) == -1)
                explain("write(\"%s/%s\", \"%s\") # %s", name, file, word,
                        errno_name(errno));
    } else if (*all) {
        explain("write(\"%s/%s\", \"%s\")", name, file, all);
    }
    free(names);
}

void enable_v2_controllers(const struct hierarchy *hierarchy)
{
    int top;

    if (!*hierarchy->names)
        return;
    /* not left to the kernel: "cpu" alone would be enabled, and make the
     * group of those processes a threaded one */
    if (is_busy(hierarchy->mount_point))
        fail_busy(hierarchy->mount_point);
    top = open_folder(AT_FDCWD, hierarchy->mount_point);
    if (top == -1)
        fail("cgroup: open %s", hierarchy->mount_point);
    enable_v2_below(hierarchy, top, hierarchy->mount_point);
    close(top);
}

/* ---- what only v1 has ------------------------------------------------------ */

static void refuse_v1_only(const struct hierarchy *hierarchy,
                           const struct resources *resources)
{
    const struct memory_limits *memory = &resources->memory;
    const struct cpu_limits *cpu = &resources->cpu;
    bool leaf = resources->block_io.leaf_weight;

    for (size_t i = 0; i < resources->block_io.weight_count; i++)
        leaf |= resources->block_io.weights[i].leaf_weight != 0;
    const struct {
        enum controller controller;
        bool set;
        const char *name;
    } all[] = {
        {CONTROLLER_MEMORY, is_limit(memory->kernel), "memory.kernel"},
        {CONTROLLER_MEMORY, is_limit(memory->kernel_tcp), "memory.kernelTCP"},
        {CONTROLLER_MEMORY, memory->swappiness, "memory.swappiness"},
        {CONTROLLER_MEMORY, memory->disable_oom_killer,
         "memory.disableOOMKiller"},
        {CONTROLLER_MEMORY, memory->use_hierarchy && !*memory->use_hierarchy,
         "memory.useHierarchy: false"},
        {CONTROLLER_CPU, is_limit(cpu->realtime_runtime),
         "cpu.realtimeRuntime"},
        {CONTROLLER_CPU, cpu->realtime_period, "cpu.realtimePeriod"},
        {CONTROLLER_BLOCK_IO, leaf, "blockIO.leafWeight"},
    };
    for (size_t i = 0; i < COUNT(all); i++)
        if (all[i].set && hierarchy->has[all[i].controller])
            fail_plainly(NULL, "cgroup: %s: only cgroup v1 has this",
                         all[i].name);
}

/* ---- limits ------------------------------------------------------------------ */

/* The number that a file of the group begins with; UNLIMITED for "max" and
 * if it cannot be read. */
static uint64_t read_limit(const struct hierarchy *hierarchy, const char *name)
{
    char *text = read_path("%s/%s", hierarchy->path, name);
    uint64_t value = UNLIMITED;

    if (text && *text >= '0' && *text <= '9')
        value = strtoull(text, NULL, 10);
    free(text);
    return value;
}

/* In v1 the kernel refuses a limit below what is in use; here it would kill. */
static void check_usage(const struct hierarchy *hierarchy,
                        const struct memory_limits *memory)
{
    uint64_t used = read_limit(hierarchy, "memory.current");

    if (!memory->check_before_update || used == UNLIMITED)
        return;
    if ((is_limit(memory->limit) && memory->limit <= used) ||
        (is_limit(memory->swap) && memory->swap <= used))
        fail_plainly(NULL,
                     "cgroup: the memory limit must be above the %" PRIu64
                     " bytes that are in use",
                     used);
}

/* Here swap is counted alone: what it is when both together are `swap`. */
static const char *swap_text(const struct hierarchy *hierarchy,
                             const struct memory_limits *memory)
{
    uint64_t limit = memory->limit;

    if (!is_limit(memory->swap))
        return limit_text(hierarchy, memory->swap);
    if (limit == 0)
        limit = read_limit(hierarchy, "memory.max");
    if (limit == UNLIMITED)
        return limit_text(hierarchy, memory->swap);
    if (memory->swap < limit)
        fail_plainly(NULL, "cgroup: memory.swap is memory and swap together: "
                           "not below the memory limit");
    return format_text("%" PRIu64, memory->swap - limit);
}

static void limit_memory(const struct hierarchy *hierarchy,
                         const struct memory_limits *memory)
{
    const char *swap = swap_text(hierarchy, memory);

    check_usage(hierarchy, memory);
    set_limit_text(hierarchy, "memory.low",
                   limit_text(hierarchy, memory->reservation));
    set_limit_text(hierarchy, "memory.max",
                   limit_text(hierarchy, memory->limit));
    if (swap && strcmp(swap, "0") == 0 &&
        !has_group_file(hierarchy, "memory.swap.max"))
        warn("this kernel does not count swap: memory alone is limited");
    else
        set_limit_text(hierarchy, "memory.swap.max", swap);
}

/* v1's shares, 2 to 262144, as v2's weight, 1 to 10000, on a straight line. */
static uint64_t weight_of(uint64_t shares)
{
    if (shares < 2)
        shares = 2;
    if (shares > 262144)
        shares = 262144;
    return 1 + (shares - 2) * 9999 / 262142;
}

/* "QUOTA PERIOD": the period that is there stays if none is given. */
static const char *bandwidth_text(const struct hierarchy *hierarchy,
                                  const struct cpu_limits *cpu)
{
    uint64_t quota = cpu->quota;

    if (cpu->period == 0)
        return limit_text(hierarchy, quota);
    if (quota == 0)
        quota = read_limit(hierarchy, "cpu.max");
    return format_text("%s %" PRIu64, limit_text(hierarchy, quota),
                       cpu->period);
}

static void limit_cpu(const struct hierarchy *hierarchy,
                      const struct cpu_limits *cpu)
{
    const struct setting weight[] = {
        {"cpu.weight",
         limit_text(hierarchy, cpu->shares ? weight_of(cpu->shares) : 0)},
        {"cpu.idle", optional_text(cpu->idle)},
    };
    const struct setting bandwidth[] = {
        {"cpu.max", bandwidth_text(hierarchy, cpu)},
        {"cpu.max.burst", optional_text(cpu->burst)},
    };

    set_together(hierarchy, weight, 2);
    set_together(hierarchy, bandwidth, 2);
}

/* v1's weight, 10 to 1000, as io.weight, 1 to 10000, on a straight line. */
static uint64_t io_weight_of(uint64_t weight)
{
    return weight < 10 ? 1 : 1 + (weight - 10) * 9999 / 990;
}

static void limit_block_io(const struct hierarchy *hierarchy,
                           const struct resources *resources)
{
    static const char *const words[] = {
        [READ_BYTES] = "rbps",
        [WRITE_BYTES] = "wbps",
        [READ_OPERATIONS] = "riops",
        [WRITE_OPERATIONS] = "wiops",
    };
    /* of the scheduler bfq, which counts as v1 does; or of io.cost */
    bool bfq = has_group_file(hierarchy, "io.bfq.weight");
    const char *file = bfq ? "io.bfq.weight" : "io.weight";
    uint64_t weight = resources->block_io.weight;

    if (weight)
        set_limit(hierarchy, file, "%" PRIu64,
                  bfq ? weight : io_weight_of(weight));
    for (size_t i = 0; i < resources->block_io.weight_count; i++) {
        const struct block_weight *one = &resources->block_io.weights[i];

        if (one->weight)
            set_limit(hierarchy, file, "%u:%u %" PRIu64, one->major, one->minor,
                      bfq ? one->weight : io_weight_of(one->weight));
    }
    for (size_t i = 0; i < resources->block_io.rate_count; i++) {
        const struct block_rate *one = &resources->block_io.rates[i];

        set_limit(hierarchy, "io.max", "%u:%u %s=%s", one->major, one->minor,
                  words[one->kind],
                  one->rate ? limit_text(hierarchy, one->rate) : "max");
    }
}

/* Files that only v2 has, by their own names: "memory.high". */
static void set_unified(const struct hierarchy *hierarchy,
                        const struct pair *pair)
{
    char *rest = format_text("%s", pair->value), *line;
    char *controller =
        format_text("%.*s", (int)strcspn(pair->name, "."), pair->name);

    if (strcmp(controller, "cgroup") != 0 &&
        !has_word(hierarchy->names, controller))
        fail_plainly(NULL,
                     "cgroup: invalid configuration: unified: %s: there is no "
                     "controller %s",
                     pair->name, controller);
    while ((line = strsep(&rest, "\n"))) {
        char *old = old_limit(hierarchy, pair->name);

        if (*line && write_group_file(hierarchy->fd, pair->name, line) == -1)
            fail("cgroup: unified: write %s to %s/%s", line, hierarchy->path,
                 pair->name);
        remember_limit(hierarchy, pair->name, line, old);
    }
    explain("write(\"%s/%s\", \"%s\")", hierarchy->path, pair->name,
            pair->value);
    free(controller);
}

void limit_v2(const struct hierarchy *hierarchy,
              const struct resources *resources)
{
    const bool *has = hierarchy->has;

    refuse_v1_only(hierarchy, resources);
    if (has[CONTROLLER_MEMORY])
        limit_memory(hierarchy, &resources->memory);
    if (has[CONTROLLER_CPU])
        limit_cpu(hierarchy, &resources->cpu);
    limit_both(hierarchy, resources);
    if (has[CONTROLLER_BLOCK_IO])
        limit_block_io(hierarchy, resources);
    if (has[CONTROLLER_DEVICES] && resources->device_count)
        filter_devices_v2(hierarchy, resources->devices,
                          resources->device_count);
    for (size_t i = 0; i < resources->unified_count; i++)
        set_unified(hierarchy, &resources->unified[i]);
}
