/* cli_flags.c - the flags, in two tables. */
#include "cli_flags.h"

#include "base.h"
#include "cli_network.h"
#include "keys.h"
#include "podman.h"
#include "signals.h"
#include "state.h"

static const char about[] =
    "Without a verb COMMAND, or a shell, runs in a container of ./rootfs:\n"
    "own namespaces, root file system, devices, limits and few privileges.";

const char *parse_path(const char *text, void *value)
{
    *(const char **)value = text;
    return *text == '/' ? NULL : "an absolute path in the container";
}

static const char *parse_hostname(const char *text, void *value)
{
    *(const char **)value = text;
    /* the kernel's limit; see sethostname(2) */
    return *text && strlen(text) <= 64 ? NULL : "1 to 64 bytes";
}

static const char *parse_env(const char *text, void *value)
{
    if (!*text || *text == '=')
        return "NAME=VALUE, or NAME for the caller's value";
    return parse_list(text, value);
}

static const char *parse_storage(const char *text, void *value)
{
    static const char expected[] = "size=SIZE, such as size=10M";

    if (strncmp(text, "size=", 5) != 0)
        return expected;
    return parse_size(text + 5, value) ? expected : NULL;
}

/* "" is a word of its own: no entrypoint, not even the image's. */
static const char *parse_any(const char *text, void *value)
{
    *(const char **)value = text;
    return NULL;
}

const char *parse_count(const char *text, void *value)
{
    if (strcmp(text, "0") == 0) {
        *(uint64_t *)value = 0;
        return NULL;
    }
    return parse_number(text, value) ? "a whole number" : NULL;
}

const char *parse_restart(const char *text, void *value)
{
    struct restart *restart = value;
    const char *colon = strchr(text, ':');

    restart->policy = text;
    if (strcmp(text, "no") == 0 || strcmp(text, "always") == 0)
        return NULL;
    /* they differ when the machine starts, and nobody starts us then */
    if (strcmp(text, "unless-stopped") == 0) {
        restart->policy = "always";
        return NULL;
    }
    restart->policy = "on-failure";
    if (strncmp(text, "on-failure", 10) == 0 &&
        (!text[10] ||
         (colon == text + 10 && !parse_count(colon + 1, &restart->most))))
        return NULL;
    return "no, always, unless-stopped, on-failure or on-failure:N";
}

static const char *parse_stop_signal(const char *text, void *value)
{
    int number;

    *(const char **)value = text;
    return parse_signal(text, &number);
}

static const char *parse_log_option(const char *text, void *value)
{
    struct run_options *run = value;

    if (strncmp(text, "max-size=", 9) == 0 &&
        !parse_size(text + 9, &run->log.size))
        return NULL;
    if (strncmp(text, "max-file=", 9) == 0 &&
        !parse_number(text + 9, &run->log.files) && run->log.files <= 1000)
        return NULL;
    return "max-size=SIZE or max-file=N, at most 1000";
}

static const char *parse_log_driver(const char *text, void *value)
{
    (void)value;
    return strcmp(text, "json-file") == 0 ? NULL : "json-file";
}

const char *parse_label(const char *text, void *value)
{
    if (!*text || *text == '=')
        return "NAME=VALUE";
    return parse_list(text, value);
}

static const char *parse_pair(const char *text, void *value)
{
    if (*text == '=' || !strchr(text, '='))
        return "NAME=VALUE";
    return parse_list(text, value);
}

static const char *parse_pull(const char *text, void *value)
{
    (void)value;
    return strcmp(text, "never") == 0
             ? NULL
             : "never: \"load\" brings images, from what skopeo or docker save "
               "make";
}

static const char *parse_pid(const char *text, void *value)
{
    const char *other = container_in(text);

    *(const char **)value = text;
    return has_word("host private", text) || (other && !check_id(other))
             ? NULL
             : "host, private or container:NAME";
}

static const char *parse_ipc(const char *text, void *value)
{
    /* every one of ours can be shared */
    if (strcmp(text, "shareable") == 0)
        text = "private";
    /* getopt_long(3) takes the beginning of a flag for the flag */
    if (strchr("0123456789", *text))
        refuse_docker_flag("run", "--ip");
    return parse_pid(text, value) ? "host, private, shareable or container:NAME"
                                  : NULL;
}

/* ---- the tables ---------------------------------------------------------------- */

enum { MOST_FLAGS = 128 };

struct flag_table {
    struct flag flags[MOST_FLAGS];
    size_t count;
};

static void add_flags(struct flag_table *table, const struct flag *flags)
{
    for (; flags->name; flags++)
        table->flags[table->count++] = *flags;
}

