/*
 * table.h - tables with columns as wide as docker makes them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct table {
    size_t columns, rows;
    char **cells; /* row by row; the table's own */
};

/* Copies the cells of one more row. */
void add_row(struct table *table, const char *const *cells);

/*
 * Prints it. A column has three blanks behind its longest cell, and is at least
 * `least` wide. Lines are cut at `width`, unless that is 0; `end` ends them.
 */
void print_rows(const struct table *table, int least, int width,
                const char *end);

/* "1.5MiB" for the base 1024, "1.5MB" for 1000. The caller frees it. */
char *size_words(uint64_t size, unsigned base);
