/* container_log.c - checks of stage 8's log of a container, and of logs. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

#define stage(...) run_stage(8, __VA_ARGS__, NULL)

/* A container that runs the script; more of docker's flags go before it. */
#define run_detached(...)                                                      \
    expect_status(stage("run", "-d", "--name", "web", __VA_ARGS__), 0)

/* The folder of the only container. */
static char *record_folder(void)
{
    return format_text("/var/lib/toy-docker/containers/%s",
                       list_folder("/var/lib/toy-docker/containers")[0]);
}

static char *log_text(const char *name)
{
    char *text = read_file(format_text("%s/%s", record_folder(), name));

    ck_assert_ptr_nonnull(text);
    return text;
}

/* Waits for the container's end and that of its monitor. */
static void wait_for_end(void)
{
    struct result result = stage("wait", "web");

    expect_status(result, 0);
    host_command(NULL, "flock %s true", record_folder());
}

static void remove_container(void)
{
    expect_status(stage("rm", "-f", "web"), 0);
}

/* The sum of what `logs` prints to stdout. */
static char *sum_of_log(void)
{
    return host_command(NULL, "'%s' logs web 2>&1 | cksum", stage_path(8));
}

/* ---- what is in it ------------------------------------------------------------ */

static void log_lines(int stage_)
{
    char *token = make_token(), *text, *end;
    struct result result;

    (void)stage_;
    need_cgroups();
    run_detached("--rootfs", "rootfs", "sh", "-c",
                 "echo \"$0 \\ \"; echo e$0 >&2; printf 'a\\tb\\377\\303\\244"
                 "\\001\\000c\\nno end'",
                 token);
    wait_for_end();
    result = stage("logs", "web");
    expect_status(result, 0);
    ck_assert_str_eq(result.err, format_text("e%s\n", token));
    expect_text("stdout", result.out, format_text("%s \\ \n", token));
    text = log_text("log");
    expect_text("log", text,
                format_text("{\"log\":\"%s \\\\ \\n\",\"stream\":\"stdout\","
                            "\"time\":\"2",
                            token));
    expect_text(
        "log", text,
        format_text("{\"log\":\"e%s\\n\",\"stream\":\"stderr\",", token));
    expect_text("log", text,
                "{\"log\":\"a\\tb\\ufffdä\\u0001\\u0000c\\n\",\"stream\"");
    expect_text("log", text, "{\"log\":\"no end\",\"stream\":\"stdout\"");
    ck_assert_uint_eq(count_text(text, "\n"), 4);
    end = format_text("'%s' logs web | tail -n 2 | od -An -tx1 -c",
                      stage_path(8));
    expect_text("what logs prints", host_command(NULL, "%s", end),
                "ef  bf  bd");
    remove_container();
}

/* A line of 40002 bytes: no letter of two is cut in the middle, and logs puts the
 * line together. */
static void log_long_line(int stage_)
{
    static const char script[] =
        "printf x; i=0; while [ $i -lt 20000 ]; do printf %b \\\\303\\\\244; "
        "i=$((i+1)); done; echo x";
    char *text;

    (void)stage_;
    need_cgroups();
    run_detached("--rootfs", "rootfs", "sh", "-c", script);
    wait_for_end();
    text = log_text("log");
    ck_assert_uint_eq(count_text(text, "\n"), 3);
    ck_assert_uint_eq(count_text(text, "ä"), 20000);
    ck_assert_uint_eq(count_text(text, "ä\",\"stream\""), 2);
    ck_assert_uint_eq(count_text(text, "äx\\n\",\"stream\""), 1);
    ck_assert_str_eq(
        host_command(NULL, "'%s' logs web | wc -lc", stage_path(8)),
        host_command(NULL, "printf '%%040002d\\n' 0 | wc -lc"));
    remove_container();
}

/* ---- logs' flags ---------------------------------------------------------------- */

static void expect_lines(const char *flag, const char *value, const char *lines)
{
    struct result result = stage("logs", flag, value, "web");

    expect_status(result, 0);
    ck_assert_msg(strcmp(result.out, lines) == 0, "logs %s %s prints \"%s\"",
                  flag, value, result.out);
}

