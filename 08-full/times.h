/*
 * times.h - times for files, and for people.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* As RFC 3339 has it, in UTC, with nine digits of a second: such texts can be
 * compared. */
void format_time(char text[40], const struct timespec *time);

/* Now, in that form: "2026-11-22T05:00:00.123456789Z".
 * The caller frees it. */
char *time_text(void);

/* The seconds since 1970 of such a text; 0 if it is none. */
time_t read_time(const char *text);

/* "3 minutes", "About an hour", as docker says it; the caller frees it. */
char *duration_text(long seconds);

/* The seconds of "1h30m10.5s" or "500ms"; false if it is no such text. */
bool read_duration(const char *text, double *seconds);

/* The parser of --since: char[40], in the form of format_time, of RFC 3339 or
 * its beginning, seconds since 1970, or how long ago. */
const char *parse_time(const char *text, void *value);

/* Since some moment: for differences. */
uint64_t nanoseconds(void);
