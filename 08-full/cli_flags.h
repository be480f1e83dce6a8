/*
 * cli_flags.h - the flags of both forms: what they say, before it becomes a
 * struct config.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "../common/common.h"
#include "cli.h"
#include "config.h"

/* Numbers are 0, texts NULL and lists empty where nothing was said. */
struct flags {
    bool docker_form;

    /* of both forms */
    const char *rootfs, *hostname, *workdir, *user;
    uint64_t memory, cpus, pids;
    struct list volumes, tmpfs, env, cap_add, cap_drop;
    bool read_only, init, interactive, tty;

    /* of docker's form */
    struct run_options run;
    const char *entrypoint, *domainname;
    uint64_t most_written;
    struct list env_files, annotations;
    /* cli_mounts.c */
    struct list mounts;
    uint64_t shm_size;
    /* cli_limits.c */
    uint64_t memory_swap, memory_reservation, swappiness, cpu_shares,
        cpu_period, cpu_quota, blkio_weight;
    bool oom_kill_disable;
    const char *cpuset_cpus, *cpuset_mems, *oom_score_adj;
    struct list rates[4]; /* by enum rate_kind */
    struct list ulimits, devices;
    /* cli_security.c */
    struct list security, groups, sysctl, userns;
    bool privileged;
    const char *uts, *cgroupns;
};

/*
 * Reads the flags; `flags` has the defaults before. Returns the rest of argv.
 * Input that is wrong ends the program.
 */
char **read_flags(int argc, char **argv, struct flags *flags);

/* `text`, from here: a path that holds in another folder, too. Fresh memory. */
char *absolute_path(const char *text);

/* cli.c: NAME=VALUE in its parts. */
struct pair *split_pairs(const struct list *texts);

/* ---- parsers for struct flag, and what becomes of it ---------------------- */

/* cli_mounts.c: -v, --tmpfs, --mount (lists) */
const char *parse_volume(const char *text, void *value);
const char *parse_tmpfs(const char *text, void *value);
const char *parse_mount(const char *text, void *value);
void use_mount_flags(struct config *config, const struct flags *flags);

/* cli_limits.c: docker's "0" is max; "-1" is, too; lists of PATH:RATE, of
 * NAME=SOFT[:HARD] */
const char *parse_memory(const char *text, void *value);
const char *parse_processors(const char *text, void *value);
const char *parse_limit(const char *text, void *value);
const char *parse_pids(const char *text, void *value);
const char *parse_byte_rate(const char *text, void *value);
const char *parse_operation_rate(const char *text, void *value);
const char *parse_ulimit(const char *text, void *value);
void use_limit_flags(struct config *config, const struct flags *flags);

/* cli_devices.c: a list of HOST[:CONTAINER][:rwm]; and what --privileged gives
 */
const char *parse_device(const char *text, void *value);
void use_device_flags(struct config *config, const struct flags *flags);

/* cli_security.c: lists, and --uts, --cgroupns */
const char *parse_capability(const char *text, void *value);
const char *parse_security(const char *text, void *value);
const char *parse_group(const char *text, void *value);
const char *parse_userns(const char *text, void *value);
const char *parse_shared(const char *text, void *value);
void use_security_flags(struct config *config, const struct flags *flags);

/* cli_seccomp.c: the profile in the file `path`, for a container with these
 * capabilities. Ends the program if it is none. */
const struct seccomp *load_profile(const char *path, uint64_t capabilities);
