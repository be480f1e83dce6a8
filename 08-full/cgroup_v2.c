/* cgroup_v2.c - the limits' files in cgroup v2, and delegation. */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/common.h"
#include "device_filter.h"
#include "sync.h"

bool v2_offers(const char *mount_point, enum controller controller)
{
    char *path, *list;
    bool found = false;

    /* devices are filtered by a program; there is no controller to enable */
    if (controller == CONTROLLER_DEVICES)
        return true;
    path = format_text("%s/cgroup.controllers", mount_point);
    list = read_file(path);
    char *rest = NULL;
    for (char *word = list ? strtok_r(list, " \n", &rest) : NULL; word;
         word = strtok_r(NULL, " \n", &rest))
        found = found || strcmp(word, controller_name(controller)) == 0;
    free(list);
    free(path);
    return found;
}

void follow_into_v2(struct cgroup *cgroup, pid_t pid)
{
    char *file = format_text("/proc/%d/cgroup", (int)pid);
    char *text = read_file(file);
    char *line = text ? strstr(text, "0::/") : NULL;

    for (size_t i = 0; line && i < cgroup->count; i++) {
        struct hierarchy *hierarchy = &cgroup->hierarchies[i];

        if (!hierarchy->v2)
            continue;
        hierarchy->path = format_text("%s%.*s", hierarchy->mount_point,
                                      (int)strcspn(line + 3, "\n"), line + 3);
        close(hierarchy->fd);
        hierarchy->fd =
            open(hierarchy->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (hierarchy->fd == -1)
            fail("cgroup: open %s", hierarchy->path);
    }
    free(text);
    free(file);
}

/* In v2 a group has processes, or groups with controllers below it. Only the
 * real root (which has no cgroup.type) may have both. In a container, what
 * looks like the root is a group with processes. */
static bool is_busy(const char *top)
{
    char *type = format_text("%s/cgroup.type", top);
    char *file = format_text("%s/cgroup.procs", top);
    char *processes = read_file(file);
    bool busy = access(type, F_OK) == 0 && processes && *processes;

    free(processes);
    free(file);
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

static void enable(const struct hierarchy *hierarchy,
                   enum controller controller)
{
    const char *name = controller_name(controller);
    char *file =
        format_text("%s/cgroup.subtree_control", hierarchy->mount_point);
    char text[32];

    snprintf(text, sizeof(text), "+%s", name);
    if (write_file(file, "%s", text) == -1)
        fail("cgroup: write %s to %s", text, file);
    explain("write(\"%s\", \"%s\")", file, text);
    free(file);
}

void enable_v2_below(const struct hierarchy *hierarchy, int folder,
                     const char *name)
{
    for (enum controller i = 0; i < CONTROLLERS; i++) {
        char *text = format_text("+%s", controller_name(i));

        if (hierarchy->has[i] && i != CONTROLLER_DEVICES &&
            write_group_file(folder, "cgroup.subtree_control", text) == -1)
            fail("cgroup: write %s to %s/cgroup.subtree_control", text, name);
        free(text);
    }
}

void enable_v2_controllers(const struct hierarchy *hierarchy)
{
    for (enum controller i = 0; i < CONTROLLERS; i++) {
        if (!hierarchy->has[i] || i == CONTROLLER_DEVICES)
            continue;
        /* not left to the kernel: "cpu" alone would be enabled, and make the
         * group of those processes a threaded one */
        if (is_busy(hierarchy->mount_point))
            fail_busy(hierarchy->mount_point);
        enable(hierarchy, i);
    }
}

static void limit_memory(const struct hierarchy *hierarchy,
                         const struct resources *resources)
{
    uint64_t limit = resources->memory.limit, swap = resources->memory.swap;

    if (resources->memory.reservation != UNLIMITED)
        set_limit(hierarchy, "memory.low", "%llu",
                  (unsigned long long)resources->memory.reservation);
    if (limit == UNLIMITED)
        return;
    set_limit(hierarchy, "memory.max", "%llu", (unsigned long long)limit);
    if (swap == UNLIMITED)
        return;
    /* here swap is counted alone */
    if (faccessat(hierarchy->fd, "memory.swap.max", F_OK, 0) == 0)
        set_limit(hierarchy, "memory.swap.max", "%llu",
                  (unsigned long long)(swap - limit));
    else
        warn("this kernel does not count swap: --memory limits memory alone");
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

void limit_v2(const struct hierarchy *hierarchy,
              const struct resources *resources)
{
    if (hierarchy->has[CONTROLLER_MEMORY])
        limit_memory(hierarchy, resources);
    if (hierarchy->has[CONTROLLER_CPU] && resources->cpu.quota != UNLIMITED)
        set_limit(hierarchy, "cpu.max", "%llu %llu",
                  (unsigned long long)resources->cpu.quota,
                  (unsigned long long)resources->cpu.period);
    if (hierarchy->has[CONTROLLER_CPU] && resources->cpu.shares)
        set_limit(hierarchy, "cpu.weight", "%llu",
                  (unsigned long long)weight_of(resources->cpu.shares));
    if (hierarchy->has[CONTROLLER_PIDS] && resources->pids.limit != UNLIMITED)
        set_limit(hierarchy, "pids.max", "%llu",
                  (unsigned long long)resources->pids.limit);
    if (hierarchy->has[CONTROLLER_DEVICES])
        filter_devices_v2(hierarchy, resources->devices,
                          resources->device_count);
}
