/*
 * progress.h - how far something is that takes a while, for who sits there.
 */
#pragma once

#include <stdint.h>

/*
 * Draws a bar behind the end of `name` on standard error, if that is a terminal:
 * `done` of `total` bytes; a total of 0 is unknown. Call it often; it draws a
 * few times a second. end_progress leaves the line empty.
 */
void show_progress(const char *name, uint64_t done, uint64_t total);
void end_progress(void);
