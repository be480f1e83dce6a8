/*
 * process.c - checks of what every stage does: it runs a command, hands on
 * its streams, signals and exit status, and says what went wrong.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

static void exit_status(int stage)
{
    static const int statuses[] = {0, 1, 7, 125, 255};

    for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
        expect_status(run_script(stage, format_text("exit %d", statuses[i])),
                      statuses[i]);
}

/* From stage 4 on the command is pid 1, to which the kernel gives SIGKILL and
 * nothing else that it has no handler for. */
static void signal_status(int stage)
{
    static const int signals[] = {SIGKILL, SIGTERM, SIGSEGV, SIGUSR1};
    int count = stage < 4 ? 4 : 1;

    for (int i = 0; i < count; i++) {
        struct process process = start_script(stage, NULL, forever);
        struct result result;

        kill(container_of(&process), signals[i]);
        result = finish(&process);
        expect_status(result, 128 + signals[i]);
        expect_no_text("stderr", result.err, "killed: over");
    }
}

static void pass_on_signals(int stage)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    for (int i = 0; i < 4; i++) {
        char *script =
            format_text("trap 'echo got %d; exit 9' %d; echo armed; %s",
                        signals[i], signals[i], forever);
        struct process process = start_script(stage, NULL, script);
        struct result result;

        expect(&process, "armed");
        kill(process.pid, signals[i]);
        result = finish(&process);
        expect_status(result, 9);
        expect_text("stdout", result.out, format_text("got %d", signals[i]));
    }
}

static void third_signal_kills(int stage)
{
    struct process process = start_script(
        stage, NULL,
        format_text("trap 'echo no' TERM; echo armed; %s", forever));

    expect(&process, "armed");
    for (size_t i = 1; i <= 2; i++) {
        kill(process.pid, SIGTERM);
        ck_assert(within(5, count_text(output_of(&process), "no") == i));
        ck_assert(is_alive(container_of(&process)));
    }
    kill(process.pid, SIGTERM);
    expect_status(finish(&process), 128 + SIGKILL);
}

/* A signal in the first millisecond: the stage ends, and leaves nothing. */
static void signal_at_start(int stage)
{
    const int moments = moments_of(12);

    for (int i = 0; i < moments; i++) {
        struct process process =
            start_stage(stage, NULL, "--", "sleep", "60", NULL);

        usleep((useconds_t)(5000 * slowness() * i / moments));
        /* again and again: several that wait at once are one */
        ck_assert(within(20, (kill(process.pid, SIGTERM), usleep(5000),
                              !is_alive(process.pid))));
        finish(&process); /* whichever way: it ends, see also the snapshot */
    }
}

static void pass_streams(int stage)
{
    char *token = make_token();
    struct how how = {.input = token};
    struct result result = run_stage_so(stage, &how, "--", "sh", "-c",
                                        "cat; echo to-stderr >&2", NULL);

    expect_status(result, 0);
    ck_assert_str_eq(result.out, token);
    ck_assert_str_eq(result.err, "to-stderr\n");
}

static void shell_without_command(int stage)
{
    struct how how = {.input = "echo $((6 * 7)); exit 5\n"};
    struct result result = run_stage_so(stage, &how, NULL);

    expect_status(result, 5);
    expect_text("stdout", result.out, "42");
}

static void command_not_found(int stage)
{
    struct result result = run_stage(stage, "--", "no-such-command", NULL);

    expect_status(result, 127);
    expect_text("stderr", result.err, "no-such-command");
    expect_text("stderr", result.err, "ENOENT");
    expect_status(run_stage(stage, "--", "/no/such/command", NULL), 127);
}

static void command_not_executable(int stage)
{
    struct result result = run_stage(stage, "--", "/etc/passwd", NULL);

    expect_status(result, 126);
    expect_text("stderr", result.err, "EACCES");
    expect_status(run_stage(stage, "--", "/etc", NULL), 126);
}

/* The command's streams are closed, too, or on /dev/null; nothing of the
 * stage's own is at their numbers. */
static void closed_streams(int stage)
{
    for (unsigned closed = 1; closed < 8; closed++) {
        struct how how = {.closed = closed};

        expect_status(run_stage_so(stage, &how, "--", "sh", "-c",
                                   "echo text; exit 3", NULL),
                      3);
    }
}

