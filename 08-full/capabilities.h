/*
 * capabilities.h - root's power in pieces, and which of them stay.
 *
 * Root in this container is uid 0 of the host. What keeps it from loading a
 * module or setting the clock is that the capabilities for it are gone: from
 * the effective and permitted sets, and from the bounding set, so that no
 * program regains them. See capabilities(7), cap_set_proc(3).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config.h"

/* Docker's fourteen, as far as the caller's bounding set has them. */
uint64_t default_capabilities(void);

/* All that the caller's bounding set has. */
uint64_t all_capabilities(void);

/*
 * The set that `name` means: "NET_ADMIN", "CAP_NET_ADMIN" or "ALL", in upper
 * or lower case. False if there is no such capability.
 */
bool find_capability(const char *name, uint64_t *set);

/* An array of the names ("CAP_CHOWN") of those in `set` that this kernel has.
 */
struct json_object *list_capabilities(uint64_t set);

/*
 * Takes from the calling process, for ever, what `sets` does not have in its
 * bounding set. Needs CAP_SETPCAP: call it before the user is changed, which
 * takes nothing from the other sets then unless they are `root_only`.
 */
void cut_bounding_set(const struct capability_sets *sets);

/*
 * Sets the other four sets of the calling process. Call it after the user is
 * changed: setresuid(2) changes them. With `root_only`, a user other than root
 * has no capability, as with docker.
 */
void set_capability_sets(const struct capability_sets *sets);
