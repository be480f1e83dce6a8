/*
 * record.h - what is known for good of a container that "run" has made:
 * DATA-ROOT/containers/ID/, a bundle with more beside it.
 *
 *     config.json     what it is: what "run" made of its flags
 *     container.json  what config.json has no words for; see below
 *     status.json     how it goes; written by the monitor
 *     stopped         is there once somebody wanted it to end: no restart
 *     errors          what the monitor had to say
 *     log, log.1 ...  what the container has written, see container_log.h
 *     upper/          what it has changed; work/ and root/ are the mount's
 *
 * The monitor holds the folder's lock (flock(2)) as long as it lives, and with
 * it the container: who has the lock knows that there is neither. What is known
 * while the container runs is in state.h, with the same id.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "json.h"
#include "state.h"
#include "store.h"

enum { ID_LENGTH = 64, SHORT_ID = 12 };

/* Its name in the store: "containers". */
extern const char containers_folder[];

struct record {
    char *id;         /* 64 hexadecimal digits */
    const char *word; /* what the user has called it, from find_records */
    const char *name; /* for people */
    char *path;       /* of its folder */
    int folder;       /* its descriptor */
    struct json json; /* container.json:
        "name", "image" (as typed; or the folder of --rootfs), "imageId" ("" for
        a folder), "created" (RFC 3339), "layers" (digests, the topmost first)
        or "rootfs", "command" (texts), "entrypointWords" (how many of them are no
        Cmd), "ports" (texts of -p), "terminal", "openStdin", "removeAtEnd", "restart" ("no", "always", "on-failure"),
        "mostRestarts", "stopSignal", and what monitor.c needs beside */
    struct {
        const char *started, *finished; /* RFC 3339; NULL: not yet */
        int exit_status;
        bool out_of_memory;
        uint64_t restarts;
        const char *address;      /* at the bridge; NULL: none */
        const char *const *ports; /* as take_ports has left them; NULL ends */
        pid_t monitor;            /* valid while the lock is held */
    } status;
};

/* How it is, as docker says it. */
enum record_state {
    RECORD_CREATED, /* never started */
    RECORD_RUNNING,
    RECORD_PAUSED,
    RECORD_RESTARTING, /* the monitor waits to start it again */
    RECORD_EXITED,
    RECORD_DEAD, /* its monitor was killed, and the container with it */
};

/* A new id; the caller frees it. */
char *make_id(void);

/*
 * Makes the folder for a new container of the given name (NULL: one is made
 * up), with the files config.json and container.json, which gets "name" from
 * here. A name that is taken, or is no name, ends the program. We hold its lock
 * then.
 */
void make_record(struct record *record, const struct store *store,
                 const char *name, const char *id, const char *config,
                 struct json_object *container);

/* Opens the container with this whole id. False if it is not there, or not yet
 * as a whole. close_record frees what belongs to it. */
bool open_record(struct record *record, const char *data_root, const char *id);
void close_record(struct record *record);

/* How it is now; *state is filled in if it runs or is paused, else its folder
 * is -1. */
enum record_state look_at_record(const struct record *record,
                                 struct state *state);

/* The same alone; and whether it has processes: it runs, or is paused. */
enum record_state record_state_of(const struct record *record);
bool is_up(enum record_state state);

/* "created", "running", ..., as docker's State.Status. */
const char *record_word(enum record_state state);

/* Read status.json, container.json anew; false if that is gone. */
void read_status(struct record *record);
bool read_record(struct record *record);

/* Writes status.json, whole or not at all: then it warns, and returns false. */
bool save_status(const struct record *record);

/* Writes container.json anew, after a change of record->json. */
void save_record(const struct record *record);

/* config.json, and to write it anew, whole or not at all. */
struct json read_record_config(const struct record *record);
void save_record_config(const struct record *record, struct json config);

/* Waits until the monitor has ended. With `wait` false it does not, and returns
 * whether it has. The lock is held then until unlock_record. */
bool lock_record(const struct record *record, bool wait);
void unlock_record(const struct record *record);

/* True if somebody has the lock. */
bool has_monitor(const struct record *record);

/* Ends what a killed monitor has left of the container in memory: processes,
 * cgroups, state. Call it with the lock. */
void discard_remains(const struct record *record);

/* Removes the folder; and what is left in memory first. Call it with the lock.
 */
void remove_record(struct record *record);

/* ---- records.c ------------------------------------------------------------ */

/*
 * Opens the container whose name, id or unique beginning of an id `word` is.
 * False if there is none; a beginning of several ids ends the program.
 */
bool find_record(struct record *record, const char *data_root,
                 const char *word);

/* The same; without one the program ends, with a name that is near. */
void require_record(struct record *record, const char *data_root,
                    const char *word);

/* What to say of a word that no container has: the name that is near. */
char *hint_for(const char *data_root, const char *word);

/* All of them, the newest first; `count` gets their number. */
struct record *list_records(const char *data_root, size_t *count);

/* Removes the containers of --rm whose monitors were killed, and what is left of
 * those that were killed while they were made or removed. */
void sweep_records(const struct store *store);
