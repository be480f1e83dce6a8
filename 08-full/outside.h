/*
 * outside.h - what a container gets of the host: its root file system, its
 * volumes, masks and devices. All is opened once, by the machine's root, while
 * the host's paths can be seen, and used by its descriptor from then on.
 */
#pragma once

#include "cgroup.h"
#include "config.h"

/* Detached mounts, by descriptor. */
struct outside {
    int root;     /* the root file system */
    int *mounts;  /* one for each of config's mounts; -1: not made yet */
    int mask;     /* masked.h */
    int *devices; /* devices.h; NULL: made inside */
};

/*
 * Fills in `outside`. The caller is in a mount namespace of its own, which is
 * cut off from the host's: no mount made in it will appear there, nor the other
 * way round, but where a mount says otherwise. `user` is the container's user
 * namespace, or -1. Ends the program on failure.
 */
void take_from_host(const struct config *config, int user,
                    struct outside *outside);
