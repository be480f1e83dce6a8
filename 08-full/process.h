/*
 * process.h - the last steps to the command: its attributes, its streams, its
 * descriptors, execve.
 */
#pragma once

#include <stdnoreturn.h>

#include "config.h"
#include "user.h"

/*
 * Nobody may trace this process or look into its /proc/PID: it holds
 * descriptors of the host. Ends with execve. See PR_SET_DUMPABLE(2const).
 */
void hide_process(void);

/*
 * SIGKILL for this process when its parent ends, or not. A change of user or
 * of capabilities takes it back, so it is called again after that; the caller
 * then makes sure that the parent is still there. See PR_SET_PDEATHSIG.
 */
void die_with_parent(bool wanted);

/* All signals unblocked and not ignored, whatever our caller had set. */
void reset_signals(void);

/* From now until execve, signals end this process that would end any other:
 * pid 1 of a PID namespace does not get them unless it handles them. */
void end_by_signals(void);

/* A session keyring of its own; keys of the caller's are not reachable by it.
 * See keyctl_join_session_keyring(3). */
void join_new_keyring(void);

/* The resource limits of the configuration. See setrlimit(2). */
void set_rlimits(const struct process *process);

/* Raises hard limits to those of the configuration, as far as they are lower:
 * that takes CAP_SYS_RESOURCE on the machine, which root of a user namespace
 * lacks. */
void raise_rlimits(const struct process *process);

/* How readily the kernel kills this process when memory is short. Call it while
 * /proc is the host's. See proc_pid_oom_score_adj(5). */
void set_oom_score(const struct process *process);

/* Goes to the folder `fd`, which is `path`, as the user that we are now. Ends the
 * program if it is not inside the container. */
void enter_folder(int fd, const char *path);

/*
 * Makes `terminal` (or -1) the controlling terminal and the standard streams.
 * Without one the caller's streams stay; those that are not wanted, or are
 * the host's /dev/null, become the container's `null`.
 */
void set_streams(const struct process *process, int terminal, int null);

/* Makes the pipes among the three descriptors the user's: he can open them
 * again by /proc/self/fd. */
void give_streams(const int *streams, uid_t uid);

/* Makes the three descriptors the standard streams. */
void use_streams(const int *streams);

/* Closes all descriptors but the standard streams, those to be preserved and
 * `sync`, which moves to the returned number. */
int close_descriptors(const struct process *process, int sync);

/* Ends the process as execute() would if it is clear already that there is no
 * such command, or that it cannot be executed. */
void check_command(const struct process *process);

/*
 * Becomes the command. A name without a slash is looked for in the PATH of
 * the container's environment. Ends the process in any case.
 */
noreturn void execute(const struct process *process);
