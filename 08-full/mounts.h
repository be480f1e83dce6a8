/*
 * mounts.h - the container's mounts, by descriptor from first to last.
 *
 * Each mount is made detached (detached.h) while the host's files can still be
 * seen. Then the root file system becomes "/" and the host's is gone, and only
 * then is each mount attached to its place, which paths.h opens. So no path is
 * ever looked up while both sides can be reached, and no link that the image or
 * another container puts in the way leads to the host.
 */
#pragma once

#include "cgroup.h"
#include "config.h"
#include "outside.h"

/*
 * Makes detached copies for those of config's mounts that are to stay tied to
 * the host's: that is lost once all mounts are made private. Returns a list for
 * the next three functions, -1 for each of the others. `user` is the container's
 * user namespace, or -1.
 */
int *clone_tied_mounts(const struct config *config, int user);

/* The same for files that mount_layers() may hide; fills in that list. */
void clone_hidden_mounts(const struct config *config, int user, int *mounts);

/* The same for all others that are the host's, where prepare_mounts will not see
 * it; but a bind of what is below the container's root is made when those before
 * it are attached. */
void clone_host_mounts(const struct config *config, struct cgroup *cgroup,
                       int user, int *mounts);

/*
 * Makes the rest of config's mounts in their order, detached, and fills /dev.
 */
void prepare_mounts(const struct config *config, struct cgroup *cgroup,
                    const struct outside *outside);

/*
 * Attaches them below `root`, the container's root folder; what is missing
 * of their places is made. Closes the descriptors.
 */
void attach_mounts(const struct config *config, const struct cgroup *cgroup,
                   int *mounts, int root);

/* Makes /dev read-only if its mount is to be: once all is in it. */
void finish_dev(const struct config *config, int root);