/* Only 0, 1 and 2 are open in the container. */
static void no_descriptor_left_open(int stage)
{
    struct process process =
        start_stage(stage, NULL, "--", "sleep", "60", NULL);
    pid_t container = container_of(&process);
    char *folder = format_text("/proc/%d/fd", (int)container);

    if (!within(10, strcmp(read_proc(container, "comm"), "sleep\n") == 0))
        ck_abort_msg("the container's first process is not the command: %s",
                     read_proc(container, "comm"));
    /* the loader has libraries open for a moment */
    if (!within(5, strcmp(folder_text(folder), "0 1 2") == 0))
        ck_abort_msg("open in the container: %s", folder_text(folder));
    kill(container, SIGKILL);
    finish(&process);
}

static void long_argument(int stage)
{
    char *argument = malloc(100001);
    struct result result;

    if (!argument)
        die("allocate memory");
    memset(argument, 'x', 100000);
    argument[100000] = '\0';
    result =
        run_stage(stage, "--", "sh", "-c", "echo ${#1}", "sh", argument, NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "100000\n");
}

static void many_arguments(int stage)
{
    struct result result =
        run_stage(stage, "--", "sh", "-c", "echo \"$#:$1:$2:$3\"", "sh", "",
                  "a  b", "--help", NULL);

    expect_status(result, 0);
    ck_assert_str_eq(result.out, "3::a  b:--help\n");
}

/* A shell may have started us so, and waitpid would lose the status. */
static void ignored_sigchld(int stage)
{
    struct how how = {.ignored_signal = SIGCHLD};

    expect_status(run_stage_so(stage, &how, "--", "sh", "-c", "exit 7", NULL),
                  7);
}

/* The flags that a stage has: all of its own, none of a later one. */
static void help(int stage)
{
    static const struct {
        const char *flag;
        int since;
    } flags[] = {
        {"--hostname", 2}, {"--rootfs", 6}, {"--volume", 6}, {"--memory", 7},
        {"--cpus", 7},     {"--pids", 7},   {"--user", 8},   {"--cap-add", 8},
        {"--explain", 1},  {"--help", 1},
    };
    struct result result = run_stage(stage, "--help", NULL);

    expect_status(result, 0);
    ck_assert_str_eq(result.err, "");
    expect_text("stdout", result.out, format_text("usage: stage-%d ", stage));
    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
        bool shown = strstr(result.out, flags[i].flag) != NULL;

        ck_assert_msg(shown == (stage >= flags[i].since), "%s: %s",
                      flags[i].flag, result.out);
    }
}

static void explain_shows_namespaces(int stage)
{
    static const struct {
        const char *type;
        int since;
    } types[] = {{"uts", 2}, {"ipc", 3}, {"pid", 4}, {"mnt", 5}};
    struct how how = {.flags = {"--explain"}};
    struct process process = start_script(stage, &how, forever);
    pid_t container = container_of(&process);
    char *told = errors_of(&process);

    expect_text("stderr", told, "parent ");
    expect_text("stderr", told, "container ");
    expect_text("stderr", told, "execve(");
    expect_no_text("stderr", told, "\033");
    for (size_t i = 0; i < 4; i++)
        if (stage >= types[i].since)
            expect_text("stderr", told,
                        format_text("%s:[%lu]", types[i].type,
                                    (unsigned long)namespace_of(
                                        container, types[i].type)));
    kill(container, SIGKILL);
    finish(&process);
}

/* Without --explain, the stage itself prints nothing. */
static void silent(int stage)
{
    struct result result = run_stage(stage, "--", "true", NULL);

    expect_status(result, 0);
    ck_assert_str_eq(result.out, "");
    ck_assert_str_eq(result.err, "");
}

const struct check process_checks[] = {
    {"exit_status", 1, 8, exit_status},
    {"signal_status", 1, 8, signal_status},
    {"pass_on_signals", 1, 8, pass_on_signals},
    {"third_signal_kills", 1, 8, third_signal_kills},
    {"signal_at_start", 1, 8, signal_at_start},
    {"pass_streams", 1, 8, pass_streams},
    {"shell_without_command", 1, 8, shell_without_command},
    {"command_not_found", 1, 8, command_not_found},
    {"command_not_executable", 1, 8, command_not_executable},
    {"closed_streams", 1, 8, closed_streams},
    {"no_descriptor_left_open", 1, 8, no_descriptor_left_open},
    {"long_argument", 1, 8, long_argument},
    {"many_arguments", 1, 8, many_arguments},
    {"ignored_sigchld", 1, 8, ignored_sigchld},
    {"help", 1, 8, help},
    {"explain_shows_namespaces", 1, 8, explain_shows_namespaces},
    {"silent", 1, 8, silent},
    {.name = NULL},
};