/* What stages before have, and what a container of ./rootfs may want beside. */
static void add_stage_flags(struct flag_table *table, struct flags *to)
{
    const struct flag flags[] = {
        {"rootfs", 0, "DIR",
         to->docker_form ? "a folder in place of an image"
                         : "root file system (./rootfs)",
         parse_text, &to->rootfs},
        {"hostname", to->docker_form ? 'h' : 0, "NAME",
         to->docker_form ? "host name (the short id)" : "host name (container)",
         parse_hostname, &to->hostname},
        {"volume", 'v', "HOST:CONTAINER[:ro]", "bind a file or folder",
         parse_volume, &to->volumes},
        {"tmpfs", 0, "PATH[:OPTIONS]", "an empty folder in memory", parse_tmpfs,
         &to->tmpfs},
        {"memory", 'm', "SIZE", "memory with swap (512M)",
         to->docker_form ? parse_memory : parse_size, &to->memory},
        {"cpus", 0, "N", "CPUs' time (1)",
         to->docker_form ? parse_processors : parse_cpus, &to->cpus},
        {"pids", 0, "N", "processes and threads (256)", parse_number,
         &to->pids},
        {"pids-limit", 0, "N", "the same, docker's name", parse_pids,
         &to->pids},
        {"env", 'e', "NAME[=VALUE]", "an environment variable", parse_env,
         &to->env},
        {"workdir", 'w', "DIR", "working folder (/)", parse_path, &to->workdir},
        {"user", 'u', "USER[:GROUP]", "names or numbers (0)", parse_text,
         &to->user},
        {"read-only", 0, NULL, "the root file system is read-only",
         parse_switch, &to->read_only},
        {"cap-add", 0, "NAME", "allow a capability, or ALL", parse_capability,
         &to->cap_add},
        {"cap-drop", 0, "NAME", "take a capability, or ALL", parse_capability,
         &to->cap_drop},
        {"network", 0, "MODE",
         to->docker_form
             ? "none, host, bridge, container:NAME (none; bridge with -p)"
             : "none, host, bridge, container:ID (none)",
         parse_network, &to->run.modes.network},
        {"net", 0, "MODE", "the same", parse_network, &to->run.modes.network},
        {"publish", 'p', "[ADDRESS:]HOST:CONTAINER[/udp]",
         "lead a port of the host's to one of the container's",
         to->docker_form ? parse_publish : parse_fixed_port,
         &to->run.network.ports},
        {"dns", 0, "ADDRESS", "a server for names", parse_dns,
         &to->run.network.dns},
        {"add-host", 0, "NAME:ADDRESS", "one more name in /etc/hosts",
         parse_add_host, &to->run.network.hosts},
        {"network-rate", 0, "RATE", "so much each way, as 10mbit", parse_rate,
         &to->run.network.rate},
        {"init", 0, NULL, "a small init is pid 1", parse_switch, &to->init},
        {"interactive", 'i', NULL, "run: keep standard input open",
         parse_switch, &to->interactive},
        {"tty", 't', NULL, "a terminal of the container's own", parse_switch,
         &to->tty},
        {0},
    };

    add_flags(table, flags);
}

/* Of docker's form alone: its life, what it is made from, what is told of it. */
static void add_run_flags(struct flag_table *table, struct flags *to)
{
    struct run_options *run = &to->run;
    const struct flag flags[] = {
        {"detach", 'd', NULL, "print its id, and let it run", parse_switch,
         &run->detach},
        {"rm", 0, NULL, "remove it when it has ended", parse_switch,
         &run->remove},
        {"name", 0, "NAME", "for other commands (one is made up)", parse_text,
         &run->name},
        {"restart", 0, "POLICY", "no, always, on-failure[:N] (no)",
         parse_restart, &run->restart},
        {"stop-signal", 0, "SIGNAL", "asks it to end (TERM)", parse_stop_signal,
         &run->stop_signal},
        {"stop-timeout", 0, "SECONDS", "then it is killed (10)", parse_count,
         &run->stop_timeout},
        {"detach-keys", 0, "KEYS", "leave it (ctrl-p,ctrl-q)",
         parse_detach_keys, &run->detach_keys},
        {"cidfile", 0, "FILE", "gets the id", parse_text, &run->cid_file},
        {"data-root", 0, "DIR", "the store (/var/lib/toy-docker)", parse_text,
         &run->data_root},
        {"entrypoint", 0, "COMMAND",
         "in place of the image's; more words go behind it", parse_any,
         &to->entrypoint},
        {"storage-opt", 0, "size=SIZE",
         "what is written is kept in memory, so much at most", parse_storage,
         &to->most_written},
        {"pull", 0, "never", "images come by \"load\"", parse_pull, NULL},
        {"env-file", 0, "FILE", "environment variables, a line each",
         parse_list, &to->env_files},
        {"label", 'l', "NAME[=VALUE]", "a word about it", parse_label,
         &run->labels},
        {"annotation", 0, "NAME=VALUE", "the same, in config.json", parse_pair,
         &to->annotations},
        {"log-driver", 0, "json-file", "how its output is kept",
         parse_log_driver, NULL},
        {"log-opt", 0, "NAME=VALUE", "max-size=SIZE (10M), max-file=N (3)",
         parse_log_option, run},
        {"domainname", 0, "NAME", "NIS domain name", parse_hostname,
         &to->domainname},
        {0},
    };

    add_flags(table, flags);
}

