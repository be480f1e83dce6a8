/* cli.c - the command line, from one table. */
#include "cli.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/common.h"
#include "capabilities.h"
#include "cli_network.h"
#include "image.h"
#include "rootfs.h"
#include "store.h"
#include "sync.h"

static const char about[] =
    "Without a verb COMMAND, or a shell, runs in a container of ./rootfs:\n"
    "own namespaces, root file system, devices, limits and few privileges.";

/* What the flags say, before it becomes a struct config. */
struct flags {
    const char *rootfs, *hostname, *workdir, *user;
    uint64_t memory, cpus, pids;
    struct list volumes, tmpfs, env, cap_add, cap_drop;
    const char *entrypoint;
    const char *data_root; /* NULL: the usual one */
    uint64_t most_written;
    struct network_flags network;
    bool read_only, init, interactive, tty;
};

static const char *parse_path(const char *text, void *value)
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

static const char *parse_volume(const char *text, void *value)
{
    const char *colon = strchr(text, ':');
    const char *option = colon ? strchr(colon + 1, ':') : NULL;

    if (!colon || colon == text || colon[1] != '/' || strchr("/:", colon[2]) ||
        (option && strcmp(option, ":ro") != 0 && strcmp(option, ":rw") != 0))
        return "HOST:CONTAINER or HOST:CONTAINER:ro, CONTAINER absolute "
               "and not /";
    return parse_list(text, value);
}

