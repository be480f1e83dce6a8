/*
 * input.c - checks of input that is wrong: the status is 125, the message
 * names what is wrong, the command does not run, and nothing is left behind.
 */
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

/* Fails unless the stage refuses: `message` must be in its own message. */
static void expect_refusal(int stage, struct result result, const char *message)
{
    char *start = format_text("stage-%d: ", stage);

    expect_status(result, 125);
    ck_assert_str_eq(result.out, "");
    expect_text("stderr", result.err, message);
    ck_assert_msg(strncmp(result.err, start, strlen(start)) == 0,
                  "stderr does not begin with \"%s\": %s", start, result.err);
    ck_assert_msg(strlen(result.err) < 5000, "a message of %zu bytes",
                  strlen(result.err));
}

/* Each of the values, which NULL ends, is refused for the flag. */
static void refuse_values(int stage, const char *flag,
                          const char *const *values)
{
    for (; *values; values++) {
        struct result result =
            run_stage(stage, flag, *values, "--", "echo", "it ran", NULL);

        ck_assert_msg(result.status == 125, "%s \"%.50s\": status %d, %s", flag,
                      *values, result.status, result.err);
        expect_refusal(stage, result, flag);
    }
}

static char *long_text(char letter)
{
    char *text = malloc(100001);

    if (!text)
        die("allocate memory");
    memset(text, letter, 100000);
    text[100000] = '\0';
    return text;
}

static void bad_flag(int stage)
{
    static const struct {
        const char *flag;
        int until; /* the last stage that does not know it */
    } flags[] = {{"--no-such-flag", 8}, {"-Z", 8},     {"--hostname", 1},
                 {"--rootfs", 5},       {"-v", 5},     {"--chroot", 5},
                 {"--memory", 6},       {"--cpus", 6}, {"--pids", 6},
                 {"--read-only", 7}};

    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
        if (stage <= flags[i].until)
            expect_refusal(stage,
                           run_stage(stage, flags[i].flag, "1", "--", "echo",
                                     "it ran", NULL),
                           "flag");
    expect_refusal(stage, run_stage(stage, "--explain=x", NULL), "no argument");
}

static void argument_missing(int stage)
{
    static const struct {
        const char *flag;
        int since, until; /* stages; stage 8's -v alone is --version */
    } flags[] = {{"--hostname", 2, 8}, {"--rootfs", 6, 8}, {"--volume", 6, 8},
                 {"-v", 6, 7},         {"--memory", 7, 8}, {"--cpus", 7, 8},
                 {"--pids", 7, 8},     {"-u", 8, 8},       {"--cap-add", 8, 8}};

    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
        if (stage >= flags[i].since && stage <= flags[i].until)
            expect_refusal(stage, run_stage(stage, flags[i].flag, NULL),
                           "argument is missing");
}

static void empty_command(int stage)
{
    expect_refusal(stage, run_stage(stage, "--", "", NULL), "empty");
}

static void not_root(int stage)
{
    struct how how = {.user = 65534};
    struct result result =
        run_stage_so(stage, &how, "--", "echo", "it ran", NULL);

    if (stage == 1) { /* a child needs no privilege */
        expect_status(result, 0);
        ck_assert_str_eq(result.out, "it ran\n");
    } else {
        expect_refusal(stage, result, "sudo");
    }
    expect_status(run_stage_so(stage, &how, "--help", NULL), 0);
}

/* Several may say something on one stderr at the same time: a message and its
 * hint are one write. */
static void message_in_one_write(int stage)
{
    static const char *const words[] = {"--no-such-flag", "no-such-command",
                                        "rm none"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char *calls =
            host_command(NULL,
                         "strace -f -qq -o calls -e trace=write,writev '%s' %s "
                         ">said 2>&1; grep 'write.*(2,' calls",
                         stage_path(stage), words[i]);

        expect_text("message", read_file("said"), "\nhint: ");
        ck_assert_msg(count_text(calls, "\n") == 1, "%s: it writes:\n%s",
                      words[i], calls);
    }
    host_command(NULL, "rm calls said");
}

