/*
 * state.h - what is known on disk of a container: ROOT/ID/.
 *
 *     state.json   who it is, its first process, its cgroups
 *     config.json  what it was made from: the bundle's may be another by now
 *     start        a socket; while it is there, the container waits on it to
 *                  be started
 *
 * The folder is locked (flock(2)) by the run of the runtime that is at work on
 * the container. A process is known by its number and the time of its start,
 * since numbers are used again. A container whose runtime was killed while it
 * was being made has no process, and counts as stopped. See the OCI
 * specification, runtime.md, "State".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"
#include "json.h"

/* The newest version of the specification whose members are known. */
#define SPEC_VERSION "1.3.0"

enum status {
    STATUS_CREATING, /* another run of the runtime is at it */
    STATUS_CREATED,
    STATUS_RUNNING,
    STATUS_PAUSED,
    STATUS_STOPPED,
};

struct state {
    const char *id;
    char *path;               /* of its folder */
    int folder;               /* open and locked; -1: not on disk */
    bool busy;                /* another has it locked */
    pid_t pid;                /* 0: none yet */
    unsigned long long start; /* of the process, in clock ticks since boot */
    const char *bundle, *rootfs;
    int below_rootfs;         /* for unmount_rootfs() */
    const char *cgroups_path; /* NULL: none */
    const char *created;      /* RFC 3339 */
    struct json_object *annotations;
};

/* Where the states of all containers are, unless --root says otherwise. */
const char *default_state_root(void);

/* NULL, or what an id must be: it names a folder. */
const char *check_id(const char *id);

/* Ends the program if it is none. */
void require_id(const char *id);

/* Makes the folder of a new container, locked, and writes the state. An id
 * that is there already ends the program. */
void make_state(struct state *state, const char *root, const char *id,
                const char *bundle, const struct config *config);

/* Opens and locks the folder of a container and reads its state. False if
 * there is no such container. */
bool open_state(struct state *state, const char *root, const char *id);

/* The same without waiting for the lock: what is only looked at may change. */
bool look_at_state(struct state *state, const char *root, const char *id);

/* Writes it, whole or not at all. */
void save_state(const struct state *state);

/* Whatever others wait for can go on. Processes that inherited the folder's
 * descriptor hold no lock then either. */
void unlock_state(const struct state *state);

/* Locks it again. False if the container was deleted meanwhile. */
bool lock_state_again(const struct state *state);

/* The config.json that create saw; nothing if the runtime was killed before it
 * was written. Other failures end the program. */
struct json saved_config(const struct state *state);

/* Removes the folder. */
void remove_state(struct state *state);

/* Remembers `pid` as the container's first process. */
void set_state_pid(struct state *state, pid_t pid);

enum status status_of(const struct state *state);
const char *status_word(enum status status);

/* A pidfd of the first process, or -1 if it has ended. */
int open_state_process(const struct state *state);

/* Makes the socket that "start" connects to, and listens; or connects to it.
 * Ends the program on failure. */
int listen_for_start(const struct state *state);
int connect_to_start(const struct state *state);
void forget_start(const struct state *state);

/* The state as the specification and runc print it. */
struct json_object *describe_state(const struct state *state);

/* The same for hooks and listeners: with a status that the caller knows better,
 * a process unless that is 0, and without what only runc has. */
struct json_object *describe_for_others(const struct state *state,
                                        const char *status, pid_t pid);
