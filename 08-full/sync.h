/*
 * sync.h - what the runtime and the container's first process say to each
 * other while the container is made, and how either of them fails.
 *
 * The two ends of a socket pair. The container's process waits twice for the
 * runtime's word to go on (once until the runtime has done its part for it,
 * once before it becomes the command). In the other direction go messages: the
 * terminal, "I am ready", or what failed. When the command is executed the
 * socket closes by itself (close on exec), and that is the message of success.
 *
 * A container that was created and is to be started by another run of the
 * runtime listens on a socket of its state's folder: the connection that brings
 * the second word carries the rest of the talk.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>
#include <sys/types.h>

enum message_kind {
    MESSAGE_FAILED = 1, /* with a struct failure */
    MESSAGE_PROCESS,    /* with the number of the container's process */
    MESSAGE_LIMITED,    /* it is in its cgroups */
    MESSAGE_CONSOLE,    /* with the descriptor of the terminal's master */
    MESSAGE_MADE,       /* hooks can look at it; wants a "go" in return */
    MESSAGE_LISTENER,   /* with that of a filter; wants a "go" in return */
    MESSAGE_READY,      /* all is set up but the command */
    MESSAGE_CLOSED,     /* the process is gone, or became the command */
};

/* Why the container could not be made. */
struct failure {
    int number;      /* errno, or 0 if `text` says it all */
    int status;      /* of the runtime: 125, 126 or 127 */
    char text[2048]; /* the step and its object: "mount proc on /proc" */
    char hint[512];  /* what to do about it, or "" */
};

struct message {
    enum message_kind kind;
    int fd;    /* what comes with it, owned by the receiver; or -1 */
    pid_t pid; /* of MESSAGE_PROCESS */
    struct failure failure;
};

/* Makes the socket pair: end[0] for the runtime, end[1] for the container. */
void make_sync(int end[2]);

/*
 * The container's process says so once: from now on fail() sends its failure
 * to the runtime through `sync` instead of printing it.
 */
void report_failures_to(int sync);

/* Sends a message without a failure; `fd` goes along unless it is -1. */
void send_message(int sync, enum message_kind kind, int fd);

/* Sends MESSAGE_PROCESS. */
void send_process(int sync, pid_t pid);

/*
 * Receives one message, and blocks until there is one. Returns its kind;
 * MESSAGE_CLOSED when no process has the other end open any more.
 */
enum message_kind receive_message(int sync, struct message *message);

/* Sends `size` bytes and the descriptor `fd` to whoever listens on the stream
 * socket `path`, which is the value of `what`. Ends the program on failure. */
void send_to_socket(const char *what, const char *path, const void *data,
                    size_t size, int fd);

/* The runtime's word: go on. */
void send_go(int sync);

/*
 * The container's process waits for send_go. Ends the process if the runtime
 * is gone.
 */
void wait_for_go(int sync);

/*
 * The same from whoever connects to the listening socket `start` and calls
 * send_go. Returns the connection, to be used as sync from then on.
 */
int accept_go(int start);

/*
 * Ends the program: the step that failed, with errno. In the runtime it is
 * printed, what was set up is undone (atexit), and the status is 125. In the
 * container's process it travels to the runtime, which does the same.
 */
noreturn void fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The same with a hint for the user, which may be NULL. */
noreturn void fail_with_hint(const char *hint, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For what is wrong in itself, without an errno. */
noreturn void fail_plainly(const char *hint, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* True if the users are not the machine's own: user_namespaces(7). */
bool in_user_namespace(void);

/* After execve(2) of `command` failed: 127 not there, 126 not executable. */
noreturn void fail_exec(const char *command);

/* Prints a failure and ends the runtime with its status. */
noreturn void end_with_failure(const struct failure *failure);
