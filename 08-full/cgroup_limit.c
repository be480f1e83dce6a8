/* cgroup_limit.c - writing limits into the files of groups. */
#include <inttypes.h>
#include <stdarg.h>

#include "base.h"
#include "cgroup.h"
#include "cgroup_undo.h"

int write_group_file(int group, const char *name, const char *text)
{
    int fd = openat(group, name, O_WRONLY | O_CLOEXEC);
    ssize_t written;

    if (fd == -1)
        return -1;
    written = write(fd, text, strlen(text));
    int number = errno;
    close(fd);
    errno = number;
    return written == -1 ? -1 : 0;
}

uint64_t read_group_number(int group, const char *name, const char *key)
{
    char text[4096];
    int fd = openat(group, name, O_RDONLY | O_CLOEXEC);
    ssize_t length;
    size_t size = strlen(key);

    if (fd == -1)
        return 0;
    length = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        if (strncmp(line, key, size) == 0 && line[size] == ' ')
            return strtoull(line + size, NULL, 10);
    return 0;
}

bool has_group_file(const struct hierarchy *hierarchy, const char *name)
{
    return faccessat(hierarchy->fd, name, F_OK, 0) == 0;
}

/* ---- values -------------------------------------------------------------- */

static const char *lifted(const struct hierarchy *hierarchy)
{
    return hierarchy->v2 ? "max" : "-1";
}

const char *limit_text(const struct hierarchy *hierarchy, uint64_t value)
{
    if (value == 0)
        return NULL;
    if (value == UNLIMITED)
        return lifted(hierarchy);
    return format_text("%" PRIu64, value);
}

const char *optional_text(const uint64_t *value)
{
    return value ? format_text("%" PRIu64, *value) : NULL;
}

bool is_limit(uint64_t value)
{
    return value != 0 && value != UNLIMITED;
}

/* ---- writing ------------------------------------------------------------- */

static noreturn void fail_to_write(const struct hierarchy *hierarchy,
                                   const char *name, const char *text)
{
    const char *hint = NULL;

    if (errno == ENOENT)
        hint = hierarchy->v2 ? "the kernel lacks this limit, or the groups "
                               "above do not hand its controller down"
                             : "the kernel lacks this limit";
    fail_with_hint(hint, "cgroup: write %s to %s/%s", text, hierarchy->path,
                   name);
}

/* Returns whether it was written; on EINVAL only if it is not `final`. */
static bool try_to_write(const struct hierarchy *hierarchy, const char *name,
                         const char *text, bool final)
{
    char *old = old_limit(hierarchy, name);

    if (write_group_file(hierarchy->fd, name, text) == -1) {
        /* what does not exist limits nothing */
        if (errno == ENOENT && strcmp(text, lifted(hierarchy)) == 0)
            return true;
        if (final || errno != EINVAL)
            fail_to_write(hierarchy, name, text);
        return false;
    }
    remember_limit(hierarchy, name, text, old);
    explain("write(\"%s/%s\", \"%s\")", hierarchy->path, name, text);
    return true;
}

void set_limit_text(const struct hierarchy *hierarchy, const char *name,
                    const char *text)
{
    if (text)
        try_to_write(hierarchy, name, text, true);
}

void set_limit(const struct hierarchy *hierarchy, const char *name,
               const char *format, ...)
{
    char *text;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) == -1)
        fail("allocate memory");
    va_end(arguments);
    set_limit_text(hierarchy, name, text);
    free(text);
}

void set_together(const struct hierarchy *hierarchy,
                  const struct setting *settings, size_t count)
{
    bool again[8] = {false}; /* no more than so many belong together */

    for (size_t i = 0; i < count; i++)
        again[i] =
            settings[i].text &&
            !try_to_write(hierarchy, settings[i].name, settings[i].text, false);
    for (size_t i = 0; i < count; i++)
        if (again[i])
            set_limit_text(hierarchy, settings[i].name, settings[i].text);
}

/* ---- all of them ----------------------------------------------------------- */

static bool needs_memory(const struct memory_limits *memory)
{
    return is_limit(memory->limit) || is_limit(memory->swap) ||
           is_limit(memory->reservation) || is_limit(memory->kernel) ||
           is_limit(memory->kernel_tcp) || memory->swappiness ||
           memory->use_hierarchy || memory->disable_oom_killer;
}

static bool needs_cpu(const struct cpu_limits *cpu)
{
    return is_limit(cpu->quota) || cpu->shares || cpu->burst || cpu->idle ||
           is_limit(cpu->realtime_runtime) || cpu->realtime_period;
}

