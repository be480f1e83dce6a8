/* stats.c - counters of v1 and v2, in runc's words. */
#include "stats.h"

#include <json-c/json.h>

#include "base.h"
#include "json.h"

/* ---- reading files ----------------------------------------------------------- */

/* "" if it cannot be read. */
static char *read_text(const struct hierarchy *hierarchy, const char *name)
{
    return or_empty(read_path("%s/%s", hierarchy->path, name));
}

/* The number in the file PREFIX + NAME; "max" is the largest, and 0 what is not
 * there. */
static uint64_t read_number_of(const struct hierarchy *hierarchy,
                               const char *prefix, const char *name)
{
    char *text = or_empty(read_path("%s/%s%s", hierarchy->path, prefix, name));
    uint64_t number =
        strncmp(text, "max", 3) == 0 ? UNLIMITED : strtoull(text, NULL, 10);

    free(text);
    return number;
}

static uint64_t read_number(const struct hierarchy *hierarchy, const char *name)
{
    return read_number_of(hierarchy, "", name);
}

/* Calls `visit` with the words of each line, at most eight. */
static void visit_lines(const struct hierarchy *hierarchy, const char *name,
                        void (*visit)(char **words, size_t count, void *data),
                        void *data)
{
    char *text = read_text(hierarchy, name), *rest = text, *line, *word;

    while ((line = strsep(&rest, "\n"))) {
        char *words[8];
        size_t count = 0;

        while (count < 8 && (word = strsep(&line, " :")))
            if (*word)
                words[count++] = word;
        if (count)
            visit(words, count, data);
    }
    free(text);
}

/* ---- JSON ---------------------------------------------------------------------- */

/* As runc: some are left out when they are 0. */
static void add_unless_0(struct json_object *object, const char *name,
                         uint64_t number)
{
    if (number)
        add_json_number(object, name, number);
}

static void add_unless_empty(struct json_object *object, const char *name,
                             struct json_object *array)
{
    if (json_object_array_length(array))
        add_json(object, name, array);
    else
        json_object_put(array);
}

/* ---- cpu ----------------------------------------------------------------------- */

struct cpu_usage {
    struct json_object *all, *users, *kernels; /* of each CPU */
};

static void add_element(struct json_object *array, const char *text)
{
    json_object_array_add(array,
                          json_object_new_uint64(strtoull(text, NULL, 10)));
}

static void visit_usage_all(char **words, size_t count, void *data)
{
    struct cpu_usage *usage = data;

    if (count != 3 || strcmp(words[0], "cpu") == 0)
        return;
    add_element(usage->users, words[1]);
    add_element(usage->kernels, words[2]);
}

static struct json_object *describe_cpuacct(const struct hierarchy *cpuacct)
{
    struct json_object *object = json_object_new_object();
    struct cpu_usage usage = {
        .all = json_object_new_array(),
        .users = json_object_new_array(),
        .kernels = json_object_new_array(),
    };
    uint64_t tick = 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);
    char *text = read_text(cpuacct, "cpuacct.usage_percpu"), *rest;

    for (char *word = strtok_r(text, " \n", &rest); word;
         word = strtok_r(NULL, " \n", &rest))
        add_element(usage.all, word);
    free(text);
    visit_lines(cpuacct, "cpuacct.usage_all", visit_usage_all, &usage);
    add_unless_0(object, "total", read_number(cpuacct, "cpuacct.usage"));
    add_unless_empty(object, "percpu", usage.all);
    add_unless_empty(object, "percpu_kernel", usage.kernels);
    add_unless_empty(object, "percpu_user", usage.users);
    add_json_number(object, "kernel",
                    read_group_number(cpuacct->fd, "cpuacct.stat", "system") *
                        tick);
    add_json_number(object, "user",
                    read_group_number(cpuacct->fd, "cpuacct.stat", "user") *
                        tick);
    return object;
}

static uint64_t cpu_stat(const struct hierarchy *cpu, const char *key)
{
    return read_group_number(cpu->fd, "cpu.stat", key);
}

static struct json_object *describe_cpu_v2(const struct hierarchy *cpu)
{
    struct json_object *object = json_object_new_object();

    add_unless_0(object, "total", cpu_stat(cpu, "usage_usec") * 1000);
    add_json_number(object, "kernel", cpu_stat(cpu, "system_usec") * 1000);
    add_json_number(object, "user", cpu_stat(cpu, "user_usec") * 1000);
    return object;
}

static struct json_object *describe_throttling(const struct hierarchy *cpu)
{
    struct json_object *object = json_object_new_object();

    add_unless_0(object, "periods", cpu_stat(cpu, "nr_periods"));
    add_unless_0(object, "throttledPeriods", cpu_stat(cpu, "nr_throttled"));
    add_unless_0(object, "throttledTime",
                 cpu->v2 ? cpu_stat(cpu, "throttled_usec") * 1000
                         : cpu_stat(cpu, "throttled_time"));
    return object;
}

static struct json_object *describe_cpu(const struct cgroup *cgroup)
{
    const struct hierarchy *cpu = hierarchy_of(cgroup, CONTROLLER_CPU);
    const struct hierarchy *cpuacct = hierarchy_of(cgroup, CONTROLLER_CPUACCT);
    struct json_object *object = json_object_new_object();

