/* terminal.c - checks of a stage that is used at a terminal. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "../common/common.h"
#include "look.h"
#include "run.h"
#include "suite.h"

static const struct how at_terminal = {.terminal = true};

static void interactive_shell(int stage)
{
    struct process process = start_stage(stage, &at_terminal, NULL);

    type_text(&process, "echo is-$((6 * 7))\n");
    expect(&process, "is-42");
    type_text(&process, "exit 3\n");
    expect_status(finish(&process), 3);
    expect_no_text("the screen", output_of(&process), "job control");
    expect_no_text("the screen", output_of(&process), "cannot set terminal");
}

static void ctrl_c_reaches_command(int stage)
{
    struct process process =
        start_script(stage, &at_terminal,
                     "trap 'echo interrupted; read line; exit 9' INT; "
                     "echo armed; while :; do sleep 0.1; done");

    expect(&process, "armed");
    type_text(&process, "\003");
    /* before it ends: a terminal may forget what its last process wrote */
    expect(&process, "interrupted");
    type_text(&process, "\n");
    expect_status(finish(&process), 9);
}

/* In the shell, Ctrl-C ends the command of the shell, and not the shell. */
static void ctrl_c_spares_shell(int stage)
{
    struct process process = start_stage(stage, &at_terminal, NULL);
    bool answered = false;

    type_text(&process, "echo r$((1 + 1))ady; sleep 60\n");
    expect(&process, "r2ady");
    /* on a busy machine sleep may not be in the foreground yet */
    for (int times = 0; times < 5 && !answered; times++) {
        usleep(100000);
        type_text(&process, "\003");
        type_text(&process, "\necho still-$((6 * 7))\n");
        answered = within(3, strstr(output_of(&process), "still-42"));
    }
    ck_assert_msg(answered, "no shell any more: %s", output_of(&process));
    type_text(&process, "exit 4\n");
    expect_status(finish(&process), 4);
}

/* pid 1 gets no SIGINT that it does not catch, so only the stage can end it. */
static void third_ctrl_c_kills(int stage)
{
    struct process process =
        start_stage(stage, &at_terminal, "--", "sleep", "10000", NULL);
    char *comm = format_text("/proc/%d/comm", container_of(&process));
    bool warned = false;

    /* what is there before the command may end */
    ck_assert(within(10, strcmp(read_file(comm), "sleep\n") == 0));
    /* two that come at once are one signal, and the first may come before the
     * stage reads keys, so there may be more than two */
    type_text(&process, "\003");
    for (int times = 0; times < 5 && !warned; times++) {
        usleep(100000);
        type_text(&process, "\003");
        warned = within(0.5, strstr(output_of(&process), "kills it\r\n"));
    }
    ck_assert_msg(warned, "no warning: %s", output_of(&process));
    ck_assert_int_eq(kill(container_of(&process), 0), 0);
    type_text(&process, "\003");
    expect_status(finish(&process), 128 + SIGKILL);
    /* the echo of a key may stand behind it */
    expect_text("the screen", output_of(&process), "killing the command");
}

static void third_ctrl_c_spares_shell(int stage)
{
    static const char *const shells[] = {"bash", "sh"};

    for (size_t i = 0; i < 2; i++) {
        struct process process =
            start_stage(stage, &at_terminal, "--", shells[i], NULL);
        bool answered = false;

        type_text(&process, "echo r$((1 + 1))ady\n");
        expect(&process, "r2ady");
        for (int times = 0; times < 4; times++) {
            usleep(100000);
            type_text(&process, "\003");
        }
        /* readline takes the first keys after a Ctrl-C with it */
        for (int times = 0; times < 5 && !answered; times++) {
            type_text(&process, "\necho still-$((6 * 7))\n");
            answered = within(3, strstr(output_of(&process), "still-42"));
        }
        ck_assert_msg(answered, "no shell any more: %s", output_of(&process));
        type_text(&process, "exit 4\n");
        expect_status(finish(&process), 4);
        expect_no_text("the screen", output_of(&process), "kills it");
    }
}