/* Of docker's form alone: limits. */
static void add_limit_flags(struct flag_table *table, struct flags *to)
{
    const struct flag flags[] = {
        {"memory-swap", 0, "SIZE", "memory and swap; -1: any", parse_limit,
         &to->memory_swap},
        {"memory-reservation", 0, "SIZE", "when memory is short", parse_limit,
         &to->memory_reservation},
        {"memory-swappiness", 0, "N", "0 to 100", parse_count, &to->swappiness},
        {"oom-kill-disable", 0, NULL, "who is over the limit waits",
         parse_switch, &to->oom_kill_disable},
        {"oom-score-adj", 0, "N", "-1000 to 1000: kill it later or sooner",
         parse_any, &to->oom_score_adj},
        {"cpu-shares", 'c', "N", "weight among groups (1024)", parse_count,
         &to->cpu_shares},
        {"cpu-period", 0, "MICROSECONDS", "in which (100000)", parse_count,
         &to->cpu_period},
        {"cpu-quota", 0, "MICROSECONDS", "of CPU time", parse_limit,
         &to->cpu_quota},
        {"cpuset-cpus", 0, "LIST", "which CPUs: 0-3,7", parse_text,
         &to->cpuset_cpus},
        {"cpuset-mems", 0, "LIST", "which memory nodes", parse_text,
         &to->cpuset_mems},
        {"blkio-weight", 0, "N", "10 to 1000: disks' time", parse_count,
         &to->blkio_weight},
        {"device-read-bps", 0, "DEVICE:RATE", "bytes a second: /dev/sda:1m",
         parse_byte_rate, &to->rates[READ_BYTES]},
        {"device-write-bps", 0, "DEVICE:RATE", "the same for writing",
         parse_byte_rate, &to->rates[WRITE_BYTES]},
        {"device-read-iops", 0, "DEVICE:N", "reads a second",
         parse_operation_rate, &to->rates[READ_OPERATIONS]},
        {"device-write-iops", 0, "DEVICE:N", "writes a second",
         parse_operation_rate, &to->rates[WRITE_OPERATIONS]},
        {"ulimit", 0, "NAME=SOFT[:HARD]", "a limit such as nofile=64",
         parse_ulimit, &to->ulimits},
        {0},
    };

    add_flags(table, flags);
}

/* Of docker's form alone: what it sees, and what it may do. */
static void add_isolation_flags(struct flag_table *table, struct flags *to)
{
    const struct flag flags[] = {
        {"mount", 0, "type=bind|tmpfs,...",
         "source=, target=, readonly; tmpfs-size=, tmpfs-mode=", parse_mount,
         &to->mounts},
        {"shm-size", 0, "SIZE", "of /dev/shm (64M)", parse_size, &to->shm_size},
        {"device", 0, "HOST[:CONTAINER][:rwm]", "a device of the host's",
         parse_device, &to->devices},
        {"privileged", 0, NULL, "all of root's power: trust it", parse_switch,
         &to->privileged},
        {"security-opt", 0, "OPTION",
         "no-new-privileges[=false], seccomp=FILE|unconfined, "
         "apparmor=PROFILE, systempaths=unconfined",
         parse_security, &to->security},
        {"group-add", 0, "GROUP", "one more, by name or number", parse_group,
         &to->groups},
        {"sysctl", 0, "NAME=VALUE", "a setting of its namespaces", parse_pair,
         &to->sysctl},
        {"pid", 0, "MODE", "private, host, container:NAME (private)", parse_pid,
         &to->run.modes.pid},
        {"ipc", 0, "MODE", "the same for System V IPC", parse_ipc,
         &to->run.modes.ipc},
        {"uts", 0, "MODE", "private, host (private)", parse_shared, &to->uts},
        {"cgroupns", 0, "MODE", "the same", parse_shared, &to->cgroupns},
        {"userns", 0, "host|ID:HOST:SIZE", "ids inside are others outside",
         parse_userns, &to->userns},
        {"dns-search", 0, "DOMAIN", "for names without a point", parse_list,
         &to->run.network.search},
        {"publish-all", 'P', NULL,
         "the image's ports, at free ones of the host", parse_switch,
         &to->run.network.publish_all},
        {0},
    };

    add_flags(table, flags);
}

char **read_flags(int argc, char **argv, struct flags *to)
{
    struct flag_table table = {.count = 0};

    add_stage_flags(&table, to);
    if (to->docker_form) {
        add_run_flags(&table, to);
        add_limit_flags(&table, to);
        add_isolation_flags(&table, to);
    }
    return parse_flags(argc, argv, table.flags, about);
}

char *absolute_path(const char *text)
{
    char *folder, *path;

    if (*text == '/')
        return format_text("%s", text);
    folder = get_current_dir_name();
    if (!folder)
        fail("the current folder");
    path = format_text("%s/%s", folder, text);
    free(folder);
    return path;
}
