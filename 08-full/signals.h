/*
 * signals.h - signals by name.
 */
#pragma once

/* "9", "KILL", "SIGKILL"; 0 if there is no such signal. */
int find_signal(const char *text);

/* The parser of a flag: int. */
const char *parse_signal(const char *text, void *value);