static void log_flags(int stage_)
{
    struct result result;
    char *between, *line;

    (void)stage_;
    need_cgroups();
    run_detached("--rootfs", "rootfs", "sh", "-c",
                 "echo one; until test -e /go; do sleep 0.01; done; echo two");
    ck_assert(within(10, *stage("logs", "web").out));
    usleep(10000);
    between = host_command(NULL, "date +%%s.%%N");
    usleep(10000);
    between[strcspn(between, "\n")] = '\0';
    expect_status(stage("exec", "web", "touch", "/go"), 0);
    wait_for_end();
    expect_lines("--tail", "all", "one\ntwo\n");
    expect_lines("--tail", "-1", "one\ntwo\n");
    expect_lines("--tail", "1", "two\n");
    expect_lines("-n", "0", "");
    expect_lines("-n", "7", "one\ntwo\n");
    expect_lines("--since", between, "two\n");
    expect_lines("--until", between, "one\n");
    expect_lines("--since", "1h", "one\ntwo\n");
    expect_lines("--until", "1h30m", "");
    expect_lines("--since", "2020-01-02T03:04:05.5+02:00", "one\ntwo\n");
    expect_lines("--until", "2020-01-02", "");
    result = stage("logs", "-t", "web");
    line = host_command(NULL, "date -u +%%Y-%%m-%%dT");
    line[strcspn(line, "\n")] = '\0';
    expect_text("stdout", result.out, line);
    expect_text("stdout", result.out, "Z one\n2");
    result = stage("logs", "--since", "soon", "web");
    expect_status(result, 125);
    expect_text("stderr", result.err, "how long ago");
    result = stage("logs", "wbe");
    expect_status(result, 125);
    expect_text("stderr", result.err, "did you mean web?");
    remove_container();
}

/* ---- rotation --------------------------------------------------------------------- */

static void log_rotated(int stage_)
{
    struct result result;
    struct stat status;
    int files = 0;
    char *all;

    (void)stage_;
    need_cgroups();
    run_detached("--log-opt", "max-size=4k", "--log-opt", "max-file=3",
                 "--rootfs", "rootfs", "seq", "1000");
    wait_for_end();
    for (char **name = list_folder(record_folder()); *name; name++) {
        if (strncmp(*name, "log", 3) != 0)
            continue;
        files++;
        ck_assert_int_eq(
            stat(format_text("%s/%s", record_folder(), *name), &status), 0);
        ck_assert_int_le(status.st_size, 4096);
        ck_assert_int_gt(status.st_size, 0);
    }
    ck_assert_int_eq(files, 3);
    expect_text("log", read_file(format_text("%s/log", record_folder())),
                "\"1000\\n\"");
    result = stage("logs", "web");
    ck_assert_uint_gt(count_text(result.out, "\n"), 100);
    all = host_command(NULL, "seq 1000");
    ck_assert_str_eq(result.out, all + strlen(all) - strlen(result.out));
    expect_lines("--tail", "2", "999\n1000\n");
    result = stage("logs", "--tail", "90", "web");
    ck_assert_uint_eq(count_text(result.out, "\n"), 90);
    remove_container();
}

/* It begins before there is something, sees all, and ends with the container. */
static void log_followed(int stage_)
{
    static const char script[] =
        "until test -e /go; do sleep 0.01; done; seq 1000; sleep 0.2; echo end";
    struct process follower;
    struct result result;

    (void)stage_;
    need_cgroups();
    run_detached("--log-opt", "max-size=1k", "--log-opt", "max-file=200",
                 "--rootfs", "rootfs", "sh", "-c", script);
    follower = start_stage(8, NULL, "logs", "-f", "web", NULL);
    expect_status(stage("exec", "web", "touch", "/go"), 0);
    expect(&follower, "1000\n");
    result = finish(&follower);
    expect_status(result, 0);
    ck_assert_msg(
        strcmp(result.out, host_command(NULL, "seq 1000; echo end")) == 0,
        "told: %s", result.out);
    ck_assert_uint_gt(strlen(host_command(NULL, "ls %s", record_folder())),
                      30 * strlen("log.1\n"));
    /* of one that has ended it is over at once */
    result = stage("logs", "-f", "--tail", "1", "web");
    ck_assert_str_eq(result.out, "end\n");
    remove_container();
}