static void bad_hostname(int stage)
{
    const char *const values[] = {"", long_text('n'), NULL};
    char *limit = format_text("%.64s", long_text('n'));
    struct result result;

    for (int i = 0; values[i]; i++)
        expect_refusal(stage,
                       run_stage(stage, "--hostname", values[i], "--", "echo",
                                 "it ran", NULL),
                       "hostname");
    expect_refusal(stage,
                   run_stage(stage, "--hostname", format_text("%sn", limit),
                             "--", "echo", "it ran", NULL),
                   "hostname");
    result = run_stage(stage, "--hostname", limit, "--", "cat",
                       "/proc/sys/kernel/hostname", NULL);
    ck_assert_str_eq(result.out, format_text("%s\n", limit));
}

static void bad_rootfs(int stage)
{
    struct result result;

    put_file("file", "");
    ck_assert_int_eq(mkdir("empty", 0755), 0);
    expect_refusal(stage, run_stage(stage, "--rootfs", "no-such-folder", NULL),
                   "ENOENT");
    expect_refusal(stage, run_stage(stage, "--rootfs", "file", NULL),
                   "ENOTDIR");
    expect_refusal(stage, run_stage(stage, "--rootfs", "", NULL), "--rootfs");
    expect_refusal(stage, run_stage(stage, "--rootfs", long_text('d'), NULL),
                   "rootfs");
    result = run_stage(stage, "--rootfs", "empty", "--", "true", NULL);
    expect_status(result, 127);
    unlink("file");
    host_command(NULL, "rm -rf --one-file-system empty");
}

/* The usual first mistake; the hint says what to do. */
static void no_rootfs_yet(int stage)
{
    struct result result;

    ck_assert_int_eq(rename("rootfs", "elsewhere"), 0);
    result = run_stage(stage, NULL);
    ck_assert_int_eq(rename("elsewhere", "rootfs"), 0);
    expect_refusal(stage, result, "rootfs");
    expect_text("stderr", result.err, "hint: make rootfs");
}

static void bad_volume(int stage)
{
    static const char *const values[] = {"",           ":",
                                         "nothing",    "/tmp:",
                                         ":/data",     "/tmp:relative",
                                         "/tmp:/a:xx", "/tmp:/a:ro:ro",
                                         "/tmp:/",     NULL};

    refuse_values(stage, "--volume", values);
    expect_refusal(stage,
                   run_stage(stage, "-v", "/no/such/file:/a", "--", "echo",
                             "it ran", NULL),
                   "/no/such/file");
    expect_refusal(stage,
                   run_stage(stage, "-v", "/tmp:/etc/passwd", "--", "echo",
                             "it ran", NULL),
                   "/etc/passwd");
    expect_refusal(stage,
                   run_stage(stage, "-v", format_text("/%s:/a", long_text('v')),
                             "--", "echo", "it ran", NULL),
                   "ENAMETOOLONG");
}

static void bad_memory(int stage)
{
    static const char *const values[] = {
        "",     "0",    "-1",        "-64M", "many",
        "64X",  "64MX", "1.5G",      "M",    "99999999999999999999",
        "0x40", "64 M", "99999999T", "nan",  NULL};
    const char *const long_values[] = {long_text('9'), NULL};

    refuse_values(stage, "--memory", values);
    refuse_values(stage, "--memory", long_values);
}

/* A page is too little for any process: it says so, one way or the other. */
static void tiny_memory(int stage)
{
    struct result result;

    need_cgroups();
    result = run_stage(stage, "--memory", "4096", "--", "true", NULL);
    ck_assert_msg(result.status == 137 || result.status == 125, "status %d, %s",
                  result.status, result.err);
    ck_assert_msg(*result.err, "no message");
}

