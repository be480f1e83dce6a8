/*
 * log.h - --log: failures as lines of a file, for programs that call us.
 */
#pragma once

#include <stdbool.h>

/* From now on failures are also added to the file `path`, as JSON or text. */
void set_log(const char *path, bool json);

/* Adds a line: `level` is "error" or "debug". Without a log, what is for people
 * is on standard error already, and "debug" goes there. */
void write_log(const char *level, const char *message);
