/* stubborn.c - checks with clients and containers that do not read, do not take
 * what is for them, or do not end: nobody waits for them for ever. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

#define stage(...) run_stage(8, __VA_ARGS__, NULL)

/* In a shell of the host, where $S is the stage and $R its flags of run. */
static struct process start_shell(const char *script)
{
    static const struct how shell = {.program = "/bin/sh"};

    need_cgroups();
    return start_stage(
        8, &shell, "-c",
        format_text("export S='%s' R='run --rm --rootfs rootfs'; "
                    "%s",
                    stage_path(8), script),
        NULL);
}

static struct result run_shell(const char *script)
{
    struct process shell = start_shell(script);

    return finish(&shell);
}

/* Each side would wait until the other one reads. */
static void output_before_input(int stage_)
{
    struct result result = run_shell(
        "head -c 3000000 /dev/zero | \"$S\" $R -i sh -c 'head -c 2000000 "
        "/dev/zero; wc -c' | tr -d '\\0'");

    (void)stage_;
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "3000000\n");
}

static void signal_overtakes_input(int stage_)
{
    struct process shell = start_shell(
        "yes 'a line' | sh -c 'echo $$ >client; exec \"$S\" $R -i sh -c '\\''trap "
        "\"exit 9\" TERM; echo armed; while :; do sleep 0.05; done'\\'; echo "
        "status $?");

    (void)stage_;
    expect(&shell, "armed");
    sleep(1); /* until all is full; a check that is too early passes */
    ck_assert(kill(atoi(read_file("client")), SIGTERM) == 0);
    expect(&shell, "status 9");
    finish(&shell);
    unlink("client");
}

/* What is on its way to it is nobody's fault. */
static void input_unread_at_the_end(int stage_)
{
    struct result result = run_shell(
        "yes | { \"$S\" $R -i sh -c 'exec <&-; echo closed; sleep 0.5; exit 3'; "
        "echo status $?; }");

    (void)stage_;
    ck_assert_str_eq(result.out, "closed\nstatus 3\n");
}

/* What one client gives, and nobody reads, does not keep out another one. */
static void attach_beside_input(int stage_)
{
    static const char *const scripts[] = {"", "exec <&-; "};

    (void)stage_;
    for (size_t i = 0; i < 2; i++) {
        struct process other,
            shell = start_shell(format_text(
                "yes | $S $R --name deaf -i sh -c '%strap \"exit 4\" TERM; echo "
                "armed; while :; do echo tick; sleep 0.1; done'",
                scripts[i]));

        expect(&shell, "armed");
        sleep(1); /* as above */
        other = start_stage(8, NULL, "attach", "--no-stdin", "deaf", NULL);
        expect(&other, "tick");
        expect_status(stage("kill", "-s", "TERM", "deaf"), 0);
        expect_status(finish(&other), 4);
        expect_status(finish(&shell), 4);
    }
}

static void too_many_clients(int stage_)
{
    struct process shell;

    (void)stage_;
    need_cgroups();
    expect_status(stage("run", "-d", "--name", "star", "--rootfs", "rootfs",
                        "sh", "-c",
                        "trap 'exit 4' TERM; echo armed; while :; "
                        "do echo tick; sleep 0.1; done"),
                  0);
    shell = start_shell("for i in $(seq 17); do $S attach --no-stdin star 2>&1 "
                        "| grep -v tick & done; wait");
    expect(&shell, "too many clients");
    expect_status(stage("kill", "-s", "TERM", "star"), 0);
    ck_assert_uint_eq(count_text(finish(&shell).out, "too many"), 1);
    expect_status(stage("rm", "star"), 0);
}

/* Starts the container `name`, whose script writes without end, and a client
 * that is stopped while more is for it than fits on the way. */
static struct process start_stopped_client(const char *name, const char *pids,
                                           const char *script)
{
    struct process client;

    need_cgroups();
    expect_status(stage("run", "-d", "--name", name, "--pid", pids, "--rootfs",
                        "rootfs", "sh", "-c", script),
                  0);
    client = start_stage(8, NULL, "attach", "--no-stdin", name, NULL);
    expect(&client, "\n");
    kill(client.pid, SIGSTOP);
    /* until the writer is held back */
    ck_assert(within(
        20, strcmp(stage("logs", "-n", "1", name).out,
                   (usleep(300000), stage("logs", "-n", "1", name).out)) == 0));
    return client;
}

