/*
 * text.h - texts and arrays in fresh memory. Without memory the program ends.
 */
#pragma once

#include <stddef.h>

/* The elements of an array that is not only pointed to. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Zeroed memory for so many things, and one more that ends them. */
void *allocate(size_t count, size_t size);

/* The array of `count` things, which may be NULL, with room for one more. */
void *add_room(const void *array, size_t count, size_t size);

/* `text`, which is freed, with the formatted text behind it. */
char *append(char *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `text`, or an empty one for NULL. */
char *or_empty(char *text);
