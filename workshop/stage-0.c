/*
 * Stage 01, clone: yours to write. TASK.md says what is to be done.
 *
 * This one runs no container and no child: it becomes the command itself.
 */
#include "../common/common.h"

#include <unistd.h>

struct options {
    char **command;
};

int main(int argc, char **argv)
{
    struct options options = {
        .command = NULL,
    };
    const struct flag flags[] = {
        {.name = NULL},
    };

    options.command =
        parse_flags(argc, argv, flags, "A child by clone(2), and its status.");

    options.command = command_or_shell(options.command);
    execvp(options.command[0], options.command);
    die_exec(options.command[0]);
}
