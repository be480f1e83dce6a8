/* sysctl.c - writing to /proc/sys. */
#include "sysctl.h"

#include <sched.h>

#include "base.h"
#include "detached.h"
#include "namespaces.h"
#include "syscalls.h"

/* What belongs to a namespace: a file, or with a slash at its end a folder. */
static const struct {
    const char *path;
    int flag;
} owned[] = {
    {"net/", CLONE_NEWNET},
    {"fs/mqueue/", CLONE_NEWIPC},
    {"kernel/msgmax", CLONE_NEWIPC},
    {"kernel/msgmnb", CLONE_NEWIPC},
    {"kernel/msgmni", CLONE_NEWIPC},
    {"kernel/sem", CLONE_NEWIPC},
    {"kernel/shmall", CLONE_NEWIPC},
    {"kernel/shmmax", CLONE_NEWIPC},
    {"kernel/shmmni", CLONE_NEWIPC},
    {"kernel/shm_rmid_forced", CLONE_NEWIPC},
    {"kernel/domainname", CLONE_NEWUTS},
};

/* "net.ipv4.conf.eth0/1.mtu" and "net/ipv4/conf/eth0.1/mtu" are the same: the
 * separator that comes first is the separator, the other one a letter. */
static char *to_path(const char *name)
{
    char *path = format_text("%s", name);
    bool dots = path[strcspn(path, "./")] == '.';

    for (char *c = path; dots && *c; c++)
        if (*c == '.' || *c == '/')
            *c = *c == '.' ? '/' : '.';
    return path;
}

/* No empty component, no "." and no "..". */
static bool is_plain(const char *path)
{
    for (;;) {
        size_t length = strcspn(path, "/");

        if (length == 0 || strspn(path, ".") >= length)
            return false;
        if (!path[length])
            return true;
        path += length + 1;
    }
}

static int owner_of(const char *path)
{
    for (size_t i = 0; i < COUNT(owned); i++) {
        size_t length = strlen(owned[i].path);
        bool folder = owned[i].path[length - 1] == '/';

        if (folder ? strncmp(path, owned[i].path, length) == 0
                   : strcmp(path, owned[i].path) == 0)
            return owned[i].flag;
    }
    return 0;
}

char *sysctl_path(const char *name, const struct config *config,
                  const char **why)
{
    char *path = to_path(name);
    int flag = owner_of(path);

    *why = NULL;
    if (!is_plain(path))
        *why = "is not a name of sysctl(8)";
    else if (!flag)
        *why = "is a setting of the whole machine";
    else if (!has_namespace(config, flag))
        *why = "belongs to a namespace that is the host's here";
    if (!*why)
        return path;
    free(path);
    return NULL;
}

/* Through a procfs of our own, which nobody can have put anything into. */
static void set_one(int proc, const char *path, const struct pair *sysctl)
{
    struct open_how how = {.flags = O_WRONLY | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
                                      RESOLVE_NO_XDEV};
    char *file = format_text("sys/%s", path);
    int fd = sys_openat2(proc, file, &how);
    size_t length = strlen(sysctl->value);

    if (fd == -1 || write(fd, sysctl->value, length) != (ssize_t)length)
        fail("sysctl %s = %s", sysctl->name, sysctl->value);
    explain("write(\"/proc/%s\", \"%s\")", file, sysctl->value);
    close(fd);
    free(file);
}

void set_sysctls(const struct config *config)
{
    static const char *const none[] = {NULL};
    const char *why;
    int proc;

    if (config->linux_.sysctl_count == 0)
        return;
    proc = make_file_system("proc", "proc", none, "sysctl's procfs");
    for (size_t i = 0; i < config->linux_.sysctl_count; i++) {
        const struct pair *sysctl = &config->linux_.sysctl[i];
        char *path = sysctl_path(sysctl->name, config, &why);

        if (!path)
            fail_plainly(NULL, "sysctl %s: %s", sysctl->name, why);
        set_one(proc, path, sysctl);
        free(path);
    }
    close(proc);
}
