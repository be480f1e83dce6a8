/*
 * hooks.h - programs of the host's (and one kind of the image's) that are run
 * at certain moments of a container's life.
 *
 * Each gets the container's state as JSON on its standard input. What it
 * prints is only shown if it fails. See the OCI specification, config.md,
 * "POSIX-platform Hooks", and runtime.md, "Lifecycle".
 */
#pragma once

#include "config.h"
#include "state.h"

/* The specification's word for a kind: "createRuntime". */
const char *hook_name(enum hook_kind kind);

/*
 * Runs the hooks of one kind in their order, until one fails. Returns what
 * went wrong with it, or NULL. They are told that the container's status is
 * `status` and its first process `pid`; those without an environment of their
 * own get `env`. After a poststop hook that fails, which is only warned of,
 * the others are run nevertheless.
 */
char *try_hooks(const struct hooks *hooks, enum hook_kind kind,
                const struct state *state, const char *status, pid_t pid,
                char **env);

/* True if there are hooks that are to find the container made, but the host's
 * paths still there. */
bool has_create_hooks(const struct hooks *hooks);

/* The same, but a failure ends the program. */
void run_hooks(const struct hooks *hooks, enum hook_kind kind,
               const struct state *state, const char *status, pid_t pid,
               char **env);
