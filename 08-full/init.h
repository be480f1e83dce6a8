/*
 * init.h - the container's first process, from clone to execve; and further
 * ones, which join it.
 */
#pragma once

#include <stdnoreturn.h>

#include "cgroup.h"
#include "config.h"
#include "outside.h"
#include "state.h"

/* How the runtime and its child go on together. */
struct launch {
    const struct state *state; /* for hooks */
    int sync;   /* the child's end of the socket to the runtime */
    int start;  /* the socket that is listened on for "start", or -1: the
                      command starts when the runtime says so */
    int root;   /* exec: the container's root if that of its mount namespace is
                      another one; or -1 */
    int joined; /* exec: the namespaces, CLONE_NEW* flags; in the PID
                         namespace is only what it clones */
    const char *name;        /* exec: the container's, for messages */
    const int *streams;      /* the command's standard streams; NULL: ours */
    bool detached;           /* the container outlives the runtime */
    struct outside *outside; /* what a helper took from the host, which has
                                joined the namespaces then; or NULL */
};

/*
 * Makes the container around the calling process, a new child of the runtime
 * in new namespaces, and becomes the command. All errors go to the runtime.
 */
noreturn void init_container(struct config *config, struct cgroup *cgroup,
                             const struct launch *launch);

/*
 * The same for one more process in a container that is there: joins the
 * namespaces `kinds` (CLONE_NEW* flags) of the container's first process,
 * whose pidfd is `first`, and the v1 groups (unless NULL: it is moved there), and
 * becomes the command; or, to join a PID namespace, tells of the process that
 * does (MESSAGE_PROCESS), which waits for one more word.
 */
noreturn void join_container(struct config *config, const struct cgroup *cgroup,
                             int first, int kinds, const struct launch *launch);