    add_json(object, "usage",
             cpu->v2 ? describe_cpu_v2(cpu) : describe_cpuacct(cpuacct));
    add_json(object, "throttling", describe_throttling(cpu));
    return object;
}

/* ---- cpuset ---------------------------------------------------------------------- */

/* "0-2,5" as [0,1,2,5]. */
static struct json_object *expand_list(const struct hierarchy *cpuset,
                                       const char *name)
{
    struct json_object *array = json_object_new_array();
    char *text = read_text(cpuset, name), *rest = text, *word;

    while ((word = strsep(&rest, ",\n"))) {
        unsigned first, last;
        int count = sscanf(word, "%u-%u", &first, &last);

        if (count == 1)
            last = first;
        for (; count > 0 && first <= last && last < 65536; first++)
            json_object_array_add(array, json_object_new_uint64(first));
    }
    free(text);
    return array;
}

static struct json_object *describe_cpuset(const struct cgroup *cgroup)
{
    static const char *const names[] = {
        "cpu_exclusive",   "mem_hardwall",       "mem_exclusive",
        "memory_migrate",  "memory_spread_page", "memory_spread_slab",
        "memory_pressure", "sched_load_balance",
    };
    const struct hierarchy *cpuset = hierarchy_of(cgroup, CONTROLLER_CPUSET);
    struct json_object *object = json_object_new_object();

    if (cpuset->v2) /* runc has nothing there for it */
        cpuset = &no_hierarchy;
    add_unless_empty(object, "cpus", expand_list(cpuset, "cpuset.cpus"));
    for (size_t i = 0; i < COUNT(names); i++) {
        if (i == 1)
            add_unless_empty(object, "mems",
                             expand_list(cpuset, "cpuset.mems"));
        add_json_number(object, names[i],
                        read_number_of(cpuset, "cpuset.", names[i]));
    }
    add_json(object, "sched_relax_domain_level", /* may be -1 */
             json_object_new_int64((int64_t)read_number(
                 cpuset, "cpuset.sched_relax_domain_level")));
    return object;
}

/* ---- memory ------------------------------------------------------------------------ */

static struct json_object *memory_entry(uint64_t limit, uint64_t usage,
                                        uint64_t max, uint64_t failures)
{
    struct json_object *object = json_object_new_object();

    add_json_number(object, "limit", limit);
    add_unless_0(object, "usage", usage);
    add_unless_0(object, "max", max);
    add_json_number(object, "failcnt", failures);
    return object;
}

/* `kind` is "memory.", "memory.memsw." and the like. */
static struct json_object *memory_v1(const struct hierarchy *memory,
                                     const char *kind)
{
    return memory_entry(read_number_of(memory, kind, "limit_in_bytes"),
                        read_number_of(memory, kind, "usage_in_bytes"),
                        read_number_of(memory, kind, "max_usage_in_bytes"),
                        read_number_of(memory, kind, "failcnt"));
}

static struct json_object *swap_v2(const struct hierarchy *memory)
{
    uint64_t limit = read_number(memory, "memory.swap.max");
    uint64_t of_memory = read_number(memory, "memory.max");

    if (limit != UNLIMITED)
        limit = of_memory == UNLIMITED ? UNLIMITED : limit + of_memory;
    return memory_entry(limit,
                        read_number(memory, "memory.swap.current") +
                            read_number(memory, "memory.current"),
                        0, 0);
}

static void visit_memory_stat(char **words, size_t count, void *data)
{
    if (count == 2)
        add_json_number(data, words[0], strtoull(words[1], NULL, 10));
}

static struct json_object *describe_memory(const struct cgroup *cgroup)
{
    const struct hierarchy *memory = hierarchy_of(cgroup, CONTROLLER_MEMORY);
    struct json_object *object = json_object_new_object();
    struct json_object *raw = json_object_new_object();

    visit_lines(memory, "memory.stat", visit_memory_stat, raw);
    add_unless_0(object, "cache",
                 json_object_get_uint64(json_object_object_get(
                     raw, memory->v2 ? "file" : "cache")));
    if (memory->v2) {
        add_json(object, "usage",
                 memory_entry(read_number(memory, "memory.max"),
                              read_number(memory, "memory.current"),
                              read_number(memory, "memory.peak"), 0));
        add_json(object, "swap", swap_v2(memory));
        add_json(object, "kernel", memory_entry(0, 0, 0, 0));
        add_json(object, "kernelTCP", memory_entry(0, 0, 0, 0));
    } else {
        add_json(object, "usage", memory_v1(memory, "memory."));
        add_json(object, "swap", memory_v1(memory, "memory.memsw."));
        add_json(object, "kernel", memory_v1(memory, "memory.kmem."));
        add_json(object, "kernelTCP", memory_v1(memory, "memory.kmem.tcp."));
    }
    add_json(object, "raw", raw);
    return object;
}

/* ---- pids, block I/O, huge pages ----------------------------------------------------- */

