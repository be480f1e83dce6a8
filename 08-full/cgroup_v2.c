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

static noreturn void fail_enabling(const struct hierarchy *hierarchy,
                                   const char *text)
{
    const char *top = hierarchy->mount_point;
    char hint[500];

    if (errno != EBUSY)
        fail("cgroup: write %s to %s/cgroup.subtree_control", text, top);
    /* in a container of somebody else's: its processes are in the topmost
     * group that we can see, and v2 wants processes in leaves only */
    snprintf(hint, sizeof(hint),
             "processes are in the topmost cgroup, as in a container: move "
             "them into a group of their own first:\n"
             "  mkdir -p %s/init && for p in $(cat %s/cgroup.procs); do "
             "echo $p > %s/init/cgroup.procs; done",
             top, top, top);
    fail_with_hint(hint, "cgroup: write %s to %s/cgroup.subtree_control", text,
                   top);
}

void enable_v2_controllers(const struct hierarchy *hierarchy, int parent)
{
    for (enum controller i = 0; i < CONTROLLERS; i++) {
        char text[32];
        int top;

        if (!hierarchy->has[i] || i == CONTROLLER_DEVICES)
            continue;
        snprintf(text, sizeof(text), "+%s", controller_name(i));
        top = openat(parent, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (top == -1 ||
            write_group_file(top, "cgroup.subtree_control", text) == -1)
            fail_enabling(hierarchy, text);
        close(top);
        if (write_group_file(parent, "cgroup.subtree_control", text) == -1)
            fail("cgroup: write %s to toy-docker/cgroup.subtree_control", text);
        explain("write(\"cgroup.subtree_control\", \"%s\") # %s and "
                "toy-docker",
                text, hierarchy->mount_point);
    }
}

static void limit_memory(const struct hierarchy *hierarchy,
                         const struct resources *resources)
{
    uint64_t limit = resources->memory.limit, swap = resources->memory.swap;

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

void limit_v2(const struct hierarchy *hierarchy,
              const struct resources *resources)
{
    if (hierarchy->has[CONTROLLER_MEMORY])
        limit_memory(hierarchy, resources);
    if (hierarchy->has[CONTROLLER_CPU] && resources->cpu.quota != UNLIMITED)
        set_limit(hierarchy, "cpu.max", "%llu %llu",
                  (unsigned long long)resources->cpu.quota,
                  (unsigned long long)resources->cpu.period);
    if (hierarchy->has[CONTROLLER_PIDS] && resources->pids.limit != UNLIMITED)
        set_limit(hierarchy, "pids.max", "%llu",
                  (unsigned long long)resources->pids.limit);
    if (hierarchy->has[CONTROLLER_DEVICES])
        filter_devices_v2(hierarchy, resources->devices,
                          resources->device_count);
}
