/*
 * Stage 04, pid: the command is process 1 of a world of its own.
 *
 * New:   CLONE_NEWPID. Process 1 inherits orphans, gets no signal it has no
 *        handler for, and takes everybody along when it ends.
 * Leaks: /proc still shows every process of the host, and a file system
 *        mounted inside appears on the host.
 * Try:   make stage-4 && sudo ./stage-4 sh -c 'echo $$'
 */
#include "../common/common.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK_SIZE (1024 * 1024)

struct options {
    const char *hostname;
    char **command;
};

/* Renames the UTS namespace that we are in: see uts_namespaces(7). */
static void set_hostname(const char *hostname)
{
    if (sethostname(hostname, strlen(hostname)) == -1)
        die("sethostname %.80s", hostname);
    explain("sethostname(\"%s\", %zu) # in %s", hostname, strlen(hostname),
            namespace_id("uts"));
}

/* What runs in the container, from its first instruction to execve. */
static int container_main(void *argument)
{
    struct options *options = argument;

    begin_child();
    set_hostname(options->hostname);
    explain("readlink(\"/proc/self/ns/ipc\") # %s", namespace_id("ipc"));
    explain("readlink(\"/proc/self/ns/pid\") # %s", namespace_id("pid"));

    /* The last step replaces this program by the command, in the same
     * process: the command has our pid and all that was prepared for it. */
    options->command = command_or_shell(options->command);
    explain("execve(\"%s\") # as pid %d", options->command[0], getpid());
    execvp(options->command[0], options->command);
    die_exec(options->command[0]);
}

/* The child's stack. Stacks grow down, so clone(2) wants to know its end. The
 * lowest page is a guard: an overflow ends in SIGSEGV, not in other memory. */
static char *make_stack(void)
{
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    char *stack = mmap(NULL, guard + STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

    if (stack == MAP_FAILED)
        die("mmap a stack of %d bytes", STACK_SIZE);
    if (mprotect(stack, guard, PROT_NONE) == -1)
        die("mprotect the stack's guard page");
    return stack + guard + STACK_SIZE;
}

int main(int argc, char **argv)
{
    struct options options = {
        .hostname = "container",
        .command = NULL,
    };
    const struct flag flags[] = {
        {"hostname", 0, "NAME", "name of the container [container]", parse_text,
         &options.hostname},
        {.name = NULL},
    };
    int clone_flags = SIGCHLD; /* the signal that tells us of its end */
    pid_t child;

    options.command =
        parse_flags(argc, argv, flags, "A child with its own IPC and pids.");
    begin_parent();

    clone_flags |= CLONE_NEWUTS;
    explain("CLONE_NEWUTS # the host stays in %s", namespace_id("uts"));
    clone_flags |= CLONE_NEWIPC;
    explain("CLONE_NEWIPC # the host stays in %s", namespace_id("ipc"));
    clone_flags |= CLONE_NEWPID;
    explain("CLONE_NEWPID # the host stays in %s", namespace_id("pid"));
    explain("clone(container_main, stack + %d, ... | SIGCHLD) # by pid %d",
            STACK_SIZE, getpid());
    child = clone(container_main, make_stack(), clone_flags, &options);
    if (child == -1)
        die("clone");
    return wait_for_child(child);
}
