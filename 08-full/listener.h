/*
 * listener.h - the program that answers for system calls (SCMP_ACT_NOTIFY).
 *
 * The kernel holds a process at such a call and asks whoever has the filter's
 * descriptor. See seccomp_unotify(2), and the OCI specification,
 * config-linux.md, "The Container Process State".
 */
#pragma once

#include "state.h"

/*
 * Sends the descriptor `listener` and the state of the container's process
 * `pid` to the socket `path`. `status` is the container's, `metadata` for the
 * program that listens, or NULL. Ends the program on failure.
 */
void send_listener(const char *path, const char *metadata, int listener,
                   const struct state *state, const char *status, pid_t pid);
