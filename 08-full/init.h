/*
 * init.h - the container's first process, from clone to execve.
 */
#ifndef INIT_H
#define INIT_H

#include <stdnoreturn.h>

#include "cgroup.h"
#include "config.h"

/*
 * Makes the container around the calling process, a new child of the runtime
 * in new namespaces, and becomes the command. `sync` is its end of the socket
 * to the runtime, where all errors go.
 */
noreturn void init_container(struct config *config, const struct cgroup *cgroup,
                             int sync);

#endif
