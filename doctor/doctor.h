/*
 * doctor.h - looking at a machine as the stages will.
 *
 * A check looks at one thing, if possible by really trying it in a child, and
 * returns a finding. doctor.c has the table of all checks and prints the
 * findings; the other files are the checks, by subject. Nothing that a check
 * does outlives it.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All that is said to a person stands there. */
#ifndef MESSAGES
#define MESSAGES "messages.en.h"
#endif
#include MESSAGES

enum state {
    FINE,
    WARNING, /* the stages run, but something around them does not */
    FAILED,  /* the stages that need it will not run */
};

struct finding {
    enum state state;
    char *fact; /* what was found */
    char *mend; /* the one command or setting that mends it; NULL if none */
};

/* Sets of stages: bit N for stage N. */
#define FROM(stage) (0x1feu & ~((1u << (stage)) - 1))
#define ONLY(stage) (1u << (stage))

struct check {
    const char *name; /* in JSON */
    const char *row;  /* the same for a person */
    unsigned stages;  /* that need it; none: a failure is only a warning */
    struct finding (*look)(const char *about);
    const char *about; /* "uts" for look_at_namespace, and so on */
};

/* ---- finding.c: findings, and trying things in a child ------------------- */

struct finding fine(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* `mend` may be NULL; it becomes the finding's. */
struct finding warning(char *mend, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct finding failed(char *mend, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "ENOSPC", or "EPERM, a seccomp filter may forbid it": why a thing that was
 * tried failed with the errno `number`. The caller frees. */
char *reason_of(int number);

/* What gives a process that is already root what it lacks. */
char *mend_of_confinement(void);

/* The command with "sudo " before it unless we are root. */
char *as_root(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for a command that needs CAP_SYS_ADMIN: mend_of_confinement() where
 * root lacks it. */
char *as_admin(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Calls attempt(about) in a child of its own and returns what it returns: 0,
 * or an errno. A child that was killed (by a seccomp filter) counts as EPERM.
 */
int attempt_in_child(int (*attempt)(const char *about), const char *about);

/* What is tried is mounted here, since this folder is everywhere. */
#define MOUNT_SPOT "/proc"

/* Moves the caller, such a child, into a mount namespace of its own: what it
 * mounts on MOUNT_SPOT is seen nowhere else. Returns 0 or an errno. */
int enter_own_mounts(void);

/* The number in the file, or -1. */
long long read_number(const char *path);

/* What /proc/self/status says of `field`, as "CapEff"; the caller frees. NULL
 * if it cannot be read. */
char *status_field(const char *field);

bool has_capability(int number);
enum { CAPABILITY_SYS_ADMIN = 21 }; /* see capabilities(7) */

/* True in a user namespace other than the machine's first. */
bool in_user_namespace(void);

/* ---- words.c: text on a screen ------------------------------------------- */

/* The bytes of the UTF-8 character at `text`, 1 at the end; 0 if it is none. */
size_t character_length(const char *text);

/* Prints `text`, and blanks up to that many columns. */
void print_padded(const char *text, int columns);

/* Prints the words of `text`, which starts at `column`, and breaks lines
 * before the right margin: with `broken` at their end. */
void print_words(const char *text, int column, const char *broken);

/* ---- the checks ---------------------------------------------------------- */

/* machine.c: the kernel and what it lets us do */
struct finding look_at_kernel(const char *about);
struct finding look_at_user(const char *about);
struct finding look_at_admin(const char *about);
struct finding look_at_capabilities(const char *about);
struct finding look_at_seccomp(const char *about);
struct finding look_at_calls(const char *about);
struct finding look_at_namespace(const char *kind);
struct finding look_at_user_namespace(const char *about);

/* mounts.c: file systems and roots */
struct finding look_at_proc(const char *about);
struct finding look_at_propagation(const char *about);
struct finding look_at_file_systems(const char *types);
struct finding look_at_pivot_root(const char *about);
struct finding look_at_overlayfs(const char *about);

/* cgroups.c */
struct finding look_at_cgroups(const char *about);
struct finding look_at_controller(const char *controller);
struct finding look_at_devices(const char *about);

/* tools.c: what building, the tests and a terminal need */
struct finding look_at_compiler(const char *about);
struct finding look_at_program(const char *name);
struct finding look_at_library(const char *name);
struct finding look_at_rootfs(const char *about);
struct finding look_at_terminal(const char *about);

#endif