/* Its files are rotated many times while it opens one: strace holds it back. */
static void log_followed_slowly(int stage_)
{
    static const char script[] =
        "until test -e /go; do sleep 0.01; done; seq 1000; sleep 1; echo end";
    struct how how = {.program = "/bin/sh"};
    struct process follower;
    struct result result;

    (void)stage_;
    need_cgroups();
    if (host_command(NULL, "type strace 2>/dev/null")[0] == '\0')
        skip("strace is not installed");
    run_detached("--log-opt", "max-size=1k", "--log-opt", "max-file=200",
                 "--rootfs", "rootfs", "sh", "-c", script);
    follower = start_stage(
        8, &how, "-c",
        format_text("exec strace -qq -o /dev/null -e trace=openat -e "
                    "inject=openat:delay_enter=3000 '%s' logs -f web",
                    stage_path(8)),
        NULL);
    expect_status(stage("exec", "web", "touch", "/go"), 0);
    result = finish(&follower);
    expect_status(result, 0);
    ck_assert_msg(
        strcmp(result.out, host_command(NULL, "seq 1000; echo end")) == 0,
        "told: %s", result.out);
    remove_container();
}

/* Its reader goes away: it ends, although there is nothing to write. */
static void log_reader_gone(int stage_)
{
    (void)stage_;
    need_cgroups();
    run_detached("--rootfs", "rootfs", "sh", "-c", "echo x; exec sleep 1000");
    ck_assert(within(10, *stage("logs", "web").out));
    ck_assert_str_eq(host_command(NULL,
                                  "(timeout 20 '%s' logs -f web; echo $? "
                                  ">status) | head -n 1",
                                  stage_path(8)),
                     "x\n");
    ck_assert(within(10, access("status", F_OK) == 0));
    ck_assert_str_eq(read_file("status"), "0\n");
    unlink("status");
    remove_container();
}

/* ---- when things go wrong ----------------------------------------------------------- */

static bool is_full(const char *path)
{
    struct statfs status;

    return statfs(path, &status) == 0 && status.f_bfree == 0;
}

/* The log is larger than its file system: the container waits, and loses
 * nothing. */
static void log_disk_full(int stage_)
{
    char *token = make_token(), *script, *running;

    (void)stage_;
    need_cgroups();
    if (mount("small", "/var/lib/toy-docker", "tmpfs", 0, "size=1M") == -1)
        die("mount tmpfs on the store");
    script = format_text("i=0; while [ $i -lt 20000 ]; do echo $i %s; "
                         "i=$((i+1)); done",
                         token);
    run_detached("--rootfs", "rootfs", "sh", "-c", script);
    ck_assert(within(20, is_full("/var/lib/toy-docker")));
    usleep(300000);
    running = stage("ps", "-q").out;
    ck_assert_str_ne(running, "");
    if (mount("small", "/var/lib/toy-docker", "tmpfs", MS_REMOUNT, "size=9M") ==
        -1)
        die("make the store larger");
    wait_for_end();
    ck_assert_str_eq(sum_of_log(),
                     host_command(NULL, "sh -c '%s' | cksum", script));
    remove_container();
    umount("/var/lib/toy-docker");
}

/* A monitor was killed while it wrote: half a line, which nobody sees. */
static void log_half_line(int stage_)
{
    char *text;

    (void)stage_;
    need_cgroups();
    run_detached("--rootfs", "rootfs", "echo", "word");
    wait_for_end();
    host_command(NULL, "printf '{\"log\":\"ha' >>%s/log", record_folder());
    expect_lines("--tail", "1", "word\n");
    expect_status(stage("start", "web"), 0);
    wait_for_end();
    expect_lines("--tail", "all", "word\nword\n");
    expect_lines("--tail", "2", "word\nword\n");
    text = log_text("log");
    expect_text("log", text, "\n{\"log\":\"ha\n{\"log\":\"word");
    remove_container();
}

const struct check container_log_checks[] = {
    {"log_lines", 8, 8, log_lines},
    {"log_long_line", 8, 8, log_long_line},
    {"log_flags", 8, 8, log_flags},
    {"log_rotated", 8, 8, log_rotated},
    {"log_followed", 8, 8, log_followed},
    {"log_followed_slowly", 8, 8, log_followed_slowly},
    {"log_reader_gone", 8, 8, log_reader_gone},
    {"log_disk_full", 8, 8, log_disk_full},
    {"log_half_line", 8, 8, log_half_line},
    {.name = NULL},
};
