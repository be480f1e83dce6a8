/*
 * control.h - what is done to containers that have a record.
 */
#pragma once

#include <stdbool.h>

#include "record.h"

/* The exit status of one whose monitor was killed, as docker has it. */
enum { EXIT_DEAD = 255 };

/* Ends the program if there is no word: `verb` wants containers. */
void require_words(char **words, const char *verb);

/*
 * The records that the words name; one without id ends them. It is told of a word
 * that names none, and *status, of the program, is that of a failure then.
 */
struct record *find_records(char **words, const char *data_root, int *status);

/* Reads the flags of stop and restart for stop_container: what is not given stays
 * as it is. Returns the words behind them, at least one. */
char **read_stop_flags(int argc, char **argv, int *number, int *seconds);

/* Without --time: what the container was made with. */
enum { AS_RECORDED = -2 };

/*
 * Sends the signal (0: as recorded), and SIGKILL `seconds` later (-1: never; or
 * AS_RECORDED), and returns when its end is written down. No policy starts it
 * again. Does nothing to one that does not run.
 */
void stop_container(struct record *record, int number, int seconds);

/* docker's kill; with SIGKILL it returns when its end is written down. Tells it,
 * and returns false, if it does not run. */
bool kill_container(struct record *record, int number);
