/*
 * user_namespace.h - user namespaces: root inside is an ordinary user outside.
 *
 * The mappings say which user ids inside are which outside. All other ids of
 * the machine do not exist inside: their files belong to "nobody", and no
 * capability reaches them. The namespaces that are made within a user namespace
 * belong to it, and its root may use its capabilities there and nowhere else.
 * See user_namespaces(7).
 */
#pragma once

#include "config.h"

/*
 * Makes a user namespace with these mappings, and returns a descriptor of it.
 * Nobody is in it. Call it where /proc shows the caller's own PID namespace.
 */
int make_user_namespace(const struct id_mappings *mappings);

/*
 * A descriptor of the container's user namespace: a new one, or one that it
 * joins; -1 if it has none of its own.
 */
int open_user_namespace(const struct config *config);

/* Goes into the user namespace `fd`, and becomes its root. What the machine's
 * root could do is over. */
void enter_user_namespace(int fd, bool keep_groups);
