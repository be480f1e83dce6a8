/*
 * verbs.h - the verbs for containers that are there, and those that are about
 * the runtime. Each gets its part of the command line, its own name first, and
 * returns the exit status. See oci.h.
 */
#pragma once

#include <stdbool.h>

#include "cgroup.h"
#include "record.h"
#include "state.h"

/* The flags before the verb. */
struct globals {
    const char *root;
    const char *data_root; /* the store */
    bool own_root;         /* --root was given: no container has a record */
    bool debug, no_cgroup, version;
    char **argv; /* of main */
};

typedef int verb_function(int argc, char **argv, const struct globals *globals);

struct verb {
    const char *name, *usage;
    const char *help; /* half a sentence; "" hides it */
    verb_function *run;
};

/* All of them (oci.c); those without `run` are headings. A row without name
 * ends them. */
extern const struct verb verbs[];

/* The verb that words[0] names, or NULL. "run" is docker's unless the words
 * behind it speak of a bundle. */
const struct verb *find_verb(char **words);

/* The words that a flag before the verb takes, itself included; 0 if `word` is
 * none of these flags. */
int words_of_flag(const char *word);

/* Reads the flags before the verb. Returns the verb and its arguments. */
char **read_globals(int argc, char **argv, struct globals *to);

/* The one word of a verb that takes only an id, which is checked. */
const char *only_id(char **words);

/* True if `word` names a container that has a record, which is opened then; one
 * whose id is the whole word and that has none goes before. */
bool names_record(const struct globals *globals, const char *word,
                  struct record *record);

/* True if any of the words does. */
bool name_records(const struct globals *globals, char **words);

/* Opens and locks the state of a container that must be there. */
void require_state(struct state *state, const struct globals *globals,
                   const char *id);

/* Opens the container's cgroups, if it has any. */
void open_groups(const struct state *state, struct cgroup *cgroup);

/* Kills the first process and whoever is in the cgroups: with a PID namespace
 * that the container shares, others live on. Waits for the end of the first. */
void kill_all(const struct state *state, const struct cgroup *cgroup);

/* Kills what lives of the container whose state is open and locked, and removes
 * its cgroups and its state. */
void delete_container(struct state *state);

/* ---- for the verbs that make processes (create.c) ------------------------ */

/* The parser of --preserve-fds: uint64_t. */
const char *parse_preserve(const char *text, void *value);

/* Closes all descriptors but the standard streams and `count` from 3 on, which
 * must be open: what is not open now would be a descriptor of ours later. */
void keep_descriptors(unsigned count);

/* Refuses a terminal that nobody would serve, and a socket for none. */
void check_terminal(const struct process *process, const char *console_socket,
                    bool attended);

/* ---- the verbs ------------------------------------------------------------ */

verb_function run_verb, restart_verb, attach_verb; /* run.c, in docker's form */
verb_function create_verb; /* create.c: create, and run as runc has it */
verb_function start_verb, state_verb, pause_verb, resume_verb, list_verb;
verb_function kill_verb, delete_verb;
verb_function exec_verb, ps_verb, update_verb, events_verb;
verb_function stop_verb, wait_verb, rm_verb; /* control.c */
verb_function logs_verb, diff_verb, commit_verb;
verb_function import_verb, load_verb, images_verb, rmi_verb; /* image_verbs.c */
verb_function inspect_verb, top_verb, stats_verb;
verb_function spec_verb, features_verb;
verb_function help_verb, completion_verb, complete_verb;
verb_function monitor_verb; /* what start_monitor calls */

/* start for containers that have a record: run.c */
int start_records(char **words, bool attached, bool input,
                  const struct globals *globals);
