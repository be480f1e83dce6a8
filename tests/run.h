/* run.h - starting a stage as a user would, and watching it. */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <sys/types.h>

/* How to start a stage, where it differs from the ordinary way: as root, with
 * stdin on /dev/null, stdout and stderr caught, and the check's environment.
 */
struct how {
    const char *flags[10];   /* before the other arguments */
    const char *input;       /* on stdin */
    bool keep_input;         /* stdin stays open for type_text() */
    uid_t user;              /* 0: root */
    unsigned closed;         /* standard streams closed: bit N for stream N */
    int descriptor;          /* one more that the stage inherits; or 0 */
    bool terminal;           /* in the foreground of a terminal of its own */
    const char *environment; /* one more variable, NAME=VALUE */
    const char *program;     /* to run instead of the stage */
    int ignored_signal;      /* ignored from the start; or 0 */
    bool stopped;            /* stops itself (SIGSTOP) before it begins */
};

/* A stage that was started. */
struct process {
    pid_t pid;
    int stage;
    int in;       /* write end of its stdin, or -1 */
    int out, err; /* files that catch its output */
    int master;   /* its terminal's other side, or -1 */
    char *screen; /* what the terminal has shown */
};

/* What is left of one that has ended. */
struct result {
    int status; /* exit status; -N if signal N killed the stage itself */
    char *out, *err;
};

/* Starts ./stage-N with how->flags and the arguments, a list that NULL ends.
 * `how` may be NULL. */
struct process start_stage(int stage, const struct how *how, ...)
    __attribute__((sentinel));

/* Waits for it; the check fails if it takes more than 30 seconds. */
struct result finish(struct process *process);

/* Both in one. */
struct result run_stage(int stage, ...) __attribute__((sentinel));
struct result run_stage_so(int stage, const struct how *how, ...)
    __attribute__((sentinel));

/* Runs sh -c SCRIPT in the container. */
struct result run_script(int stage, const char *script);

/*
 * Starts the program `name` of build/attacks with the arguments in the
 * container. From stage 6 on its folder is brought in as /attacks.
 */
struct process start_attack(int stage, const struct how *how, const char *name,
                            ...) __attribute__((sentinel));
struct result run_attack(int stage, const struct how *how, const char *name,
                         ...) __attribute__((sentinel));

/*
 * Starts sh -c SCRIPT in the container and returns when the script has begun.
 * "echo ready" is put before it.
 */
struct process start_script(int stage, const struct how *how,
                            const char *script);

/* A script that runs until it is killed. */
extern const char forever[];

/* Starts `forever` in stage 8, with how->flags; it needs cgroups. */
struct process start_stage_8(const struct how *how);

/* Its output so far: stdout (or the terminal's screen), stderr. */
char *output_of(struct process *process);
char *errors_of(const struct process *process);

/* Waits until the output has `text`; the check fails after 10 seconds. */
void expect(struct process *process, const char *text);

/* Writes to its stdin or terminal. */
void type_text(const struct process *process, const char *text);

/*
 * The container's first process, by the host's number: the stage's child. The
 * check fails if there is none.
 */
pid_t container_of(const struct process *process);

/* Kills the container (SIGKILL), and finishes the stage. */
void end_container(struct process *process);

/* Kills the stage (SIGKILL) and waits for it, when how it ends is not the
 * point. Its container may live on. */
void end_now(struct process *process);

/* The path of stage N's program. */
char *stage_path(int stage);

/* Fails unless the result is of this exit status; shows what was printed. */
void expect_status(struct result result, int status);

/* Fails unless `text` has `part`; `what` names the text. */
void expect_text(const char *what, const char *text, const char *part);

/* Fails if `text` has `part`. */
void expect_no_text(const char *what, const char *text, const char *part);

#endif
