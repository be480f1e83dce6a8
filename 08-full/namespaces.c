/* namespaces.c - names of namespaces, and setns. */
#include "namespaces.h"

#include <sched.h>

#include "base.h"

static const struct {
    const char *type;
    int flag;
    const char *flag_name;
    const char *file; /* in /proc/PID/ns */
} kinds_of_namespaces[] = {
    {"pid", CLONE_NEWPID, "CLONE_NEWPID", "pid"},
    {"network", CLONE_NEWNET, "CLONE_NEWNET", "net"},
    {"ipc", CLONE_NEWIPC, "CLONE_NEWIPC", "ipc"},
    {"uts", CLONE_NEWUTS, "CLONE_NEWUTS", "uts"},
    {"mount", CLONE_NEWNS, "CLONE_NEWNS", "mnt"},
    {"cgroup", CLONE_NEWCGROUP, "CLONE_NEWCGROUP", "cgroup"},
    {"user", CLONE_NEWUSER, "CLONE_NEWUSER", "user"},
    {"time", CLONE_NEWTIME, "CLONE_NEWTIME", "time"},
};

enum { KINDS = COUNT(kinds_of_namespaces) };

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

const char *namespace_file(int flag)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds_of_namespaces[i].flag == flag)
            return kinds_of_namespaces[i].file;
    return "?";
}

const char *joined_path(const struct config *config, int flag)
{
    for (size_t i = 0; i < config->linux_.joined_count; i++)
        if (config->linux_.joined[i].type == flag)
            return config->linux_.joined[i].path;
    return NULL;
}

static void set_clock(const char *clock, const struct time_offset *offset)
{
    static const char file[] = "/proc/self/timens_offsets";

    if (write_file(file, "%s %lld %u\n", clock, (long long)offset->secs,
                   offset->nanosecs) == -1)
        fail("set the clock %s %lld.%09u s ahead", clock,
             (long long)offset->secs, offset->nanosecs);
    explain("write(\"%s\", \"%s %lld %u\")", file, clock,
            (long long)offset->secs, offset->nanosecs);
}

void make_time_namespace(const struct config *config)
{
    if (unshare(CLONE_NEWTIME) == -1)
        fail("unshare CLONE_NEWTIME");
    /* the kernel takes them as long as nobody is in there */
    set_clock("monotonic", &config->linux_.time_offsets.monotonic);
    set_clock("boottime", &config->linux_.time_offsets.boottime);
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

int other_namespaces(pid_t pid)
{
    int flags = 0;

    for (size_t i = 0; i < KINDS; i++) {
        const char *file = kinds_of_namespaces[i].file;
        char *theirs = format_text("/proc/%d/ns/%s", (int)pid, file);
        char *ours = format_text("/proc/self/ns/%s", file);
        struct stat a, b;

        /* a kernel without this kind has no such file */
        if (stat(theirs, &a) == 0 && stat(ours, &b) == 0 &&
            (a.st_dev != b.st_dev || a.st_ino != b.st_ino))
            flags |= kinds_of_namespaces[i].flag;
        free(theirs);
        free(ours);
    }
    return flags;
}

bool has_namespace(const struct config *config, int flag)
{
    return joined_path(config, flag) ||
           config->linux_.namespaces & (uint64_t)(unsigned)flag;
}

void explain_joined(int kinds)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds & kinds_of_namespaces[i].flag)
            explain("setns(pidfd, %s) # %s", kinds_of_namespaces[i].flag_name,
                    namespace_id(kinds_of_namespaces[i].file));
}
