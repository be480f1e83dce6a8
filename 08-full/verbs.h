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

struct verb {
    const char *name, *usage;
    const char *help; /* half a sentence; "" hides it */
    int (*run)(int argc, char **argv, const struct globals *globals);
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

/* The parser of --format: *value, a bool, says whether it is json. */
const char *parse_table_format(const char *text, void *value);

/* ---- for the verbs that make processes (create.c) ------------------------ */

/* The parser of --preserve-fds: uint64_t. */
const char *parse_preserve(const char *text, void *value);

/* Closes all descriptors but the standard streams and `count` from 3 on, which
 * must be open: what is not open now would be a descriptor of ours later. */
void keep_descriptors(unsigned count);

/* Refuses a terminal that nobody would serve, and a socket for none. */
void check_terminal(const struct process *process, const char *console_socket,
                    bool attended);

/* main.c: docker's; runc's is in oci.c */
int run_verb(int argc, char **argv, const struct globals *globals);

int create_verb(int argc, char **argv, const struct globals *globals);
int start_verb(int argc, char **argv, const struct globals *globals);
int state_verb(int argc, char **argv, const struct globals *globals);
int pause_verb(int argc, char **argv, const struct globals *globals);
int resume_verb(int argc, char **argv, const struct globals *globals);
int kill_verb(int argc, char **argv, const struct globals *globals);
int delete_verb(int argc, char **argv, const struct globals *globals);
int list_verb(int argc, char **argv, const struct globals *globals);

/* ps.c */
int list_processes(char **words, bool json, const struct globals *globals);
int ps_verb(int argc, char **argv, const struct globals *globals);

/* update.c, events.c */
int update_verb(int argc, char **argv, const struct globals *globals);
int events_verb(int argc, char **argv, const struct globals *globals);

/* exec.c */
int exec_verb(int argc, char **argv, const struct globals *globals);

/* logs.c, diff.c, commit.c */
int logs_verb(int argc, char **argv, const struct globals *globals);
int diff_verb(int argc, char **argv, const struct globals *globals);
int commit_verb(int argc, char **argv, const struct globals *globals);

/* run.c */
int start_records(char **words, bool attached, bool input,
                  const struct globals *globals);
int restart_verb(int argc, char **argv, const struct globals *globals);
int attach_verb(int argc, char **argv, const struct globals *globals);

/* control.c */
int stop_verb(int argc, char **argv, const struct globals *globals);
int wait_verb(int argc, char **argv, const struct globals *globals);
int rm_verb(int argc, char **argv, const struct globals *globals);

/* image_verbs.c */
int import_verb(int argc, char **argv, const struct globals *globals);
int load_verb(int argc, char **argv, const struct globals *globals);
int images_verb(int argc, char **argv, const struct globals *globals);
int rmi_verb(int argc, char **argv, const struct globals *globals);

/* help.c, manual.c, completion.c */
int help_verb(int argc, char **argv, const struct globals *globals);
int completion_verb(int argc, char **argv, const struct globals *globals);
int complete_verb(int argc, char **argv, const struct globals *globals);

/* monitor.c: what start_monitor calls */
int monitor_verb(int argc, char **argv, const struct globals *globals);

/* inspect.c, top.c, stats_table.c */
int inspect_verb(int argc, char **argv, const struct globals *globals);
int top_verb(int argc, char **argv, const struct globals *globals);
int stats_verb(int argc, char **argv, const struct globals *globals);

/* spec.c */
int spec_verb(int argc, char **argv, const struct globals *globals);
int features_verb(int argc, char **argv, const struct globals *globals);
