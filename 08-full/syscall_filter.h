/*
 * syscall_filter.h - the few system calls that capabilities do not guard.
 *
 * With a user namespace of its own, a process has all capabilities in there,
 * and may for instance mount its v1 cgroups anew and raise its limits. Keys of
 * user 0 are those of the host's user 0. And the kernel's log can be read by
 * anybody where kernel.dmesg_restrict is 0. A filter, a small program that
 * the kernel runs at each system call, refuses these. See seccomp(2). The
 * filter of a bundle is that of its profile instead.
 */
#pragma once

#include "config.h"

/*
 * Installs the filter for the calling process and all that come from it, for
 * ever. What CAP_SYSLOG and CAP_SYS_ADMIN in the bounding set of `sets` allow
 * is not refused. Needs no_new_privs. Ends the program on failure.
 */
void filter_system_calls(const struct capability_sets *sets);

/*
 * Installs the filter of a profile (linux.seccomp). Without no_new_privs it
 * takes CAP_SYS_ADMIN. If the profile has a listener, its descriptor goes to
 * the runtime through `sync`. Ends the program on failure.
 */
void apply_profile(const struct seccomp *profile, int sync);
