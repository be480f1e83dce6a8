/*
 * exec.h - what exec is asked to run.
 */
#pragma once

#include "config.h"
#include "record.h"
#include "state.h"
#include "verbs.h"

/* What the flags say. */
struct request {
    const char *process_file, *process_text; /* and what is in it */
    const char *cwd, *user, *apparmor, *label;
    const char *pid_file, *pidfd_socket, *console_socket, *detach_keys;
    struct list env, env_files, cgroups;
    struct user gids; /* the additional ones alone */
    uint64_t capabilities, preserve_fds;
    bool terminal, detach, no_new_privileges, ignore_paused, no_subreaper;
    bool interactive, privileged;
    struct record *record; /* with one, docker's habits; or NULL */
    const char *id;
    char **command;
};

/* Reads the arguments of exec. The texts belong to argv. */
void read_request(int argc, char **argv, struct request *to,
                  const struct globals *globals);

/* Fills in what the process is to be: as the container's first one, where the
 * request does not say otherwise. */
void load_exec(struct config *config, const struct state *state,
               const struct request *request);
