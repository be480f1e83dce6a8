/*
 * names.h - names for containers that were given none, and names that somebody
 * may have meant.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>

/* "quiet_otter": two words by chance. The caller frees it. */
char *make_up_name(void);

/* True if `b` is `a` with at most two letters more, less, or others. */
bool is_near(const char *a, const char *b);

#endif
