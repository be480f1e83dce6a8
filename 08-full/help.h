/*
 * help.h - --help, "help", the manual page, and completion: all made from the
 * tables by which verbs and flags are understood.
 */
#pragma once

#include "../common/common.h"
#include "verbs.h"

/* --help is from now on that of the verb; NULL: that of stage-8 itself. */
void use_help(const struct verb *verb);

/*
 * Calls `see` with the flags of the verb (NULL: of a command without a verb),
 * and ends the program. The tables are there only while the verb reads its
 * flags.
 */
noreturn void see_flags(const struct verb *verb,
                        void (*see)(const struct flag *flags,
                                    const char *about));

/* The same for the flags before the verb. */
noreturn void see_global_flags(void (*see)(const struct flag *flags,
                                           const char *about));

/* Two flags that all tables have; a flag without name ends them. */
extern const struct flag flags_of_all[];

/* "-p, --publish PORT", or "--init": what is typed. The caller frees it. */
char *flag_text(const struct flag *flag);

/* Prints words from `column` on, in lines of 80 columns; those that follow begin
 * at `indent`. */
void print_wrapped(int column, int indent, const char *text);

/* manual.c: the manual page, in the language of man(7). */
void print_manual(void);
