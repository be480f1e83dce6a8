/*
 * suite.h - what every file of checks needs: the tables of checks, skips, and
 * waiting for something to become true.
 *
 * A check runs as root inside a stand-in host (host.h), once for each stage
 * from `first` to `last`, each time in a process of its own. It asks the
 * kernel, from the host's side, and believes no output alone that could be
 * printed without the thing being true. Memory is never freed: the process
 * ends soon.
 */
#ifndef SUITE_H
#define SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stdnoreturn.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_STAGE = 1, LAST_STAGE = 8 };

/* One check; a table of them ends with a row without a name. */
struct check {
    const char *name;
    int first, last; /* stages */
    void (*run)(int stage);
};

extern const struct check process_checks[];         /* process.c */
extern const struct check namespace_checks[];       /* namespaces.c */
extern const struct check terminal_checks[];        /* terminal.c */
extern const struct check rootfs_checks[];          /* rootfs.c */
extern const struct check cgroup_checks[];          /* cgroups.c */
extern const struct check full_checks[];            /* full.c */
extern const struct check input_checks[];           /* input.c */
extern const struct check erratum_checks[];         /* errata.c */
extern const struct check image_checks[];           /* images.c */
extern const struct check doctor_checks[];          /* doctor.c */
extern const struct check clean_host_checks[];      /* clean_host.c */
extern const struct check system_checks[];          /* systems.c */
extern const struct check old_kernel_checks[];      /* old_kernel.c */
extern const struct check network_checks[];         /* network.c */
extern const struct check oci_checks[];             /* oci.c */
extern const struct check oci_habit_checks[];       /* oci_habits.c */
extern const struct check oci_config_checks[];      /* oci_config.c */
extern const struct check oci_mount_checks[];       /* oci_mounts.c */
extern const struct check oci_namespace_checks[];   /* oci_namespaces.c */
extern const struct check oci_hooks_checks[];       /* oci_hooks.c */
extern const struct check oci_attribute_checks[];   /* oci_attributes.c */
extern const struct check oci_seccomp_checks[];     /* oci_seccomp.c */
extern const struct check oci_caller_checks[];      /* oci_callers.c */
extern const struct check oci_feature_checks[];     /* oci_features.c */
extern const struct check oci_exec_checks[];        /* oci_exec.c */
extern const struct check oci_limit_checks[];       /* oci_resources.c */
extern const struct check layer_checks[];           /* layers.c */
extern const struct check oci_control_checks[];     /* oci_control.c */
extern const struct check oci_update_checks[];      /* oci_update.c */
extern const struct check stored_image_checks[];    /* stored_images.c */
extern const struct check container_log_checks[];   /* container_log.c */
extern const struct check change_checks[];          /* changes.c */
extern const struct check cli_checks[];             /* cli.c */
extern const struct check life_checks[];            /* life.c */
extern const struct check habits_checks[];          /* habits.c */
extern const struct check docker_terminal_checks[]; /* docker_terminal.c */
extern const struct check help_checks[];            /* help.c */
extern const struct check inspect_checks[];         /* inspect.c */
extern const struct check stubborn_checks[];        /* stubborn.c */
extern const struct check misuse_checks[];          /* misuse.c */

/* The project's folder, and the scratch folder that stages start in: it has
 * rootfs/ (a copy of the project's) and conf/. */
extern char *top_folder;
extern char *scratch_folder;

/*
 * Ends the check as one that this machine cannot run. It is counted and shown
 * with the reason, a line of text.
 */
noreturn void skip(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Shows `format` among the skips at the end, and goes on: a part of a check
 * that this machine cannot run. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A fresh random word of 16 letters, which no program can have printed by
 * chance or habit. */
char *make_token(void);

/* Seconds on the monotonic clock. */
double now(void);

/* How many times slower than on an ordinary machine things may be: 1, or what
 * the environment variable SLOWNESS says. */
double slowness(void);

/* How many of `count` moments, at each of which something is killed, a check is
 * to try: all, or a quarter of them on a slow machine. */
int moments_of(int count);

/* True if `condition` comes true within `seconds` (times slowness); asked every
 * 2 ms. */
#define within(seconds, condition)                                             \
    ({                                                                         \
        double end_ = now() + (seconds)*slowness();                            \
        bool true_ = (condition);                                              \
        while (!true_ && now() < end_) {                                       \
            usleep(2000);                                                      \
            true_ = (condition);                                               \
        }                                                                      \
        true_;                                                                 \
    })

#endif
