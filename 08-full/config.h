/*
 * config.h - what a container should be, in the words of the OCI runtime
 * specification's config.json (config.md, config-linux.md).
 *
 * The command line fills it in; nothing behind it knows where it came from.
 * Texts belong to whoever filled it in and live as long as the program.
 */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "resources.h"

/* Sets of capabilities: bit N is capability number N of capabilities(7). */
struct capability_sets {
    uint64_t bounding, effective, inheritable, permitted, ambient;
    bool root_only; /* a user other than root has none of them */
};

struct user {
    const char *name; /* USER[:GROUP], looked up in the rootfs; NULL: "0" */
    gid_t *additional_gids;
    size_t additional_gid_count;
    bool keep_groups;          /* the caller's, in place of these */
    const char *const *groups; /* more of them, by name, looked up as well;
                                  NULL-terminated, or NULL */
    bool primary_group_too; /* docker's habit: the primary one is among them */
    mode_t umask;
};

/* One of process.rlimits[]; see setrlimit(2). */
struct process_rlimit {
    int type; /* RLIMIT_NOFILE, ... */
    uint64_t soft, hard;
};

enum { MOST_NUMBERS = 1024 };

/* Numbers below MOST_NUMBERS, of processors for instance: a bit for each. */
struct number_set {
    unsigned long words[MOST_NUMBERS / (8 * sizeof(unsigned long))];
};

/* process.scheduler, as sched_setattr(2) takes it. */
struct scheduler {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period; /* nanoseconds */
    uint32_t least_load, most_load;     /* not in the specification: 0 */
};

/* linux.memoryPolicy; see set_mempolicy(2). */
struct memory_policy {
    unsigned mode;                  /* MPOL_..., with flags */
    const struct number_set *nodes; /* NULL: none */
};

struct process {
    bool terminal;   /* a pseudoterminal of the container's own */
    bool stdin_open; /* false: standard input is /dev/null */
    bool init;       /* --init: a small init is pid 1, the command its child */
    unsigned preserve_fds; /* so many from 3 on stay open */
    struct {
        unsigned height, width; /* characters; 0: the caller's */
    } console_size;
    struct user user;
    char **args;     /* NULL-terminated; empty: a shell */
    char **env;      /* NULL-terminated, NAME=VALUE */
    const char *cwd; /* absolute */
    struct capability_sets capabilities;
    bool no_new_privileges;
    bool new_keyring; /* the caller's keys are not reachable */
    const struct process_rlimit *rlimits;
    size_t rlimit_count;
    const char *oom_score_adj; /* a number, or NULL: as it is */
    const char *apparmor_profile, *selinux_label; /* or NULL */
    const struct scheduler *scheduler;            /* NULL: as it is */
    int io_priority; /* class and priority, see ioprio_set(2); 0: as it is */
    /* of one that joins: until it is in its cgroups, and then; NULL: all */
    const struct number_set *first_processors, *processors;
};

/* `size` ids from `container` on, inside, are those from `host` on. */
struct id_mapping {
    uint32_t container, host, size;
};

struct id_mappings {
    const struct id_mapping *uids, *gids;
    size_t uid_count, gid_count;
};

/* One of mounts[]: types are "bind", "cgroup" and those of /proc/filesystems.
 * Its options are those of mount_options.h. */
struct mount {
    const char *destination; /* absolute, in the container */
    const char *type;
    const char *source;          /* of a bind, on the host */
    const char *const *options;  /* NULL-terminated, as in mount(8) */
    struct id_mappings mappings; /* "idmap": none are the container's */
};

/* One of linux.devices[]. */
struct device {
    const char *path; /* absolute, in the container */
    mode_t mode;      /* with its type, as in mknod(2) */
    unsigned major, minor;
    uid_t uid;
    gid_t gid;
};

/* A namespace that exists, to be joined. */
struct joined_namespace {
    int type; /* one of CLONE_NEW* */
    const char *path;
};

/* What a clock of a time namespace is ahead of the machine's. */
struct time_offset {
    int64_t secs;
    uint32_t nanosecs;
};

/* NAME and VALUE; of linux.sysctl and annotations. */
struct pair {
    const char *name, *value;
};

struct json_object; /* of json-c */

