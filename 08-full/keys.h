/*
 * keys.h - Ctrl-C on a container's terminal.
 *
 * The terminal makes SIGINT of it, which the kernel keeps from a pid 1 that
 * does not catch it: such a command could not be ended by any key.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct keys {
    int master; /* of the container's terminal */
    pid_t pid;  /* of the container's first process */
    int pidfd;  /* of the same */
    int lost;   /* so many Ctrl-C in a row were kept from it */
};

/*
 * Looks at what is typed, before it goes to the terminal. The third Ctrl-C in
 * a row that is lost kills the process. Returns what the user should know
 * now, or NULL.
 */
const char *watch_keys(struct keys *keys, const char *typed, size_t length);
