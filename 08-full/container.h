/*
 * container.h - the life of a container, on the runtime's side.
 */
#ifndef CONTAINER_H
#define CONTAINER_H

#include "config.h"

/*
 * Makes the container, runs its command, undoes everything. Returns the
 * command's exit status, or 128+N when signal N killed it. If the container
 * cannot be made, it ends the program with 125, 126 or 127; everything that
 * was set up is undone then, too. Call it once.
 */
int run_container(struct config *config);

#endif
