/*
 * labels.h - the rules that a process gets when it executes the command, where
 * the kernel has AppArmor or SELinux. See apparmor(7), selinux(8).
 */
#pragma once

#include <stdbool.h>

#include "config.h"

/* Whether the running kernel has them, and uses them. */
bool has_apparmor(void);
bool has_selinux(void);

/*
 * From the next execve on, the calling process is under config's AppArmor
 * profile or SELinux label. Call it while /proc is the host's. Ends the program
 * on failure.
 */
void set_labels(const struct process *process);
