/*
 * helper.h - a process between the runtime and the container's first one.
 *
 * clone3(2) makes a child in new namespaces, but some need steps before it: who
 * has gone into a user namespace has no power over the host any more, but only
 * what is made from there belongs to it; a PID namespace that exists, or a
 * time namespace, is for children only. The runtime itself should stay where it
 * is. So a helper goes there, and makes the container's first process the
 * runtime's child (CLONE_PARENT). See clone(2), namespaces(7).
 */
#pragma once

#include <stdbool.h>

#include "cgroup.h"
#include "config.h"
#include "init.h"

/* True if the container's first process cannot be made without one. */
bool needs_helper(const struct config *config);

/*
 * The helper's whole life: it opens what the container gets of the host, joins
 * and makes namespaces, and ends once it has made the container's first
 * process, in which this returns. The runtime gets MESSAGE_PROCESS.
 */
void become_first_process(const struct config *config, struct cgroup *cgroup,
                          struct launch *launch);
