/*
 * console.h - the container's side of its terminal.
 *
 * A pseudoterminal of the container's own devpts, not the caller's: a process
 * that has a terminal can put input into it (ioctl TIOCSTI), which the
 * caller's shell would then run. See pty(7), ioctl_tty(2).
 */
#pragma once

#include "config.h"
#include "user.h"

/*
 * Opens a new pair in the container's devpts below `root`, gives the
 * terminal's side to the user and the size that the configuration names.
 * Returns that side; *master is the other one, for the runtime.
 */
int open_own_terminal(int root, const struct process *process,
                      const struct identity *identity, int *master);

/* Mounts the terminal on /dev/console below `root`. */
void mount_console(int root, int terminal);
