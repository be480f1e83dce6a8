/*
 * report.h - checks side by side, with their verdicts for other programs: what
 * the workshop's grader reads.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stdio.h>

enum verdict_kind { NOT_TRIED, HELD, FAILED, SKIPPED };

/* What became of a check. It lies in memory that processes share. */
struct verdict {
    enum verdict_kind kind;
    bool basic;      /* a failure without which no other check makes sense */
    double seconds;  /* if 0, as long as the process took */
    bool bomb;       /* it wanted more processes than a stand-in host has */
    char text[6000]; /* why it failed or was skipped */
};

/*
 * Runs `run` for each number below `count`, each in a process of its own, at
 * most `jobs` at a time; `slot`, below `jobs`, is no other's meanwhile. What
 * `run` finds out it leaves in *verdict. The one whose number is `first`, unless
 * that is -1, runs before the others, and these are not tried if its failure is
 * basic; `then`, unless NULL, is called with its verdict. Those from `quiet` on
 * begin when all others have ended.
 * Returns the verdicts, one a number.
 */
struct verdict *run_together(
    int count, int jobs, int first, void (*then)(const struct verdict *first),
    int quiet, void (*run)(int number, int slot, struct verdict *verdict));

/* One line: NAME, held, failed, skipped or untried, seconds, "bomb" or "-", and
 * the text in C's escapes; with tabs between. */
void print_verdict(FILE *file, const char *name, const struct verdict *verdict);

#endif