static const char *parse_tmpfs(const char *text, void *value)
{
    if (*text != '/' || strchr("/:", text[1]))
        return "CONTAINER or CONTAINER:OPTIONS, CONTAINER absolute and not /";
    return parse_list(text, value);
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

static const char *parse_capability(const char *text, void *value)
{
    uint64_t set;

    if (!find_capability(text, &set))
        return "a capability such as NET_ADMIN, or ALL; see capabilities(7)";
    return parse_list(text, value);
}

static char **read_flags(int argc, char **argv, struct flags *to)
{
    const struct flag flags[] = {
        {"rootfs", 0, "DIR", "root file system (./rootfs)", parse_text,
         &to->rootfs},
        {"hostname", 0, "NAME", "host name (container)", parse_hostname,
         &to->hostname},
        {"volume", 'v', "HOST:CONTAINER[:ro]", "bind a file or folder",
         parse_volume, &to->volumes},
        {"tmpfs", 0, "PATH[:OPTIONS]", "an empty folder in memory", parse_tmpfs,
         &to->tmpfs},
        {"memory", 'm', "SIZE", "memory with swap (512M)", parse_size,
         &to->memory},
        {"cpus", 0, "N", "CPUs' time (1)", parse_cpus, &to->cpus},
        {"pids", 0, "N", "processes and threads (256)", parse_number,
         &to->pids},
        {"pids-limit", 0, "N", "the same, docker's name", parse_number,
         &to->pids},
        {"env", 'e', "NAME[=VALUE]", "an environment variable", parse_env,
         &to->env},
        {"workdir", 'w', "DIR", "working folder (/)", parse_path, &to->workdir},
        {"user", 'u', "USER[:GROUP]", "names or numbers (0)", parse_text,
         &to->user},
        {"read-only", 0, NULL, "the root file system is read-only",
         parse_switch, &to->read_only},
        {"entrypoint", 0, "COMMAND",
         "run: in place of the image's; more words go behind it", parse_text,
         &to->entrypoint},
        {"storage-opt", 0, "size=SIZE",
         "run: what is written is kept in memory, so much at most",
         parse_storage, &to->most_written},
        {"data-root", 0, "DIR", "run: the store (/var/lib/toy-docker)",
         parse_text, &to->data_root},
        {"cap-add", 0, "NAME", "allow a capability, or ALL", parse_capability,
         &to->cap_add},
        {"cap-drop", 0, "NAME", "take a capability, or ALL", parse_capability,
         &to->cap_drop},
        {"network", 0, "MODE", "none, host, bridge, container:ID (none)",
         parse_network, &to->network.mode},
        {"net", 0, "MODE", "the same", parse_network, &to->network.mode},
        {"publish", 'p', "[ADDRESS:]HOST:CONTAINER[/udp]",
         "lead a port of the host's to one of the container's", parse_publish,
         &to->network.network.ports},
        {"dns", 0, "ADDRESS", "a server for names", parse_dns,
         &to->network.network.dns},
        {"add-host", 0, "NAME:ADDRESS", "one more name in /etc/hosts",
         parse_add_host, &to->network.network.hosts},
        {"network-rate", 0, "RATE", "so much each way, as 10mbit", parse_rate,
         &to->network.network.rate},
        {"init", 0, NULL, "a small init is pid 1", parse_switch, &to->init},
        {"interactive", 'i', NULL, "run: keep standard input", parse_switch,
         &to->interactive},
        {"tty", 't', NULL, "a terminal of the container's own", parse_switch,
         &to->tty},
        {0},
    };

    return parse_flags(argc, argv, flags, about);
}

/* The options in `first`, then those in `text`, where commas part them. */
static void *copy_options(const char *text, const char *const *first)
{
    struct list options = {0};
    char *rest = *text ? format_text("%s", text) : NULL;
    char *word;

    for (; *first; first++)
        parse_list(*first, &options);
    while ((word = strsep(&rest, ",")))
        parse_list(word, &options);
    parse_list("", &options);
    options.items[options.count - 1] = NULL;
    return options.items;
}

static void add_volume(struct config *config, const char *text)
{
    /* all that is mounted below it comes along, and is read-only as well */
    static const char *const bind[] = {"rbind", NULL};
    char *source = format_text("%s", text);
    char *destination = strchr(source, ':');
    char *option;

    *destination++ = '\0';
    option = strchr(destination, ':');
    if (option)
        *option++ = '\0';
    add_mount(config,
              &(struct mount){
                  .destination = destination,
                  .type = "bind",
                  .source = source,
                  .options = copy_options(
                      option && strcmp(option, "ro") == 0 ? "rro" : "", bind),
              });
}

static void add_tmpfs(struct config *config, const char *text)
{
    static const char *const defaults[] = {"nosuid", "nodev", "noexec", NULL};
    char *destination = format_text("%s", text);
    char *options;

    options = strchr(destination, ':');
    if (options)
        *options++ = '\0';
    add_mount(config,
              &(struct mount){
                  .destination = destination,
                  .type = "tmpfs",
                  .source = "tmpfs",
                  .options = copy_options(options ? options : "", defaults),
              });
}

/* docker's order: what is dropped goes first, what is added stays. But ALL
 * in --cap-add minus a name in --cap-drop is what both together say. */
static void set_capabilities(struct config *config, const struct flags *flags)
{
    uint64_t set = default_capabilities(), added = 0, dropped = 0, one;
    struct capability_sets *sets = &config->process.capabilities;

    for (size_t i = 0; i < flags->cap_add.count; i++)
        if (find_capability(flags->cap_add.items[i], &one))
            added |= one;
    for (size_t i = 0; i < flags->cap_drop.count; i++)
        if (find_capability(flags->cap_drop.items[i], &one))
            dropped |= one;
    set = dropped == all_capabilities() ? added : (set | added) & ~dropped;
    sets->bounding = sets->permitted = sets->effective = set;
}

static void set_env(struct config *config, const struct flags *flags)
{
    const char *term = getenv("TERM");

    set_environment(config, format_text("HOSTNAME=%s", config->hostname));
    if (config->process.terminal)
        set_environment(config,
                        format_text("TERM=%s", term && *term ? term : "xterm"));
    for (size_t i = 0; i < flags->env.count; i++) {
        const char *text = flags->env.items[i];

        if (strchr(text, '='))
            set_environment(config, text);
        else if (getenv(text))
            set_environment(config, format_text("%s=%s", text, getenv(text)));
    }
}

/* True if standard input is our terminal while another job has its foreground:
 * the keys are for that one. In a PID namespace that shows neither group both
 * numbers are 0. */
static bool is_in_background(void)
{
    pid_t foreground = tcgetpgrp(STDIN_FILENO);

    return foreground != -1 && foreground != getpgrp();
}

static void set_streams(struct config *config, const struct flags *flags,
                        bool docker_form)
{
    struct process *process = &config->process;
    bool background = is_in_background();

    if (docker_form) {
        if (flags->interactive && background)
            fail_plainly("start it in the foreground, or without -i",
                         "run -i: in the background nothing can be typed");
        process->stdin_open = flags->interactive;
        process->terminal = flags->tty;
        return;
    }
    /* on a terminal, one of the container's own stands between: a process
     * could put commands into the caller's (ioctl TIOCSTI) */
    process->stdin_open = !background;
    process->terminal = flags->tty || (!background && isatty(STDIN_FILENO) &&
                                       isatty(STDOUT_FILENO));
}

static void use_flags(struct config *config, struct flags *flags)
{
    struct resources *resources = &config->linux_.resources;

    config->root.path = flags->rootfs;
    config->root.readonly = flags->read_only;
    config->hostname = flags->hostname;
    if (flags->workdir)
        config->process.cwd = flags->workdir;
    if (flags->user)
        config->process.user.name = flags->user;
    config->process.init = flags->init;
    resources->memory.limit = flags->memory;
    resources->memory.swap = flags->memory;
    resources->cpu.quota = flags->cpus;
    resources->pids.limit = flags->pids;
    for (size_t i = 0; i < flags->volumes.count; i++)
        add_volume(config, flags->volumes.items[i]);
    for (size_t i = 0; i < flags->tmpfs.count; i++)
        add_tmpfs(config, flags->tmpfs.items[i]);
    set_capabilities(config, flags);
    use_network_flags(config, &flags->network);
}

/* The texts in the lists belong to argv, the lists to us. */
static void free_flags(const struct flags *flags)
{
    free(flags->volumes.items);
    free(flags->tmpfs.items);
    free(flags->env.items);
    free(flags->cap_add.items);
    free(flags->cap_drop.items);
}

/* docker's form never writes to what it starts from, an image or a folder. */
static void use_layers(struct config *config, const struct flags *flags)
{
    struct process *process = &config->process;
    const char **layers = calloc(2, sizeof(*layers));

    if (!layers)
        die("allocate memory");
    config->root.store =
        flags->data_root ? flags->data_root : default_data_root;
    config->root.most_written = flags->most_written;
    if (flags->rootfs) {
        layers[0] = flags->rootfs;
        config->root.layers = layers;
        if (flags->entrypoint)
            set_entrypoint(process, flags->entrypoint);
        return;
    }
    free(layers);
    if (!process->args[0])
        die_usage("run: the name of an image, or --rootfs DIR, is missing");
    use_image(config, *process->args++, flags->entrypoint);
    remove_stage_mounts(config);
}

void parse_command_line(int argc, char **argv, struct config *config)
{
    bool docker_form = argc > 1 && strcmp(argv[1], "run") == 0;
    struct flags flags = {
        .network.mode = "none",
        .most_written = UNLIMITED,
    };

    set_default_config(config);
    if (!docker_form)
        flags.rootfs = config->root.path;
    flags.hostname = config->hostname;
    flags.memory = config->linux_.resources.memory.limit;
    flags.cpus = config->linux_.resources.cpu.quota;
    flags.pids = config->linux_.resources.pids.limit;
    config->process.args =
        read_flags(argc - docker_form, argv + docker_form, &flags);
    if (!docker_form && (flags.data_root || flags.entrypoint ||
                         flags.most_written != UNLIMITED))
        die_usage("--storage-opt, --data-root, --entrypoint: only with run");
    if (docker_form)
        use_layers(config, &flags);
    use_flags(config, &flags);
    set_streams(config, &flags, docker_form);
    set_env(config, &flags);
    if (flags.rootfs)
        add_conf_files(config);
    free_flags(&flags);
}