/* linux.seccomp, compiled to a program for the kernel; see seccomp(2). */
struct seccomp {
    struct json_object *json; /* as it was written */
    struct sock_fprog program;
    uint32_t flags;                /* SECCOMP_FILTER_FLAG_... */
    const char *listener_path;     /* NULL: no call is passed to a listener */
    const char *listener_metadata; /* or NULL */
};

/* One of linux.netDevices. */
struct net_device {
    const char *name;     /* on the host */
    const char *new_name; /* in the container; may end in "%d" */
};

/* One program of hooks.*[]. */
struct hook {
    const char *path; /* absolute */
    char **args;      /* NULL-terminated */
    char **env;       /* NULL-terminated; or NULL: its caller's */
    unsigned timeout; /* seconds; 0: none */
};

enum hook_kind {
    PRESTART_HOOK,
    CREATE_RUNTIME_HOOK,
    CREATE_CONTAINER_HOOK,
    START_CONTAINER_HOOK,
    POSTSTART_HOOK,
    POSTSTOP_HOOK,
    HOOK_KINDS,
};

struct hooks {
    struct {
        const struct hook *list;
        size_t count;
    } of[HOOK_KINDS];
};

struct network; /* network.h */

struct config {
    const char *source; /* the text of config.json; NULL: not from there */
    struct process process;
    struct {
        const char *path;
        bool readonly;
        bool no_pivot; /* where "/" is an initramfs, which cannot be pivoted */
        /* layers.h; the topmost first, NULL-terminated; NULL: none, path itself
         * is written to */
        const char *const *layers;
        const char *store;     /* with layers: where what is written goes, */
        const char *work;      /* in this folder of it, path below that */
        bool stays;            /* what is written is not removed at the end */
        uint64_t most_written; /* bytes */
    } root;
    const char *hostname;   /* NULL: that of the namespace */
    const char *domainname; /* NULL: the same */
    struct mount *mounts;   /* in the order in which they are made */
    size_t mount_count;
    struct {
        uint64_t namespaces; /* new ones: CLONE_NEW* flags of clone(2) */
        const struct joined_namespace *joined;
        size_t joined_count;
        bool host_mounts; /* the caller's mount namespace is among them */
        struct id_mappings mappings; /* of a new user namespace */
        struct {
            struct time_offset monotonic, boottime;
        } time_offsets;           /* of a new time namespace */
        const char *cgroups_path; /* below each hierarchy's top; NULL: one of
                                     the runtime's own */
        struct resources resources;
        const struct device *devices; /* beside the usual ones */
        size_t device_count;
        const struct pair *sysctl; /* names as in sysctl(8) */
        size_t sysctl_count;
        const char *rootfs_propagation;       /* "shared", ...; NULL: private */
        bool built_in_filter;                 /* the one of syscall_filter.h */
        const struct net_device *net_devices; /* that move inside */
        size_t net_device_count;
        const struct seccomp *seccomp;             /* or NULL */
        const struct memory_policy *memory_policy; /* or NULL */
        const unsigned *personality;       /* see personality(2); or NULL */
        const char *const *masked_paths;   /* NULL-terminated */
        const char *const *readonly_paths; /* NULL-terminated */
    } linux_;
    struct network *network; /* of the runtime's making, at its bridge; NULL:
                                none. The specification has no word for it. */
    struct hooks hooks;
    const struct pair *annotations;
    size_t annotation_count;
};

/* Forbids all devices but those that every container has, after `rules`. */
void set_device_rules(struct resources *resources,
                      const struct device_rule *rules, size_t count);

/* PATH=... of a container that asks for nothing. */
extern const char default_path[];

/* Fills in what `docker run` gives a container that asks for nothing. */
void set_default_config(struct config *config);

/*
 * Adds a mount behind those that are there. One of the defaults with the
 * same destination makes room for it, but for /proc.
 */
void add_mount(struct config *config, const struct mount *mount);

/*
 * Takes back the default mounts on /tmp and /run, which are the stages' and not
 * docker's: an image brings its own folders.
 */
void remove_stage_mounts(struct config *config);

/* The value of the variable `name` in process->env, or NULL; as getenv(3). */
const char *get_environment(const struct process *process, const char *name);

/* Sets NAME=VALUE in process.env, in place of another value of NAME. */
void set_environment(struct config *config, const char *assignment);
