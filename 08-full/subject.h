/*
 * subject.h - the container that is looked at, whoever has made it: "run", which
 * writes a record, or podman and others, of whose containers there is the state.
 */
#pragma once

#include "record.h"
#include "state.h"
#include "verbs.h"

struct subject {
    const char *id;
    const char *name; /* the id, if it has no other */
    bool recorded;    /* the next two are filled in */
    struct record record;
    enum record_state how;
    struct json container; /* container.json, or nothing */
    struct state state;    /* its folder is -1 if nothing is in memory */
    const char *status;    /* "running", "exited", ... */
    pid_t pid;             /* of its first process; 0: there is none */
};

/* Finds it by its name, its id, or the beginning of an id that "run" has given.
 * False if there is none. */
bool find_subject(struct subject *subject, const char *word,
                  const struct globals *globals);

/* The same; without one the program ends, with a name that is near. */
void require_subject(struct subject *subject, const char *word,
                     const struct globals *globals);

/* What a record in a list is about. */
void take_record(struct subject *subject, const struct record *record);

/* Its config.json. */
struct json config_of(const struct subject *subject);

/* Its address in its own network namespace, and that of the gateway; "" where
 * there is none. */
struct addresses {
    char own[16], gateway[16];
};
struct addresses addresses_of(const struct subject *subject);
