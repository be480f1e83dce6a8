/* namespaces.c - names of namespaces, and setns. */
#include "namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "../common/common.h"
#include "sync.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static const struct {
    const char *type;
    int flag;
} kinds_of_namespaces[] = {
    {"pid", CLONE_NEWPID},   {"network", CLONE_NEWNET},
    {"ipc", CLONE_NEWIPC},   {"uts", CLONE_NEWUTS},
    {"mount", CLONE_NEWNS},  {"cgroup", CLONE_NEWCGROUP},
    {"user", CLONE_NEWUSER}, {"time", CLONE_NEWTIME},
};

enum { KINDS = sizeof(kinds_of_namespaces) / sizeof(kinds_of_namespaces[0]) };

int find_namespace(const char *type)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(type, kinds_of_namespaces[i].type) == 0)
            return kinds_of_namespaces[i].flag;
    return 0;
}

const char *namespace_type(int flag)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds_of_namespaces[i].flag == flag)
            return kinds_of_namespaces[i].type;
    return "?";
}

void join_namespaces(const struct config *config, int kinds)
{
    for (size_t i = 0; i < config->linux_.joined_count; i++) {
        const struct joined_namespace *joined = &config->linux_.joined[i];
        const char *type = namespace_type(joined->type);
        int fd;

        if (!(joined->type & kinds))
            continue;
        fd = open(joined->path, O_RDONLY | O_CLOEXEC);
        /* the kernel compares the kind with what the file is */
        if (fd == -1 || setns(fd, joined->type) == -1)
            fail("join the %s namespace %s", type, joined->path);
        explain("setns(\"%s\", %s)", joined->path, type);
        close(fd);
    }
}

bool has_namespace(const struct config *config, int flag)
{
    for (size_t i = 0; i < config->linux_.joined_count; i++)
        if (config->linux_.joined[i].type == flag)
            return true;
    return config->linux_.namespaces & (uint64_t)(unsigned)flag;
}
