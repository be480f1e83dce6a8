/* bundle.h - bundles for the checks of stage 8 as an OCI runtime. */
#ifndef BUNDLE_H
#define BUNDLE_H

#include "run.h"

/* The runtime with arguments; states are kept in the scratch folder. */
#define oci(...) run_stage_so(8, &oci_how, __VA_ARGS__, NULL)
extern const struct how oci_how;

/* What is changed in the config.json that "spec" writes: each `from`, which
 * must be there, is replaced; NULL ends the list. */
struct edit {
    const char *from, *to;
};

/*
 * Makes bundle/config.json for sh -c COMMAND in the scratch root file system,
 * without a terminal and with a writable root. `edits` may be NULL.
 */
void make_bundle(const char *command, const struct edit *edits);

#define EDITS(...) ((const struct edit[]){__VA_ARGS__, {0}})

/* An edit that puts a member at the beginning of an object that is there once,
 * and one that adds to the mounts. */
#define IN(object, member)                                                     \
    {                                                                          \
        "\"" object "\": {", "\"" object "\": {" member ","                    \
    }
#define MOUNT(text)                                                            \
    {                                                                          \
        "\"mounts\": [", "\"mounts\": [" text ","                              \
    }

/* One more namespace. */
#define NAMESPACE(text)                                                        \
    {                                                                          \
        "\"namespaces\": [", "\"namespaces\": [{\"type\": " text "},"          \
    }

#define MAPPINGS                                                               \
    "\"uidMappings\": [{\"containerID\": 0, \"hostID\": 100000, \"size\": "    \
    "65536}], \"gidMappings\": [{\"containerID\": 0, \"hostID\": 200000, "     \
    "\"size\": 65536}]"

/* With the root file system of make_shifted(). */
#define SHIFTED                                                                \
    NAMESPACE("\"user\""), IN("linux", MAPPINGS),                              \
    {                                                                          \
        "\"../rootfs\"", "\"../closed/rootfs\""                                \
    }

/* A copy of the root file system that belongs to the mapped ids, in a folder
 * that they may not enter. */
void make_shifted(void);
void remove_shifted(void);

/* What the container of such a bundle prints; the check fails unless it ends
 * with 0. */
char *printed(const char *command, const struct edit *edits);

/* Removes the bundle and the folder of states. */
void remove_bundle(void);

/* Creates and starts the container "box", and returns the host's number of
 * its first process. */
pid_t start_box(void);

/* The host's number of its first process, as "state" says. */
pid_t box_pid(void);

/* What "state" says of its status; "" if there is no container. */
char *box_status(void);

/* Kills and deletes it. */
void end_box(void);

/* A descriptor that comes over the socket, which is closed, and in *text, unless
 * that is NULL, the bytes that come with it. */
int receive_descriptor(int connection, char **text);

/* An edit that makes config.json wrong, and what must be said about it. */
struct mistake {
    struct edit edit;
    const char *message;
};

/* Each is refused with its message, before anything is made. */
void expect_mistakes_named(const struct mistake *mistakes, size_t count);

#endif