static void bad_cpus(int stage)
{
    static const char *const values[] = {
        "",    "0",     "-1",  "-0.5", "many",  "1e3",
        "0x2", "0.001", "nan", "inf",  "1.2.3", "99999999999999999999",
        "1,5", NULL};
    const char *const long_values[] = {long_text('9'), NULL};

    refuse_values(stage, "--cpus", values);
    refuse_values(stage, "--cpus", long_values);
}

static void bad_pids(int stage)
{
    static const char *const values[] = {
        "", "0", "-1", "many", "1.5", "99999999999999999999", "3x", NULL};
    const char *const long_values[] = {long_text('9'), NULL};

    refuse_values(stage, "--pids", values);
    refuse_values(stage, "--pids", long_values);
    /* a number, but more than the kernel can count */
    need_cgroups();
    expect_refusal(
        stage,
        run_stage(stage, "--pids", "99999999", "--", "echo", "it ran", NULL),
        "pids");
}

static void least_pids(int stage)
{
    need_cgroups();
    expect_status(run_stage(stage, "--pids", "1", "--", "true", NULL), 0);
}

static void bad_user(int stage)
{
    static const char *const values[] = {"",
                                         "-1",
                                         "4294967295",
                                         "4294967296",
                                         "99999999999999999999",
                                         "no-such-user",
                                         ":",
                                         "1:",
                                         ":1",
                                         "1:-1",
                                         "1:4294967295",
                                         "1:no-group",
                                         "1:2:3",
                                         "3x",
                                         NULL};

    for (int i = 0; values[i]; i++) {
        struct result result =
            run_stage(stage, "-u", values[i], "--", "echo", "it ran", NULL);

        ck_assert_msg(result.status == 125, "-u \"%s\": status %d, %s",
                      values[i], result.status, result.out);
        expect_refusal(stage, result, "");
    }
}

static void bad_capability(int stage)
{
    static const char *const values[] = {"",  "NO_SUCH", "CAP_", "-1",
                                         "1", "99",      NULL};
    const char *const long_values[] = {long_text('C'), NULL};

    refuse_values(stage, "--cap-add", values);
    refuse_values(stage, "--cap-drop", values);
    refuse_values(stage, "--cap-add", long_values);
}

static void bad_values_of_stage_8(int stage)
{
    static const char *const env[] = {"", "=", "=x", NULL};
    static const char *const folder[] = {"", "relative", NULL};
    static const char *const tmpfs[] = {"", "relative", "/", ":", NULL};
    static const char *const net[] = {"", "bridges", "hosts", "-1", NULL};

    refuse_values(stage, "--env", env);
    refuse_values(stage, "--workdir", folder);
    refuse_values(stage, "--tmpfs", tmpfs);
    refuse_values(stage, "--net", net);
    expect_refusal(stage,
                   run_stage(stage, "--tmpfs", "/a:size=many", "--", "echo",
                             "it ran", NULL),
                   "/a");
    expect_refusal(stage, run_stage(stage, "run", "--", "echo", "x", NULL),
                   "rootfs");
}

const struct check input_checks[] = {
    {"bad_flag", 1, 8, bad_flag},
    {"argument_missing", 1, 8, argument_missing},
    {"empty_command", 1, 8, empty_command},
    {"not_root", 1, 8, not_root},
    {"message_in_one_write", 8, 8, message_in_one_write},
    {"bad_hostname", 2, 8, bad_hostname},
    {"bad_rootfs", 6, 8, bad_rootfs},
    {"no_rootfs_yet", 6, 8, no_rootfs_yet},
    {"bad_volume", 6, 8, bad_volume},
    {"bad_memory", 7, 8, bad_memory},
    {"tiny_memory", 7, 8, tiny_memory},
    {"bad_cpus", 7, 8, bad_cpus},
    {"bad_pids", 7, 8, bad_pids},
    {"least_pids", 7, 8, least_pids},
    {"bad_user", 8, 8, bad_user},
    {"bad_capability", 8, 8, bad_capability},
    {"bad_values_of_stage_8", 8, 8, bad_values_of_stage_8},
    {.name = NULL},
};
