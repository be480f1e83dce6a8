/*
 * child.h - the runtime's side of a process it makes: the first one of a
 * container, or one that joins a container.
 */
#pragma once

#include <stdint.h>
#include <stdnoreturn.h>
#include <sys/types.h>

#include "config.h"
#include "state.h"
#include "sync.h"
#include "terminal.h"

struct child {
    pid_t pid; /* 0 before it is made and once it is reaped */
    int pidfd;
    int sync;    /* our end of the socket to it */
    int signals; /* from open_signals */
    int ready;   /* where it says that it is (notify.h); -1: it need not */
    /* looks at a failure before it is told, and may tell of another; or NULL */
    void (*on_failure)(const struct failure *failure);
    struct terminal terminal;
};

/* What a struct child is before there is a process. */
#define NO_CHILD                                                               \
    {                                                                          \
        .pidfd = -1, .sync = -1, .signals = -1, .ready = -1,                   \
        .terminal = {.fd = -1, .master = -1},                                  \
    }

/*
 * Makes the process with the CLONE_NEW* `flags`, in the v2 cgroup whose folder
 * is `group` unless that is -1. Returns in both processes, as fork(2) does: 0
 * in the new one, which has its end of the socket in *sync. Returns -1 and
 * errno on failure.
 */
pid_t clone_child(struct child *child, uint64_t flags, int group, int *sync);

struct errands;

/* For a child that was only the helper (helper.h), or exec's: takes the process
 * that it has made in its place, and reaps it. False if it has ended without
 * one. Before that it may have errands, unless that is NULL. */
bool adopt_child(struct child *child, const struct errands *errands);

/* Waits until one that joins the container's groups is in them. False if it has
 * ended before. */
bool is_limited(struct child *child);

/* What the child may ask for while it is on its way to the command. */
struct errands {
    const char *console_socket; /* gets the terminal's master; NULL: it is kept
                                   for accompany() */
    bool plain_lines; /* its lines end in "\n", unless a terminal shows them */
    const struct seccomp *profile; /* whose listener gets its filter */
    const struct state *state;     /* for the listener, */
    const char *status;            /* with this status */
};

/*
 * Receives messages and does what they ask for, until one comes that is about
 * the child itself, and returns its kind. A failure in the child, or a signal
 * for us, ends the program.
 */
enum message_kind hear(struct child *child, const struct errands *errands);

/* Writes its number to the file `path`, whole or not at all. */
void write_pid_file(const struct child *child, const char *path);

/* Sends its pidfd to the socket `path`, with the word that other runtimes send:
 * "standard", or "setns" for one that has joined. */
void send_pidfd(const struct child *child, const char *path, const char *word);

/* Lets the command begin, and returns once it has. */
void let_execute(struct child *child, const struct errands *errands);

/* Waits for its end while it runs in the foreground, with signals and, if it
 * has one, its terminal; `typing`: standard input goes there. It is not reaped
 * yet. False if it runs, and the user has typed the keys that detach (keys.h).
 */
bool accompany(struct child *child, bool typing, const char *detach);

/* Waits for it, and returns its exit status, 128+N after signal N. */
int reap_child(struct child *child);

/* Kills and, unless it takes too long, reaps it, if there is one; and gives the
 * terminal back. */
void end_child(struct child *child);
