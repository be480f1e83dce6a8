/*
 * names.h - names for containers that were given none, names that somebody may
 * have meant, and names that mean harm.
 */
#pragma once

#include <regex.h>
#include <stdbool.h>

/* "quiet_otter": two words by chance. The caller frees it. */
char *make_up_name(void);

/* True if `b` is `a` with at most two letters more, less, or others. */
bool is_near(const char *a, const char *b);

/* A regular expression for names, see regex(7); regfree(3) frees it. False if the
 * text is none. */
bool compile_pattern(const char *text, regex_t *pattern);

/* What was named inside must not talk to our terminal: a "?" for each byte that
 * is an order to it. */
void make_harmless(char *name);