static void stopped_client(int stage_)
{
    static const char *const words[][2] = {
        {"stop", "-t0"}, {"kill", "-sKILL"}, {"rm", "-f"}};

    (void)stage_;
    for (size_t i = 0; i < 3; i++) {
        struct process client = start_stopped_client(
            "talker", "private", "while :; do echo $((n += 1)); done");

        expect_status(stage(words[i][0], words[i][1], "talker"), 0);
        kill(client.pid, SIGCONT);
        expect_text("attach", finish(&client).err, "monitor is gone");
        if (i < 2)
            expect_status(stage("rm", "talker"), 0);
    }
}

/* They would write for ever, and the container would not end. */
static void survivors_of_shared_pids(int stage_)
{
    const char *token = make_token();
    struct process client =
        start_stopped_client("parent", "host",
                             format_text("trap 'exit 5' TERM; yes %s & "
                                         "while :; do sleep 0.05; done",
                                         token));

    (void)stage_;
    expect_status(stage("kill", "-s", "TERM", "parent"), 0);
    ck_assert_msg(within(10, count_processes(token) == 0),
                  "processes of the container go on after its end");
    kill(client.pid, SIGCONT);
    expect_status(finish(&client), 5);
    expect_status(stage("rm", "parent"), 0);
}

/* A terminal ends with its session, unless another session takes it before. */
static void terminal_kept_open(int stage_)
{
    static const char *const what[] = {
        "exec sleep 1000",
        "until [ -e /said1 ]; do sleep 0.05; done; exec yes"};

    (void)stage_;
    need_cgroups();
    expect_status(stage("run", "-d", "--name", "keeper", "--privileged",
                        "--rootfs", "rootfs", "sleep", "1000"),
                  0);
    for (size_t i = 0; i < 2; i++) {
        struct process person = start_stage(
            8, &(struct how){.terminal = true}, "exec", "-t", "keeper", "sh",
            "-c",
            format_text("trap '' HUP; setsid -c sh -c 'echo taken >/taken%zu; "
                        "%s' <&1 & until [ -e /taken%zu ]; do sleep 0.1; done; "
                        "echo last words; echo >/said%zu; sleep 0.3; exit 7",
                        i, what[i], i, i),
            NULL);

        expect(&person, "last words");
        expect_status(finish(&person), 7);
    }
    expect_status(stage("rm", "-f", "keeper"), 0);
}

/* In v1, who is frozen does not die: not in a group of the container's own
 * making either. */
static void frozen_by_itself(int stage_)
{
    bool v2 = false;
    const char *top, *script;

    (void)stage_;
    need_cgroups();
    top = find_cgroup_top("freezer", &v2);
    if (!top && (!find_cgroup_top("pids", &v2) || !v2)) /* v2 always can */
        skip("there is no controller freezer");
    script = format_text(
        "cd /sys/fs/cgroup%s && mkdir sub && { sleep 1000 & echo $! "
        ">sub/cgroup.procs; } && echo %s >sub/%s && echo frozen && "
        "exec sleep 1000",
        v2 ? "" : "/freezer", v2 ? "1" : "FROZEN",
        v2 ? "cgroup.freeze" : "freezer.state");
    for (int i = 0; i < 2; i++) {
        expect_status(stage("run", "-d", "--name", "icy", "--privileged",
                            "--rootfs", "rootfs", "sh", "-c", script),
                      0);
        ck_assert(
            within(10, strcmp(stage("logs", "icy").out, "frozen\n") == 0));
        expect_status(i ? stage("kill", "icy") : stage("rm", "-f", "icy"), 0);
    }
    expect_status(stage("rm", "icy"), 0);
}

const struct check stubborn_checks[] = {
    {"output_before_input", 8, 8, output_before_input},
    {"signal_overtakes_input", 8, 8, signal_overtakes_input},
    {"input_unread_at_the_end", 8, 8, input_unread_at_the_end},
    {"attach_beside_input", 8, 8, attach_beside_input},
    {"too_many_clients", 8, 8, too_many_clients},
    {"stopped_client", 8, 8, stopped_client},
    {"survivors_of_shared_pids", 8, 8, survivors_of_shared_pids},
    {"frozen_by_itself", 8, 8, frozen_by_itself},
    {"terminal_kept_open", 8, 8, terminal_kept_open},
    {0},
};
