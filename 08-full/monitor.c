/* monitor.c - one run of a container after the other. */
#include "monitor.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "base.h"
#include "child.h"
#include "container.h"
#include "network.h"
#include "packets.h"
#include "paths.h"
#include "record_config.h"
#include "streams.h"
#include "times.h"
#include "verbs.h"

static struct {
    struct record record;
    struct config config;
    int signals; /* while the container runs, and from then on */
} self;

/* ---- beginning and end of a run ------------------------------------------------------ */

/* What we have to say from now on is for "inspect" and for who is attached. */
static void redirect_messages(void)
{
    int fd = openat(
        self.record.folder, "errors",
        O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd == -1 || dup2(fd, STDERR_FILENO) == -1)
        fail("open %s/errors", self.record.path);
    close(fd);
}

/* The command runs: in place of accompany(). */
static void attend(struct child *first)
{
    const struct network *network = self.config.network;

    self.signals = first->signals;
    self.record.status.started = time_text();
    self.record.status.finished = NULL;
    self.record.status.out_of_memory = false;
    self.record.status.monitor = getpid();
    self.record.status.address =
        network ? format_text("%s", inet_ntoa(network->address)) : NULL;
    self.record.status.ports = network ? network->ports.items : NULL;
    save_status(&self.record);
    redirect_messages();
    serve_streams(first, self.config.process.stdin_open,
                  stop_signal_of(self.record.json));
}

static void write_down(int exit_status)
{
    self.record.status.exit_status = exit_status;
    self.record.status.finished = time_text();
    save_status(&self.record);
}

/* Our own messages of this run. */
static void pass_on_messages(void)
{
    char *text = read_in_root(self.record.folder, "errors", 1 << 16);
    char *rest = text, *line;

    while (text && (line = strsep(&rest, "\n")))
        if (*line)
            tell_clients(PACKET_MESSAGE, line, strnlen(line, MOST_DATA));
    free(text);
}

/* ---- again ---------------------------------------------------------------------------- */

enum { FIRST_DELAY = 100, LONGEST_DELAY = 60000, LONG_RUN = 10 };

static bool is_wanted_again(int exit_status)
{
    const char *policy;
    uint64_t most = 0;

    /* "update" may have changed it, "rm" have removed it */
    if (faccessat(self.record.folder, "stopped", F_OK, 0) == 0 ||
        !read_record(&self.record))
        return false;
    policy = require_text(self.record.json, "restart");
    get_unsigned(self.record.json, "mostRestarts", UINT64_MAX, &most);
    if (strcmp(policy, "on-failure") == 0)
        return exit_status != 0 &&
               (!most || self.record.status.restarts < most);
    return strcmp(policy, "always") == 0;
}

/* False if somebody wants us to end meanwhile. */
static bool sleep_for(uint64_t milliseconds)
{
    struct pollfd signals = {self.signals, POLLIN, 0};

    return poll(&signals, 1, (int)milliseconds) == 0;
}

/* The next run begins with a new process image: nothing of this one is left in
 * memory. The lock of the record stays ours: its descriptor is handed on. */
static void start_again(uint64_t delay)
{
    char *text = format_text("%llu", (unsigned long long)delay);
    char *store = format_text("%s", self.config.root.store);
    char *words[] = {program_invocation_short_name,
                     MONITOR_WORD,
                     "--delay",
                     text,
                     store,
                     self.record.id,
                     NULL};
    sigset_t none;

    self.record.status.restarts++;
    save_status(&self.record);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (fcntl(LOCK_FD, F_SETFD, 0) == -1)
        fail("fcntl F_SETFD");
    execv("/proc/self/exe", words);
    fail("execve our own file anew");
}

/* ---- the process -------------------------------------------------------------------- */

static const char *parse_lines(const char *text, void *value)
{
    struct winsize *size = value;

    return sscanf(text, "%hux%hu", &size->ws_row, &size->ws_col) == 2
             ? NULL
             : "LINESxCOLUMNS";
}

/* Also for atexit, after the container is undone, even if it never ran. */
static void remove_unwanted(void)
{
    if (self.record.folder != -1 && get_bool(self.record.json, "removeAtEnd"))
        remove_record(&self.record);
}

static void begin_monitor(const char *data_root, const char *id, bool client)
{
    if (fcntl(LOCK_FD, F_SETFD, FD_CLOEXEC) == -1 ||
        (client && fcntl(CLIENT_FD, F_SETFD, FD_CLOEXEC) == -1))
        fail_plainly(NULL, "%s: only stage-8 itself may call it", MONITOR_WORD);
    closefrom(LOCK_FD + 1);
    umask(022);
    if (chdir("/") == -1)
        fail("chdir /");
    require_record(&self.record, data_root, id);
    if (atexit(remove_unwanted) != 0)
        fail("atexit");
    unlinkat(self.record.folder, "stopped", 0);
    if (client)
        add_first_client(CLIENT_FD);
}

static int run_once(void)
{
    struct life life = {
        .company = UNTIL_ITS_END,
        .id = self.record.id,
        .root = default_state_root(),
        .bundle = self.record.path,
        .streams = make_streams(&self.config.process),
        .attend = attend,
        .out_of_memory = &self.record.status.out_of_memory,
    };
    int exit_status = run_container(&self.config, &life);

    write_down(exit_status);
    end_container();
    release_layers();
    return exit_status;
}

int monitor_verb(int argc, char **argv, const struct globals *globals)
{
    struct winsize size = {0};
    uint64_t delay = 0;
    bool client = false;
    const struct flag flags[] = {
        {"client", 0, NULL, "descriptor 3 is a client", parse_switch, &client},
        {"delay", 0, "MS", "this is a restart", parse_number, &delay},
        {"size", 0, "LINESxCOLUMNS", "of the terminal", parse_lines, &size},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    int exit_status;
    time_t begin = time(NULL);

    (void)globals;
    if (!words[0] || !words[1] || words[2])
        fail_plainly(NULL, "%s: DATA-ROOT and ID are wanted", MONITOR_WORD);
    begin_monitor(words[0], words[1], client);
    discard_remains(&self.record);
    load_record(&self.record, words[0], &self.config);
    self.config.process.console_size.height = size.ws_row;
    self.config.process.console_size.width = size.ws_col;
    listen_for_clients(&self.record);
    exit_status = run_once();
    pass_on_messages();
    if (is_wanted_again(exit_status)) {
        tell_clients(PACKET_EXIT, &exit_status, sizeof(exit_status));
        delay = !delay || time(NULL) - begin >= LONG_RUN ? FIRST_DELAY
              : delay * 2 < LONGEST_DELAY                ? delay * 2
                                                         : LONGEST_DELAY;
        if (sleep_for(delay) && is_wanted_again(exit_status))
            start_again(delay);
        return exit_status;
    }
    /* whoever hears of the end can use the name again */
    remove_unwanted();
    tell_clients(PACKET_EXIT, &exit_status, sizeof(exit_status));
    return exit_status;
}
