/*
 * common.h - the plumbing that every stage needs and no stage teaches.
 *
 * Nothing in here knows what a container is: it reports errors, reads flags,
 * narrates, and waits for a child. What the articles explain stands in the
 * stages themselves.
 */
#ifndef COMMON_H
#define COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>
#include <sys/types.h>

/* ---- errors (die.c) --------------------------------------------------- */

/* Exit statuses of the stage itself, the same as docker run's. */
enum {
    EXIT_STAGE_FAILED = 125, /* the stage could not start the command */
    EXIT_CANNOT_RUN = 126,   /* the command was found, but not executable */
    EXIT_NOT_FOUND = 127,    /* there is no such command */
};

/*
 * Ends the program with status 125 after printing one line to stderr:
 * "stage-5: OPERATION OBJECT: strerror(errno) (ENAME)", and a second line
 * "hint: ..." where a cure is known for this operation (the first word of the
 * message) and this errno. In a child (after begin_child) it ends with
 * _exit(2), in the parent with exit(3), so that atexit handlers undo things.
 */
noreturn void die(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The same for input that is wrong in itself: no errno, a pointer to --help.
 */
noreturn void die_usage(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * Ends the program after execvp(3) of `command` failed with errno: status
 * 127 if it is not there, 126 if it cannot be executed, else 125.
 */
noreturn void die_exec(const char *command);

/*
 * Prints "stage-5: MESSAGE" (under 4096 bytes) to stderr and goes on; "\nhint: "
 * in it begins a second line. errno is kept.
 */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * What the calls above print: "stage-5: MESSAGE: strerror(number) (ENAME)", only
 * the message if number is 0; then the line "hint: HINT", unless that is NULL.
 * In one write, so that what others say on the same stderr does not come in
 * between.
 */
void print_message(const char *message, int number, const char *hint);

/* "EPERM" for 1, and so on; "E?" for a number without a name here. */
const char *errno_name(int number);

/* ---- the narrator (explain.c) ----------------------------------------- */

/* Set by --explain. */
extern bool explaining;

/*
 * With --explain: one line on stderr, "parent" or "container", then the text.
 * By convention the text is the call as strace(1) would write it, " # ", and
 * the fact that proves it. Plain where stderr is no terminal or NO_COLOR is
 * set. errno is kept.
 */
void explain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * The namespace of kind `type` ("uts", "pid", ...) that the caller is in, as
 * /proc/self/ns shows it: "uts:[4026531838]"; "TYPE:[?]" without /proc. The
 * text is static and good until the next call. See namespaces(7).
 */
const char *namespace_id(const char *type);

/* ---- files (files.c) -------------------------------------------------- */

/*
 * Writes the formatted text (under 4096 bytes) to the existing file `path`
 * in one write(2), as files in /proc and /sys want it. Returns 0, or -1 and
 * errno.
 */
int write_file(const char *path, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Reads all of `path`. Returns the text, which the caller frees, with a
 * terminating NUL; or NULL and errno.
 */
char *read_file(const char *path);

/*
 * Makes the folder `path` and those above it where they are missing. Returns
 * 0, also when all were there, or -1 and errno.
 */
int make_dir(const char *path);

/*
 * Makes an empty file at `path`, and the folders above it, if missing; where
 * `path` is a link to nothing, the file that it names. Returns 0, or -1 and
 * errno.
 */
int make_file(const char *path);

/* printf into fresh memory, which the caller frees. Dies without memory. */
char *format_text(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * True if `word` is one of the words in `text`, which are separated by commas
 * or white space.
 */
bool has_word(const char *text, const char *word);

/* ---- the child (child.c) ---------------------------------------------- */

/* Opens those of descriptors 0 to 2 that are closed on /dev/null. */
void open_missing_streams(void);

/*
 * Called by the parent before it makes a child or anything else that must be
 * undone: signals that would end it (INT, TERM, HUP, QUIT) wait until
 * wait_for_child, the terminal's state is remembered, and closed standard
 * streams are opened on /dev/null.
 */
void begin_parent(void);

/*
 * The child's first call: it gets the signals' former state back, die() ends
 * it with _exit(2) from here on, and the narrator calls it "container".
 */
void begin_child(void);

/*
 * In the child: `command`, or if that is empty {"/bin/bash"}, or {"/bin/sh"}
 * without bash. If it is a shell alone, it becomes a process group that has
 * the terminal; any other command stays in the group of its parent, so that
 * Ctrl-C reaches both.
 */
char **command_or_shell(char **command);

/*
 * Waits for `child` to end, passing on the signals that the parent gets
 * meanwhile; the third one kills it (SIGKILL). begin_parent must have been called
 * before the child was made, else this dies. Gives the terminal back to the
 * caller of the stage in the state in which begin_parent found it. Returns
 * the child's exit status, or 128+N when signal N killed it. See waitpid(2).
 */
int wait_for_child(pid_t child);

/*
 * A gate between parent and child: a pipe(2). The child stops at wait_at_gate
 * until the parent calls open_gate; if the parent is gone by then, the child
 * ends quietly with status 125. Each side closes both ends.
 */
struct gate {
    int fd[2];
};

void make_gate(struct gate *gate);
void open_gate(struct gate *gate);
void wait_at_gate(struct gate *gate);

/* ---- flags (flags.c) -------------------------------------------------- */

/* Texts given with a flag that may be repeated, in the order given. */
struct list {
    const char **items; /* NULL ends them; none: NULL */
    size_t count;
};

struct flag {
    const char *name;     /* "memory" for --memory */
    char letter;          /* 'm' for -m, or 0 */
    const char *argument; /* "SIZE" in the help; NULL for a switch */
    const char *help;     /* one line */

    /*
     * Stores what `text` means in *value. Returns NULL, or what `text` should
     * have been: "a size such as 64M or 1G". `text` lives as long as argv.
     */
    const char *(*parse)(const char *text, void *value);
    void *value;
};

/*
 * Reads the flags that stand before the command. `flags` ends with a flag
 * without name; --help and --explain are understood beside them. `about` is
 * the help's first paragraph. Returns the command, a NULL-terminated part of
 * argv, empty if there is none. --help prints and exits with 0; input that is
 * wrong ends with die_usage. See getopt_long(3).
 */
char **parse_flags(int argc, char **argv, const struct flag *flags,
                   const char *about);

/* True: flags may also stand behind other words; there is no command then. */
extern bool flags_anywhere;

/* Sees a flag that is not in the table before the program ends for it; or NULL.
 */
extern void (*see_unknown_flag)(const char *flag, const struct flag *flags);

/* Whose --help a hint names; NULL: the program's. */
extern const char *usage_name;

/* Sees what die_usage says before the program ends for it; or NULL. */
extern void (*see_usage_error)(const char *message);

/* What --help prints. Stage 8, which has verbs, puts its own here. */
extern void (*print_help)(const struct flag *flags, const char *about);

/* bool; --read-only, --read-only=true, --read-only=false */
const char *parse_switch(const char *text, void *value);
/* const char *, not empty */
const char *parse_text(const char *text, void *value);
const char *parse_list(const char *text, void *value); /* struct list */
/* uint64_t bytes; 64M, 1G, 4096, "max" = UINT64_MAX; powers of 1024 */
const char *parse_size(const char *text, void *value);
/* The same the other way: "64M" for 67108864. Static, until the next call. */
const char *size_text(uint64_t size);
/* uint64_t, at least 1; "max" = UINT64_MAX */
const char *parse_number(const char *text, void *value);
/* uint64_t microseconds of CPU time in each 100 ms; 0.2 = 20000; "max" */
const char *parse_cpus(const char *text, void *value);

#endif
