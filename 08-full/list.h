/*
 * list.h - the containers that have a record, as docker ps prints them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "../common/common.h"
#include "record.h"

struct list_wishes {
    bool all;            /* those that have ended, too */
    bool quiet;          /* the ids alone */
    bool whole;          /* nothing is cut */
    const char *format;  /* from parse_format */
    uint64_t last;       /* the newest so many; 0: no such wish */
    struct list filters; /* from parse_filter */
};

/* The parser of --filter: struct list. */
const char *parse_filter(const char *text, void *value);

/* Prints them. Returns the exit status. */
int list_containers(const char *data_root, const struct list_wishes *wishes);
