/*
 * keys.h - keys on a container's terminal that mean something to us: those that
 * detach, and Ctrl-C.
 *
 * The terminal makes SIGINT of Ctrl-C, which the kernel keeps from a pid 1 that
 * does not catch it: such a command could not be ended by any key.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { MOST_KEYS = 16 };

/* The keys that detach, and how many of them were typed last. */
struct typing {
    char keys[MOST_KEYS];
    int count, seen;
};

/* The parser of --detach-keys: const char *. */
const char *parse_detach_keys(const char *text, void *value);

/* Those keys are to detach, as docker writes them: "ctrl-p,ctrl-q". NULL: these;
 * "": none. */
void expect_keys(struct typing *typing, const char *text);

/*
 * Copies what was typed to `data`, which has room for `length` and MOST_KEYS,
 * but for keys that may be the beginning of those that detach: *filled bytes.
 * False once all of these were typed.
 */
bool hold_keys(struct typing *typing, const char *typed, size_t length,
               char *data, size_t *filled);

struct keys {
    int master; /* of the container's terminal */
    pid_t pid;  /* of the container's first process */
    int pidfd;  /* of the same */
    int lost;   /* so many Ctrl-C in a row were kept from it */
};

/*
 * Looks at what is typed, before it goes to the terminal. The third Ctrl-C in
 * a row that is lost kills the process. Returns what the user should know
 * now, or NULL.
 */
const char *watch_keys(struct keys *keys, const char *typed, size_t length);
