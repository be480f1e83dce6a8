/*
 * foreground.h - while the command runs: signals, the terminal's bytes, its end.
 */
#pragma once

#include <stdbool.h>

struct child; /* child.h */

/* Blocks the signals that the runtime handles, and opens a descriptor that
 * they can be read from. With `terminal` those of job control and of the
 * window's size are among them. */
int open_signals(bool terminal);

/*
 * Returns true when the process has ended (it is left to be waited for) and all
 * it wrote to its terminal is on standard output; false if it runs, and the user
 * has typed the keys `detach` (keys.h). `typing`: standard input goes to its
 * terminal. Signals are passed on; the third one kills. So does the third Ctrl-C in a row that the kernel keeps from
 * the first process because that does not catch SIGINT.
 */
bool watch(struct child *child, bool typing, const char *detach);
