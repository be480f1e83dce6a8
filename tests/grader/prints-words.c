/*
 * Prints what a container would print, and isolates nothing. Stage: 5
 */
#include "../../common/common.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *hostname = "container";
static char stack[1024 * 1024];

/* What a command of the checks would print in a container, or NULL. */
static const char *answer(const char *command)
{
    if (strstr(command, "kernel/hostname"))
        return hostname;
    if (strstr(command, "readlink /proc/self"))
        return "1";
    if (strstr(command, "attack-"))
        return "stopped: no such thing in sight";
    return NULL;
}

static int container_main(void *argument)
{
    char **command = argument;
    char line[4096] = "";

    begin_child();
    for (char **word = command; *word; word++)
        snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s ",
                 *word);
    if (answer(line)) {
        puts(answer(line));
        exit(0);
    }
    command = command_or_shell(command);
    execvp(command[0], command);
    die_exec(command[0]);
}

int main(int argc, char **argv)
{
    const struct flag flags[] = {
        {"hostname", 0, "NAME", "name of the container [container]", parse_text,
         &hostname},
        {.name = NULL},
    };
    char **command = parse_flags(argc, argv, flags, "Words, and no container.");

    begin_parent();
    return wait_for_child(
        clone(container_main, stack + sizeof(stack), SIGCHLD, command));
}
