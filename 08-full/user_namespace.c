/* user_namespace.c - user namespaces and their mappings. */
#include "user_namespace.h"

#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base.h"
#include "namespaces.h"
#include "syscalls.h"

/* A user namespace lives as long as somebody is in it, or has it open: this
 * process is in it until it is open. */
static pid_t start_keeper(void)
{
    struct clone_args arguments = {.flags = CLONE_NEWUSER,
                                   .exit_signal = SIGCHLD};
    pid_t parent = getpid(), pid = sys_clone3(&arguments);

    if (pid == -1)
        fail("clone3 with CLONE_NEWUSER");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        /* if the parent has died before this, it would wait for ever, and
         * hold the lock of the state's folder */
        while (getppid() == parent)
            pause();
        _exit(EXIT_SUCCESS);
    }
    return pid;
}

/* errno is kept. */
static void end_keeper(pid_t pid)
{
    int number = errno;

    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    errno = number;
}

/* All lines in one write: the kernel takes no second one. */
static void write_map(pid_t pid, const char *name,
                      const struct id_mapping *mappings, size_t count)
{
    char *path = format_text("/proc/%d/%s", (int)pid, name);
    char *text = or_empty(NULL);

    for (size_t i = 0; i < count; i++)
        text = append(text, "%u %u %u\n", mappings[i].container,
                      mappings[i].host, mappings[i].size);
    if (write_file(path, "%s", text) == -1) {
        end_keeper(pid);
        fail_with_hint("the kernel takes at most 340 ranges, which do not "
                       "overlap and are not empty",
                       "write the %zu mappings of %s", count, name);
    }
    explain("write(\"%s\", \"%u %u %u%s\")", path, mappings->container,
            mappings->host, mappings->size, count > 1 ? "..." : "");
    free(text);
    free(path);
}

int make_user_namespace(const struct id_mappings *mappings)
{
    /* until it is waited for, its number is no other process's */
    pid_t pid = start_keeper();
    char *path = format_text("/proc/%d/ns/user", (int)pid);
    int fd;

    write_map(pid, "uid_map", mappings->uids, mappings->uid_count);
    write_map(pid, "gid_map", mappings->gids, mappings->gid_count);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    end_keeper(pid);
    if (fd == -1)
        fail("open %s", path);
    free(path);
    return fd;
}

int open_user_namespace(const struct config *config)
{
    const char *path = joined_path(config, CLONE_NEWUSER);
    int fd;

    if (config->linux_.namespaces & CLONE_NEWUSER)
        return make_user_namespace(&config->linux_.mappings);
    if (!path)
        return -1;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        fail("open the user namespace %s", path);
    return fd;
}

void enter_user_namespace(int fd, bool keep_groups)
{
    static const char hint[] = "the user namespace must map the ids 0";

    /* groups of the outside mean nothing inside, where it may be forbidden to
     * change them: proc_pid_setgroups(5) */
    if (!keep_groups && setgroups(0, NULL) == -1)
        fail("setgroups");
    if (setns(fd, CLONE_NEWUSER) == -1)
        fail("join the user namespace");
    if (setresgid(0, 0, 0) == -1 || setresuid(0, 0, 0) == -1)
        fail_with_hint(hint, "become root of the user namespace");
    explain("setns(CLONE_NEWUSER), setresuid(0) # %s", namespace_id("user"));
}
