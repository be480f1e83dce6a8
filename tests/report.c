/* report.c - checks side by side, with their verdicts for other programs. */
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#include "../common/common.h"
#include "suite.h"

enum { MAX_SLOTS = 64 };

/* A slot's process; 0 when it is free. */
static struct {
    pid_t pid;
    int number;
    double start;
} slots[MAX_SLOTS];

static void start(int number, int slot,
                  void (*run)(int number, int slot, struct verdict *verdict),
                  struct verdict *verdict)
{
    pid_t child = fork();

    if (child == -1)
        die("fork");
    if (child == 0) {
        run(number, slot, verdict);
        fflush(NULL);
        _exit(EXIT_SUCCESS);
    }
    slots[slot].pid = child;
    slots[slot].number = number;
    slots[slot].start = now();
}

/* Waits for one to end, and frees its slot. */
static void wait_for_one(int jobs, struct verdict *verdicts)
{
    struct verdict *verdict;
    int status, slot;

    do {
        pid_t ended = waitpid(-1, &status, 0);

        if (ended == -1)
            die("waitpid");
        for (slot = 0; slot < jobs && slots[slot].pid != ended;)
            slot++;
    } while (slot == jobs);
    verdict = &verdicts[slots[slot].number];
    if (verdict->seconds == 0)
        verdict->seconds = now() - slots[slot].start;
    slots[slot].pid = 0;
    if (status != 0) {
        verdict->kind = FAILED;
        snprintf(verdict->text, sizeof(verdict->text),
                 "the check itself came to an end (wait status %d)", status);
    }
}

static int find_slot(int jobs)
{
    int slot = 0;

    while (slot < jobs && slots[slot].pid)
        slot++;
    return slot;
}

struct verdict *run_together(
    int count, int jobs, int first, void (*then)(const struct verdict *first),
    int quiet, void (*run)(int number, int slot, struct verdict *verdict))
{
    struct verdict *verdicts =
        mmap(NULL, (size_t)count * sizeof(*verdicts), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int running = 0;

    if (verdicts == MAP_FAILED)
        die("mmap");
    if (jobs > MAX_SLOTS)
        jobs = MAX_SLOTS;
    if (first != -1) {
        start(first, 0, run, &verdicts[first]);
        wait_for_one(jobs, verdicts);
        if (verdicts[first].basic)
            return verdicts;
        if (then)
            then(&verdicts[first]);
    }
    for (int i = 0; i < count; i++) {
        if (i == first)
            continue;
        for (; i == quiet && running; running--)
            wait_for_one(jobs, verdicts);
        if (running == jobs)
            wait_for_one(jobs, verdicts);
        else
            running++;
        start(i, find_slot(jobs), run, &verdicts[i]);
    }
    while (running--)
        wait_for_one(jobs, verdicts);
    return verdicts;
}

/* Prints the first character of `text`, which may hold what a stage has printed:
 * any bytes. Returns how many it takes. */
static size_t put_character(FILE *file, const char *text)
{
    mbstate_t state = {0};
    size_t size = mbrlen(text, strlen(text), &state);

    if (size > MB_CUR_MAX) { /* no UTF-8 */
        fputc('?', file);
        return 1;
    }
    if ((unsigned char)*text < ' ' || *text == 127)
        fputc(' ', file);
    else
        fwrite(text, 1, size, file);
    return size;
}

void print_verdict(FILE *file, const char *name, const struct verdict *verdict)
{
    static const char *const kinds[] = {"untried", "held", "failed", "skipped"};

    fprintf(file, "%s\t%s\t%.2f\t%s\t", name, kinds[verdict->kind],
            verdict->seconds, verdict->bomb ? "bomb" : "-");
    for (const char *text = verdict->text; *text; text++)
        if (*text == '\n')
            fputs("\\n", file);
        else if (*text == '\\')
            fputs("\\\\", file);
        else
            text += put_character(file, text) - 1;
    fputc('\n', file);
}
