/* cli.c - the command line: from flags to a struct config. */
#include "cli.h"

#include "base.h"
#include "cli_flags.h"
#include "cli_network.h"
#include "image.h"
#include "rootfs.h"
#include "terminal.h"

/* ---- the environment ----------------------------------------------------------- */

void add_env(struct config *config, const char *text)
{
    if (strchr(text, '='))
        set_environment(config, text);
    else if (getenv(text))
        set_environment(config, format_text("%s=%s", text, getenv(text)));
}

void read_env_file(struct config *config, const char *path)
{
    char *text = read_file(path), *rest = text, *line;

    if (!text)
        fail("--env-file %s", path);
    while ((line = strsep(&rest, "\n"))) {
        line += strspn(line, " \t");
        line[strcspn(line, "\r")] = '\0'; /* as other systems end lines */
        if (!*line || *line == '#')
            continue;
        if (*line == '=' || strcspn(line, " \t") < strcspn(line, "="))
            fail_plainly("NAME=VALUE, or NAME for the caller's value",
                         "--env-file %s: \"%.80s\"", path, line);
        add_env(config, line);
    }
}

static void set_env(struct config *config, const struct flags *flags)
{
    const char *term = getenv("TERM");

    if (config->hostname)
        set_environment(config, format_text("HOSTNAME=%s", config->hostname));
    if (config->process.terminal)
        set_environment(config,
                        format_text("TERM=%s", term && *term ? term : "xterm"));
    for (size_t i = 0; i < flags->env_files.count; i++)
        read_env_file(config, flags->env_files.items[i]);
    for (size_t i = 0; i < flags->env.count; i++)
        add_env(config, flags->env.items[i]);
}

/* ---- the streams ------------------------------------------------------------------- */

/* True if standard input is our terminal while another job has its foreground:
 * the keys are for that one. In a PID namespace that shows neither group both
 * numbers are 0. */
static bool is_in_background(void)
{
    pid_t foreground = tcgetpgrp(STDIN_FILENO);

    return foreground != -1 && foreground != getpgrp();
}

static void set_streams(struct process *process, const struct flags *flags)
{
    bool background = is_in_background();

    if (flags->docker_form) {
        if (flags->interactive && background && !flags->run.detach)
            fail_plainly("start it in the foreground, or without -i",
                         "run -i: in the background nothing can be typed");
        require_terminal(flags->interactive && flags->tty &&
                         !flags->run.detach);
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

/* ---- both forms ---------------------------------------------------------------------- */

struct pair *split_pairs(const struct list *texts)
{
    struct pair *pairs = allocate(texts->count, sizeof(*pairs));

    for (size_t i = 0; i < texts->count; i++) {
        char *name = format_text("%s", texts->items[i]);
        char *value = strchr(name, '=');

        *value++ = '\0';
        pairs[i] = (struct pair){name, value};
    }
    return pairs;
}

static void use_flags(struct config *config, struct flags *flags)
{
    struct process *process = &config->process;

    config->root.readonly = flags->read_only;
    if (flags->hostname)
        config->hostname = flags->hostname;
    config->domainname = flags->domainname;
    if (flags->workdir)
        process->cwd = flags->workdir;
    if (flags->user)
        process->user.name = flags->user;
    process->init = flags->init;
    use_limit_flags(config, flags);
    use_device_flags(config, flags);
    use_mount_flags(config, flags);
    use_security_flags(config, flags);
    use_network_flags(config, &flags->run);
    config->annotations = split_pairs(&flags->annotations);
    config->annotation_count = flags->annotations.count;
    set_streams(process, flags);
    set_env(config, flags);
}

/* ---- docker's form --------------------------------------------------------------------- */

static void use_rootfs(struct process *process, struct run_options *options,
                       const char *rootfs, const char *entrypoint)
{
    static char *shell[] = {(char *)"sh", NULL};

    options->rootfs = realpath(rootfs, NULL);
    if (!options->rootfs)
        fail("rootfs %s", rootfs);
    if (entrypoint)
        set_entrypoint(process, options, entrypoint);
    if (!process->args[0])
        process->args = shell;
}

/* docker's form never writes to what it starts from, an image or a folder. */
static void use_layers(struct config *config, struct flags *flags)
{
    struct process *process = &config->process;
    struct run_options *options = &flags->run;

    config->root.path = NULL;
    config->root.most_written = flags->most_written;
    if (flags->rootfs) {
        use_rootfs(process, options, flags->rootfs, flags->entrypoint);
        return;
    }
    if (!process->args[0])
        die_usage("run: the name of an image, or --rootfs DIR, is missing");
    options->image = *process->args++;
    use_image(config, options, flags->entrypoint);
    remove_stage_mounts(config);
}

static void check_options(const struct run_options *options)
{
    if (options->remove && strcmp(options->restart.policy, "no") != 0)
        fail_plainly("docker's rule, too", "--rm does not go with --restart");
    if (options->cid_file && access(options->cid_file, F_OK) == 0)
        fail_plainly("remove it, or name another file",
                     "--cidfile %s: it is there already", options->cid_file);
}

void parse_run(int argc, char **argv, const char *id, struct config *config,
               struct run_options *options)
{
    struct flags flags = {
        .docker_form = true,
        .most_written = UNLIMITED,
        .swappiness = UNLIMITED,
        .run =
            {
                .data_root = options->data_root,
                .restart.policy = "no",
                .stop_timeout = 10,
                .log = {.size = 10 << 20, .files = 3},
                .modes = {.pid = "private", .ipc = "private"},
            },
    };

    set_default_config(config);
    config->hostname = format_text("%.12s", id);
    config->process.args = read_flags(argc, argv, &flags);
    if (!flags.run.modes.network)
        flags.run.modes.network =
            needs_bridge(&flags.run.network) ? "bridge" : "none";
    flags.run.data_root = absolute_path(flags.run.data_root);
    if (flags.run.cid_file)
        flags.run.cid_file = absolute_path(flags.run.cid_file);
    check_options(&flags.run);
    use_layers(config, &flags); /* -P takes more ports from the image */
    if (!*config->process.args[0]) {
        errno = ENOENT;
        fail_exec("\"\"");
    }
    use_flags(config, &flags);
    *options = flags.run;
}

/* ---- the stages' form ----------------------------------------------------------------------- */

void parse_command_line(int argc, char **argv, struct config *config)
{
    struct flags flags = {
        .swappiness = UNLIMITED,
        .run.modes = {.network = "none", .pid = "private", .ipc = "private"},
    };

    set_default_config(config);
    config->process.args = read_flags(argc, argv, &flags);
    if (flags.rootfs)
        config->root.path = flags.rootfs;
    use_flags(config, &flags);
    join_network(config, flags.run.modes.network);
    add_conf_files(config);
}