static struct json_object *describe_pids(const struct cgroup *cgroup)
{
    const struct hierarchy *pids = hierarchy_of(cgroup, CONTROLLER_PIDS);
    struct json_object *object = json_object_new_object();
    uint64_t limit = read_number(pids, "pids.max");

    add_unless_0(object, "current", read_number(pids, "pids.current"));
    add_unless_0(object, "limit", limit == UNLIMITED ? 0 : limit);
    return object;
}

static void add_block(struct json_object *array, char **words, const char *op,
                      const char *value)
{
    struct json_object *entry = json_object_new_object();

    add_unless_0(entry, "major", strtoull(words[0], NULL, 10));
    add_unless_0(entry, "minor", strtoull(words[1], NULL, 10));
    add_json(entry, "op", json_object_new_string(op));
    add_unless_0(entry, "value", strtoull(value, NULL, 10));
    json_object_array_add(array, entry);
}

/* v1: "8:0 Read 4096", and "Total 4096" at the end */
static void visit_block_v1(char **words, size_t count, void *array)
{
    if (count == 4)
        add_block(array, words, words[2], words[3]);
}

struct block_io {
    struct json_object *bytes, *operations;
};

/* v2: "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 ..." */
static void visit_block_v2(char **words, size_t count, void *data)
{
    const struct block_io *to = data;

    for (size_t i = 2; i < count; i++) {
        const char *value = strchr(words[i], '=');
        bool bytes = strncmp(words[i] + 1, "bytes=", 6) == 0;

        if (!value || !strchr("rw", *words[i]) ||
            (!bytes && strncmp(words[i] + 1, "ios=", 4) != 0))
            continue;
        add_block(bytes ? to->bytes : to->operations, words,
                  *words[i] == 'r' ? "Read" : "Write", value + 1);
    }
}

static struct json_object *describe_block_io(const struct cgroup *cgroup)
{
    const struct hierarchy *blkio = hierarchy_of(cgroup, CONTROLLER_BLOCK_IO);
    struct json_object *object = json_object_new_object();
    struct block_io to = {json_object_new_array(), json_object_new_array()};

    if (blkio->v2) {
        visit_lines(blkio, "io.stat", visit_block_v2, &to);
    } else {
        visit_lines(blkio, "blkio.throttle.io_service_bytes_recursive",
                    visit_block_v1, to.bytes);
        visit_lines(blkio, "blkio.throttle.io_serviced_recursive",
                    visit_block_v1, to.operations);
    }
    add_unless_empty(object, "ioServiceBytesRecursive", to.bytes);
    add_unless_empty(object, "ioServicedRecursive", to.operations);
    return object;
}

static struct json_object *hugepages_of(const struct hierarchy *hugetlb,
                                        const char *size)
{
    struct json_object *object = json_object_new_object();
    char *prefix = format_text("hugetlb.%s.", size);
    char *events = format_text("%sevents", prefix);
    bool v2 = hugetlb->v2;

    add_unless_0(
        object, "usage",
        read_number_of(hugetlb, prefix, v2 ? "current" : "usage_in_bytes"));
    add_unless_0(object, "max",
                 v2 ? 0
                    : read_number_of(hugetlb, prefix, "max_usage_in_bytes"));
    add_json_number(object, "failcnt",
                    v2 ? read_group_number(hugetlb->fd, events, "max")
                       : read_number_of(hugetlb, prefix, "failcnt"));
    free(events);
    free(prefix);
    return object;
}

/* The sizes are those that have files. */
static struct json_object *describe_hugepages(const struct cgroup *cgroup)
{
    const struct hierarchy *hugetlb = hierarchy_of(cgroup, CONTROLLER_HUGETLB);
    struct json_object *object = json_object_new_object();
    const char *end = hugetlb->v2 ? ".current" : ".usage_in_bytes";
    DIR *folder = opendir(hugetlb->path);
    struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        char size[32];
        int length = 0;

        if (sscanf(entry->d_name, "hugetlb.%31[^.]%n", size, &length) == 1 &&
            strcmp(entry->d_name + length, end) == 0)
            add_json(object, size, hugepages_of(hugetlb, size));
    }
    if (folder)
        closedir(folder);
    return object;
}

struct json_object *describe_stats(const struct cgroup *cgroup)
{
    struct json_object *object = json_object_new_object();

    add_json(object, "cpu", describe_cpu(cgroup));
    add_json(object, "cpuset", describe_cpuset(cgroup));
    add_json(object, "memory", describe_memory(cgroup));
    add_json(object, "pids", describe_pids(cgroup));
    add_json(object, "blkio", describe_block_io(cgroup));
    add_json(object, "hugetlb", describe_hugepages(cgroup));
    add_json(object, "intel_rdt", json_object_new_object());
    add_json(object, "network_interfaces", NULL);
    return object;
}

struct json_object *counter_in(struct json_object *stats, const char *path)
{
    char *copy = format_text("%s", path), *rest = copy, *name;

    while ((name = strsep(&rest, ".")))
        stats = json_object_object_get(stats, name);
    free(copy);
    return stats;
}

uint64_t count_in(struct json_object *stats, const char *path)
{
    return json_object_get_uint64(counter_in(stats, path));
}
