/*
 * Stage 01, clone: a container is a process.
 *
 * New:   a child made by clone(2) on a stack of its own; the parent waits for
 *        it and passes its exit status on.
 * Leaks: everything. `hostname oops` in this container renames the host.
 * Try:   make stage-1 && sudo ./stage-1 --explain
 */
#include "../common/common.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK_SIZE (1024 * 1024)

struct options {
    char **command;
};

/* What runs in the container, from its first instruction to execve. */
static int container_main(void *argument)
{
    struct options *options = argument;

    begin_child();

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
        .command = NULL,
    };
    const struct flag flags[] = {
        {.name = NULL},
    };
    int clone_flags = SIGCHLD; /* the signal that tells us of its end */
    pid_t child;

    options.command =
        parse_flags(argc, argv, flags, "A child by clone(2), and its status.");
    begin_parent();

    explain("clone(container_main, stack + %d, ... | SIGCHLD) # by pid %d",
            STACK_SIZE, getpid());
    child = clone(container_main, make_stack(), clone_flags, &options);
    if (child == -1)
        die("clone");
    return wait_for_child(child);
}
