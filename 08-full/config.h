/*
 * config.h - what a container should be, in the words of the OCI runtime
 * specification's config.json (config.md, config-linux.md).
 *
 * The command line fills it in; nothing behind it knows where it came from.
 * Texts belong to whoever filled it in and live as long as the program.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* No limit; also what parse_size and its kin give for "max". */
#define UNLIMITED UINT64_MAX

/* Sets of capabilities: bit N is capability number N of capabilities(7). */
struct capability_sets {
    uint64_t bounding, effective, inheritable, permitted, ambient;
};

struct user {
    const char *name; /* USER[:GROUP] as given, looked up in the rootfs */
};

struct process {
    bool terminal;   /* a pseudoterminal of the container's own */
    bool stdin_open; /* false: standard input is /dev/null */
    bool init;       /* --init: a small init is pid 1, the command its child */
    struct user user;
    char **args;     /* NULL-terminated; empty: a shell */
    char **env;      /* NULL-terminated, NAME=VALUE */
    const char *cwd; /* absolute */
    struct capability_sets capabilities;
    bool no_new_privileges;
};

/* One of mounts[]: types are "bind" and those of /proc/filesystems. */
struct mount {
    const char *destination; /* absolute, in the container */
    const char *type;
    const char *source;         /* of a bind, on the host */
    const char *const *options; /* NULL-terminated, as in mount(8) */
};

/* One of linux.resources.devices[]; the last rule that fits decides. */
struct device_rule {
    bool allow;
    char type;          /* 'c', 'b', or 'a' for both */
    int major, minor;   /* -1: every number */
    const char *access; /* some of "rwm": read, write, mknod */
};

struct resources {
    struct {
        uint64_t limit; /* bytes */
        uint64_t swap;  /* bytes of memory and swap together */
    } memory;
    struct {
        uint64_t quota;  /* microseconds of CPU time in each period */
        uint64_t period; /* microseconds */
    } cpu;
    struct {
        uint64_t limit; /* processes and threads */
    } pids;
    const struct device_rule *devices;
    size_t device_count;
};

struct config {
    struct process process;
    struct {
        const char *path;
        bool readonly;
    } root;
    const char *hostname;
    struct mount *mounts; /* in the order in which they are made */
    size_t mount_count;
    struct {
        uint64_t namespaces; /* CLONE_NEW* flags of clone(2) */
        struct resources resources;
        const char *const *masked_paths;   /* NULL-terminated */
        const char *const *readonly_paths; /* NULL-terminated */
    } linux_;
};

/* Fills in what `docker run` gives a container that asks for nothing. */
void set_default_config(struct config *config);

/*
 * Adds a mount behind those that are there. One of the defaults with the
 * same destination makes room for it, but for /proc.
 */
void add_mount(struct config *config, const struct mount *mount);

/* True if process.env has the variable `name`. */
bool has_environment(const struct config *config, const char *name);

/* Sets NAME=VALUE in process.env, in place of another value of NAME. */
void set_environment(struct config *config, const char *assignment);

#endif
