/*
 * verbs.h - the verbs for containers that are there, and those that are about
 * the runtime. Each gets its part of the command line, its own name first, and
 * returns the exit status. See oci.h.
 */
#ifndef VERBS_H
#define VERBS_H

#include <stdbool.h>

/* The flags before the verb. */
struct globals {
    const char *root;
    bool debug, no_cgroup;
    char **argv; /* of main */
};

/* The one word of a verb that takes only an id, which is checked. */
const char *only_id(char **words);

int start_verb(int argc, char **argv, const struct globals *globals);
int state_verb(int argc, char **argv, const struct globals *globals);
int kill_verb(int argc, char **argv, const struct globals *globals);
int delete_verb(int argc, char **argv, const struct globals *globals);
int list_verb(int argc, char **argv, const struct globals *globals);

/* spec.c */
int spec_verb(int argc, char **argv, const struct globals *globals);
int features_verb(int argc, char **argv, const struct globals *globals);

#endif