bool needs_controller(const struct resources *resources,
                      enum controller controller)
{
    switch (controller) {
    case CONTROLLER_MEMORY:
        return needs_memory(&resources->memory);
    case CONTROLLER_CPU:
        return needs_cpu(&resources->cpu);
    case CONTROLLER_PIDS:
        return is_limit(resources->pids.limit);
    case CONTROLLER_DEVICES:
        return resources->device_count > 0;
    case CONTROLLER_CPUSET:
        return resources->cpu.cpus || resources->cpu.mems;
    case CONTROLLER_BLOCK_IO:
        return resources->block_io.weight || resources->block_io.leaf_weight ||
               resources->block_io.weight_count ||
               resources->block_io.rate_count;
    case CONTROLLER_HUGETLB:
        return resources->hugepage_count > 0;
    case CONTROLLER_NET_CLS:
        return resources->network.class_id > 0;
    case CONTROLLER_NET_PRIO:
        return resources->network.priority_count > 0;
    case CONTROLLER_RDMA:
        return resources->rdma_count > 0;
    default:
        return false;
    }
}

static void limit_hugepages(const struct hierarchy *hierarchy,
                            const struct resources *resources)
{
    const char *end = hierarchy->v2 ? "max" : "limit_in_bytes";

    for (size_t i = 0; i < resources->hugepage_count; i++) {
        const struct hugepage_limit *limit = &resources->hugepages[i];
        char *used = format_text("hugetlb.%s.%s", limit->page_size, end);
        char *reserved =
            format_text("hugetlb.%s.rsvd.%s", limit->page_size, end);

        set_limit(hierarchy, used, "%" PRIu64, limit->limit);
        /* since Linux 5.7: what is reserved counts, not only what is used */
        if (has_group_file(hierarchy, reserved))
            set_limit(hierarchy, reserved, "%" PRIu64, limit->limit);
        free(used);
        free(reserved);
    }
}

static void limit_rdma(const struct hierarchy *hierarchy,
                       const struct resources *resources)
{
    for (size_t i = 0; i < resources->rdma_count; i++) {
        const struct rdma_limit *one = &resources->rdma[i];
        const char *handles = optional_text(one->handles);
        const char *objects = optional_text(one->objects);

        set_limit(hierarchy, "rdma.max", "%s%s%s%s%s", one->device,
                  handles ? " hca_handle=" : "", handles ? handles : "",
                  objects ? " hca_object=" : "", objects ? objects : "");
    }
}

void limit_both(const struct hierarchy *hierarchy,
                const struct resources *resources)
{
    const bool *has = hierarchy->has;
    uint64_t pids = resources->pids.limit;

    if (has[CONTROLLER_CPUSET]) {
        set_limit_text(hierarchy, "cpuset.cpus", resources->cpu.cpus);
        set_limit_text(hierarchy, "cpuset.mems", resources->cpu.mems);
    }
    if (has[CONTROLLER_PIDS]) /* "max" in v1, too */
        set_limit_text(hierarchy, "pids.max",
                       pids == UNLIMITED ? "max" : limit_text(hierarchy, pids));
    if (has[CONTROLLER_HUGETLB])
        limit_hugepages(hierarchy, resources);
    if (has[CONTROLLER_RDMA])
        limit_rdma(hierarchy, resources);
}

static void require_groups(const struct cgroup *cgroup,
                           const struct resources *resources)
{
    for (enum controller i = 0; i < CONTROLLERS; i++) {
        bool there = !needs_controller(resources, i);

        for (size_t j = 0; j < cgroup->count; j++)
            there |= cgroup->hierarchies[j].has[i] &&
                     cgroup->hierarchies[j].fd != -1;
        if (!there)
            fail_plainly(NULL,
                         "cgroup: the container has no group with the "
                         "controller %s",
                         controller_name(i));
    }
}

static void require_v2(const struct cgroup *cgroup,
                       const struct resources *resources)
{
    for (size_t i = 0; i < cgroup->count; i++)
        if (cgroup->hierarchies[i].v2 && cgroup->hierarchies[i].fd != -1)
            return;
    if (resources->unified_count)
        fail_plainly(NULL, "cgroup: unified: %s needs cgroup v2",
                     resources->unified[0].name);
}

void limit_cgroup(const struct cgroup *cgroup,
                  const struct resources *resources)
{
    require_groups(cgroup, resources);
    require_v2(cgroup, resources);
    for (size_t i = 0; i < cgroup->count; i++) {
        const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

        if (hierarchy->fd == -1)
            continue;
        if (hierarchy->v2)
            limit_v2(hierarchy, resources);
        else
            limit_v1(hierarchy, resources);
    }
}
