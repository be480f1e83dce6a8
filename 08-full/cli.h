/*
 * cli.h - the command line: what docker's words mean in a struct config.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "network.h"

/* When the monitor starts a container again. */
struct restart {
    const char *policy; /* "no", "always", "on-failure" */
    uint64_t most;      /* of on-failure; 0: any number */
};

/* NAME=VALUE; or NAME, which gets the caller's value if it has one. */
void add_env(struct config *config, const char *text);

/* Lines of that; empty ones and those with a "#" in front say nothing. */
void read_env_file(struct config *config, const char *path);

/* Parsers: of a number from 0 on, where parse_number begins with 1; of
 * --restart, struct restart; of a path in the container; of NAME=VALUE or NAME
 * alone, struct list. */
const char *parse_count(const char *text, void *value);
const char *parse_restart(const char *text, void *value);
const char *parse_path(const char *text, void *value);
const char *parse_label(const char *text, void *value);

/*
 * What "run" was asked for beside the container itself. Texts live as long as
 * the program; NULL where nothing was said, unless it is told otherwise. Paths
 * are absolute.
 */
struct run_options {
    const char *name;        /* of the container; unchecked */
    const char *data_root;   /* never NULL */
    const char *cid_file;    /* gets the id; it was not there yet */
    const char *detach_keys; /* as typed */
    bool detach, remove;     /* -d, --rm; -i and -t are in process */

    struct restart restart;  /* its policy is never NULL */
    const char *stop_signal; /* a signal's name or number; or the image's */
    uint64_t stop_timeout;   /* seconds until SIGKILL */
    struct {
        uint64_t size, files; /* most bytes in a file, and files */
    } log;

    /* where the root file system comes from: one of these two */
    const char *image;         /* as typed; with it: */
    const char *image_id;      /* its digest, */
    const char *const *layers; /* and theirs, the topmost first; NULL ends */
    const char *rootfs;

    size_t entrypoint_words; /* of process.args: those before docker's Cmd */

    /* "host", "none", "bridge", "private", "container:NAME"; never NULL. What
     * a container shares with another one is joined when it starts: config has
     * new namespaces for these. */
    struct {
        const char *network, *pid, *ipc;
    } modes;
    struct network network; /* of the mode "bridge" */

    struct list labels; /* NAME=VALUE */
};

/*
 * Fills in `config` from the arguments of main for
 *     stage-8 [FLAG...] [--] [COMMAND...]
 * as every stage before this one: the caller's standard streams, a terminal if
 * they are one (in the background of that terminal neither it nor standard
 * input). Input that is wrong ends the program with status 125; --help with 0.
 */
void parse_command_line(int argc, char **argv, struct config *config);

/*
 * The same for docker's
 *     run [FLAG...] IMAGE [COMMAND...]
 *     run --rootfs DIR [FLAG...] [COMMAND...]
 * `argv` begins with "run". No standard input without -i, no terminal without
 * -t; nothing is written to what it starts from, which is in *options: root.path
 * is NULL. options->data_root is the store unless the
 * flag says otherwise. `id` is the new container's: its first digits are the
 * host name, unless there is another one.
 */
void parse_run(int argc, char **argv, const char *id, struct config *config,
               struct run_options *options);
