/*
 * namespaces.h - the kinds of namespaces, and joining those that exist.
 *
 * See namespaces(7), setns(2).
 */
#pragma once

#include "config.h"

/* The CLONE_NEW* flag for the specification's word ("network"), 0 if it is
 * none of its words; and the other way round. */
int find_namespace(const char *type);
const char *namespace_type(int flag);

/* Its file in /proc/PID/ns: "net" for CLONE_NEWNET. */
const char *namespace_file(int flag);

/* The path of the namespace of the kind `flag` that config joins, or NULL. */
const char *joined_path(const struct config *config, int flag);

/* Makes a time namespace with config's offsets. The caller's children are in it,
 * the caller is not. See time_namespaces(7). */
void make_time_namespace(const struct config *config);

/*
 * Joins those of config's namespaces that are given by a path and are of a
 * kind in `kinds` (CLONE_NEW* flags). Of a PID namespace, only children made
 * from then on are members. Ends the program on failure.
 */
void join_namespaces(const struct config *config, int kinds);

/* The kinds (CLONE_NEW* flags) of which the process `pid` is in another
 * namespace than we are. */
int other_namespaces(pid_t pid);

/* True if the container has a namespace of the kind `flag` of its own, new or
 * joined. */
bool has_namespace(const struct config *config, int flag);

/* Narrates that the caller is in these namespaces (CLONE_NEW* flags) now. */
void explain_joined(int kinds);
