/*
 * foreground.h - while the command runs: signals, the terminal's bytes, its end.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "terminal.h"

struct foreground {
    pid_t pid;                 /* of the container's first process */
    int pidfd;                 /* of the same */
    int signals;               /* signalfd(2) from open_signals */
    struct terminal *terminal; /* its master is -1 without a terminal */
    int ready;                 /* where it says that it is (notify.h); or -1 */
    bool typing;        /* standard input goes to the container's terminal */
    const char *detach; /* keys that end it; see keys.h */
};

/* Blocks the signals that the runtime handles, and opens a descriptor that
 * they can be read from. With `terminal` those of job control and of the
 * window's size are among them. */
int open_signals(bool terminal);

/*
 * Returns true when the process has ended (it is left to be waited for) and all
 * it wrote to its terminal is on standard output; false if it runs, and the user
 * has typed the keys that detach. Signals are passed on; the
 * third one kills. So does the third Ctrl-C in a row that the kernel keeps from
 * the first process because that does not catch SIGINT.
 */
bool watch(const struct foreground *foreground);
