/*
 * container.h - the life of a container, on the runtime's side.
 */
#pragma once

#include <stdbool.h>

#include "config.h"

struct child; /* child.h */

/* How long this run of the runtime accompanies the container. */
enum company {
    UNTIL_ITS_END, /* wait for the command, and undo everything */
    UNTIL_STARTED, /* the command runs on alone */
    UNTIL_CREATED, /* it waits for "start" */
};

/* What is the caller's wish, and not part of what the container is. */
struct life {
    enum company company;
    const char *id, *root;      /* state on disk in ROOT/ID; NULL: none */
    const char *bundle;         /* for the state */
    const char *pid_file;       /* gets the first process's number; or NULL */
    const char *pidfd_socket;   /* gets its pidfd; or NULL */
    const char *console_socket; /* the terminal's master goes there; or NULL */
    bool no_cgroup;
    bool notify; /* its command says when it is ready: notify.h */
    bool keep;   /* at its end it stays, stopped, until it is deleted */

    /* for the monitor: the command's standard streams, or NULL: ours; who
     * stays with it until its end (it is not reaped yet), in place of us; and
     * what gets whether it was killed for its memory */
    const int *streams;
    void (*attend)(struct child *first);
    bool *out_of_memory;
};

/*
 * Makes the container and accompanies it. Returns the command's exit status,
 * or 128+N when signal N killed it, or 0 if the container lives on. If the
 * container cannot be made, it ends the program with 125, 126 or 127;
 * everything that was set up is undone then, too. Call it once.
 */
int run_container(struct config *config, const struct life *life);

/* Once its first process has ended: with a PID namespace that it shares, others
 * would go on, and write without end. */
void kill_survivors(void);

/* Undoes now what is undone at the end of the program otherwise. */
void end_container(void);
