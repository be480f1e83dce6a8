/* Stage: 1. begin_parent() is not there: SIGCHLD would wake nobody. */
#include "../../common/common.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

static char stack[1024 * 1024];

static int container_main(void *argument)
{
    char **command = command_or_shell(argument);

    begin_child();
    execvp(command[0], command);
    die_exec(command[0]);
}

int main(int argc, char **argv)
{
    const struct flag flags[] = {{.name = NULL}};
    char **command =
        parse_flags(argc, argv, flags, "Nobody passes signals on.");

    return wait_for_child(
        clone(container_main, stack + sizeof(stack), SIGCHLD, command));
}
