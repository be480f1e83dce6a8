/*
 * attributes.h - when a process gets a processor, and which; where its memory
 * is taken from; what kind of machine it sees.
 *
 * See sched_setattr(2), ioprio_set(2), set_mempolicy(2), personality(2),
 * sched_setaffinity(2).
 */
#pragma once

#include "config.h"

/*
 * Gives the calling process those that the configuration has; all of them
 * survive execve. Some take root's power. Ends the program on failure.
 */
void set_attributes(const struct config *config);

/* The calling process runs on these processors only, as far as its cpuset has
 * them; NULL: on all of those. Ends the program on failure. */
void set_processors(const struct number_set *processors);
