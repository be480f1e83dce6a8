/*
 * log.h - --log: failures as lines of a file, for programs that call us.
 */
#pragma once

#include <stdbool.h>

/* From now on failures are also added to the file `path`, as JSON or text. */
void set_log(const char *path, bool json);

/* Adds a line: `level` is "error" or "debug". Nothing is done without a log. */
void write_log(const char *level, const char *message);
