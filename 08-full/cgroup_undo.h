/*
 * cgroup_undo.h - all of an update, or nothing of it.
 *
 * A limit that the kernel refuses ends the program, and those before it are
 * written already. They get the text that was in their files.
 */
#pragma once

#include "cgroup.h"

/* From here on limits are taken back at the end of the program. Call it once. */
void begin_limits(void);

/* Those that were written since then stay. */
void keep_limits(void);

/* The text of a file that is about to be written, or NULL if it will not be
 * taken back; and that `text` has been written there. It takes over `old`. */
char *old_limit(const struct hierarchy *hierarchy, const char *name);
void remember_limit(const struct hierarchy *hierarchy, const char *name,
                    const char *text, char *old);