/* Until the shell has put it there, a key would reach the shell. */
static bool sleeps_in_foreground(pid_t shell)
{
    char *stat = read_file(format_text("/proc/%d/stat", (int)shell)), *name;
    int group = -1; /* behind "(name) state", see proc_pid_stat(5) */

    if (!stat || !strrchr(stat, ')') ||
        sscanf(strrchr(stat, ')'), ") %*c %*d %*d %*d %*d %d", &group) != 1)
        return false;
    name = read_file(format_text("/proc/%d/comm", group));
    return name && strcmp(name, "sleep\n") == 0;
}

static void job_control(int stage)
{
    struct process process = start_stage(stage, &at_terminal, NULL);
    pid_t shell;

    type_text(&process, "sleep 60\n");
    shell = container_of(&process);
    ck_assert(within(10, sleeps_in_foreground(shell)));
    type_text(&process, "\032");
    expect(&process, "Stopped");
    type_text(&process, "kill %1; echo gone-$((6 * 7))\n");
    expect(&process, "gone-42");
    type_text(&process, "exit 0\n");
    type_text(&process, "exit 0\n"); /* bash asks once if a job is stopped */
    finish(&process);
}

static struct termios modes_of(const struct process *process)
{
    struct termios modes;

    memset(&modes, 0, sizeof(modes));
    ck_assert_int_eq(tcgetattr(process->master, &modes), 0);
    return modes;
}

static pid_t foreground_of(const struct process *process)
{
    pid_t group = 0;

    ck_assert_int_eq(ioctl(process->master, TIOCGPGRP, &group), 0);
    return group;
}

/* What the command did to the terminal is undone, and the caller of the
 * stage, here a shell, is in the foreground again: a read from the terminal
 * would stop it otherwise. */
static void expect_restored(int stage, const char *command)
{
    struct how how = {.terminal = true, .program = "/bin/sh"};
    struct process process = start_stage(
        stage, &how, "-c",
        format_text("echo begin; read go; '%s' -- bash -ic '%s'; echo back=$?; "
                    "read end",
                    stage_path(stage), command),
        NULL);
    struct termios before, after;

    expect(&process, "begin");
    before = modes_of(&process);
    type_text(&process, "go\n");
    expect(&process, "back=6");
    after = modes_of(&process);
    ck_assert_int_eq(foreground_of(&process), process.pid);
    ck_assert_msg(
        before.c_lflag == after.c_lflag && before.c_iflag == after.c_iflag &&
            before.c_oflag == after.c_oflag && before.c_cflag == after.c_cflag,
        "the terminal's modes have changed: lflag %x, then %x", before.c_lflag,
        after.c_lflag);
    type_text(&process, "end\n");
    finish(&process);
}

/* dash and ash give the terminal back to the group they got it from. */
static void interactive_sh(int stage)
{
    struct process process = start_stage(stage, &at_terminal, "--", "sh", NULL);

    type_text(&process, "echo is-$((6 * 7))\n");
    expect(&process, "is-42");
    type_text(&process, "exit 3\n");
    expect_status(finish(&process), 3);
    expect_no_text("the screen", output_of(&process), "tty");
}

static void terminal_restored(int stage)
{
    expect_restored(stage, "stty raw -echo; exit 6");
}

/* Another job has the terminal: the stage does not wait for it. Its command
 * could read what is typed for that job, so in stage 8 it reads nothing; in
 * the others the kernel stops it, as it does with any job. */
static void in_background(int stage)
{
    struct how how = {.terminal = true, .program = "/bin/bash"};
    struct process process =
        start_stage(stage, &how, "-c",
                    format_text("set -m; '%s' -- sh -c '%s exit 5' & wait $!; "
                                "echo ended=$?; read end",
                                stage_path(stage), stage == 8 ? "cat;" : ""),
                    NULL);

    expect(&process, "ended=5");
    type_text(&process, "end\n");
    finish(&process);
}

const struct check terminal_checks[] = {
    {"interactive_shell", 1, 8, interactive_shell},
    {"ctrl_c_reaches_command", 1, 8, ctrl_c_reaches_command},
    {"ctrl_c_spares_shell", 1, 8, ctrl_c_spares_shell},
    {"third_ctrl_c_kills", 4, 8, third_ctrl_c_kills},
    {"third_ctrl_c_spares_shell", 1, 8, third_ctrl_c_spares_shell},
    {"job_control", 1, 8, job_control},
    {"interactive_sh", 1, 8, interactive_sh},
    {"terminal_restored", 1, 8, terminal_restored},
    {"in_background", 1, 8, in_background},
    {.name = NULL},
};
