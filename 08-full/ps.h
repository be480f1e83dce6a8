/*
 * ps.h - the processes of a container, by ps(1), which knows what to say of them.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "verbs.h"

struct pids {
    pid_t *items;
    size_t count;
};

/* The processes in the cgroups of the container that `word` names; it must be
 * there. */
struct pids processes_of(const char *word, const struct globals *globals);

/*
 * Runs ps with `args`, a list that NULL ends (args[0] is not one of them; none:
 * -ef), and calls `see` with the head of its table and the lines of these
 * processes, each with its newline. Without ps, or a column PID, the program
 * ends.
 */
void visit_ps(const struct pids *pids, char **args,
              void (*see)(char *line, void *data), void *data);
