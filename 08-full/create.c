/* create.c - create, run: a container from a bundle. */
#include "base.h"
#include "cli.h"
#include "config_json.h"
#include "container.h"
#include "notify.h"
#include "self.h"
#include "verbs.h"

struct creation {
    const char *bundle, *config, *pid_file, *pidfd_socket, *console_socket;
    uint64_t preserve_fds, sockets; /* the sockets come first */
    bool no_pivot, no_new_keyring, detach, no_subreaper, keep;
};

const char *parse_preserve(const char *text, void *value)
{
    return parse_count(text, value) || *(uint64_t *)value > 1000
             ? "a number of descriptors from 0 to 1000"
             : NULL;
}

static char **read_creation(int argc, char **argv, struct creation *to)
{
    bool run = strcmp(argv[0], "run") == 0;
    const struct flag flags[] = {
        {"bundle", 'b', "DIR", "has config.json (.)", parse_text, &to->bundle},
        {"config", 'f', "FILE", "in place of config.json, crun's", parse_text,
         &to->config},
        {"pid-file", 0, "FILE", "gets the number of the first process",
         parse_text, &to->pid_file},
        {"pidfd-socket", 0, "SOCKET", "gets a pidfd of the first process",
         parse_text, &to->pidfd_socket},
        {"console-socket", 0, "SOCKET", "gets the master of the terminal",
         parse_text, &to->console_socket},
        {"preserve-fds", 0, "N", "so many descriptors from 3 on stay open",
         parse_preserve, &to->preserve_fds},
        {"no-new-keyring", 0, NULL, "keep the caller's session keyring",
         parse_switch, &to->no_new_keyring},
        {"no-pivot", 0, NULL, "on an initramfs: cover the host's root",
         parse_switch, &to->no_pivot},
        /* these are run's: without it the table ends here */
        {run ? "detach" : NULL, 'd', NULL, "do not wait for the command",
         parse_switch, &to->detach},
        {"no-subreaper", 0, NULL, "as always: we are no subreaper",
         parse_switch, &to->no_subreaper},
        {"keep", 0, NULL, "at its end it stays, stopped", parse_switch,
         &to->keep},
        {0},
    };

    return parse_flags(argc, argv, flags, "");
}

/* Those that systemd has opened for the command: from descriptor 3 on. They are
 * meant for us if we are LISTEN_PID. See sd_listen_fds(3). */
static uint64_t count_sockets(void)
{
    const char *pid = getenv("LISTEN_PID"), *text = getenv("LISTEN_FDS");
    uint64_t count;

    if (!pid || !text || atoi(pid) != getpid() || parse_preserve(text, &count))
        return 0;
    return count;
}

static void pass_sockets(struct config *config, uint64_t count)
{
    if (!count)
        return;
    set_environment(config, format_text("LISTEN_FDS=%d", (int)count));
    set_environment(config, "LISTEN_PID=1");
    config->process.preserve_fds += (unsigned)count;
}

void keep_descriptors(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (fcntl(STDERR_FILENO + 1 + (int)i, F_GETFD) == -1)
            fail("--preserve-fds %u: descriptor %u", count,
                 STDERR_FILENO + 1 + i);
    closefrom(STDERR_FILENO + 1 + (int)count);
}

void check_terminal(const struct process *process, const char *console_socket,
                    bool attended)
{
    bool terminal = process->terminal;

    if (terminal && !attended && !console_socket)
        fail_plainly("a terminal nobody serves would block its command",
                     "--console-socket is needed: process.terminal is true");
    if (!terminal && console_socket)
        fail_plainly(NULL, "--console-socket: process.terminal is not true");
}

static void load_config(struct config *config, const struct creation *creation,
                        struct life *life)
{
    load_bundle(life->bundle, creation->config, config);
    if (!config->process.args[0] && life->company != UNTIL_CREATED)
        fail_plainly("create makes a container without one",
                     "config.json: process: is missing");
    config->process.preserve_fds = (unsigned)creation->preserve_fds;
    pass_sockets(config, creation->sockets);
    config->process.new_keyring = !creation->no_new_keyring;
    config->root.no_pivot = creation->no_pivot;
    check_terminal(&config->process, creation->console_socket,
                   life->company == UNTIL_ITS_END);
    life->notify = add_notify_socket(config, life->root, life->id);
    if (life->no_cgroup)
        config->linux_.cgroups_path = NULL;
    else if (!config->linux_.cgroups_path)
        config->linux_.cgroups_path =
            format_text("toy-docker/container-%s", life->id);
}

int create_verb(int argc, char **argv, const struct globals *globals)
{
    static struct config config;
    struct creation creation = {.bundle = NULL};
    char **words = read_creation(argc, argv, &creation);
    struct life life = {
        .company = UNTIL_ITS_END,
        .root = globals->root,
        .pid_file = creation.pid_file,
        .pidfd_socket = creation.pidfd_socket,
        .console_socket = creation.console_socket,
        .no_cgroup = globals->no_cgroup,
        .keep = creation.keep,
    };

    if (!creation.bundle && !creation.config &&
        access("config.json", F_OK) == -1)
        fail_plainly("docker's create is not here: run -d makes a container "
                     "from an image, and starts it",
                     "%s: no --bundle, and no ./config.json", argv[0]);
    life.id = only_id(words);
    if (strcmp(argv[0], "create") == 0)
        life.company = UNTIL_CREATED;
    else if (creation.detach)
        life.company = UNTIL_STARTED;
    creation.sockets = count_sockets();
    keep_descriptors((unsigned)(creation.sockets + creation.preserve_fds));
    protect_own_file(globals->argv);
    umask(022);
    life.bundle = realpath(creation.bundle ? creation.bundle : ".", NULL);
    if (!life.bundle)
        fail("--bundle %s", creation.bundle);
    load_config(&config, &creation, &life);
    return run_container(&config, &life);
}
