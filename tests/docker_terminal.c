/* docker_terminal.c - checks of terminals between a person and a container that
 * has a monitor: run -it, attach, and what is left of them. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

#define stage(...) run_stage(8, __VA_ARGS__, NULL)

static const struct winsize first_size = {33, 99, 990, 660};
static const struct winsize second_size = {44, 122, 0, 0};

/* A shell at a terminal, and what the terminal was like before. */
struct person {
    struct process shell;
    struct termios before;
};

static struct termios modes_of(const struct person *person)
{
    struct termios modes;

    memset(&modes, 0, sizeof(modes));
    ck_assert_int_eq(tcgetattr(person->shell.master, &modes), 0);
    return modes;
}

static bool is_as_before(const struct person *person)
{
    const struct termios *before = &person->before, after = modes_of(person);

    return after.c_iflag == before->c_iflag &&
           after.c_oflag == before->c_oflag &&
           after.c_cflag == before->c_cflag &&
           after.c_lflag == before->c_lflag &&
           memcmp(after.c_cc, before->c_cc, sizeof(after.c_cc)) == 0;
}

/* Types stage-8 with these words in a shell; "back=" and the exit status tell
 * when it has ended. */
static struct person type_stage(const char *words)
{
    static const struct how how = {.terminal = true, .program = "/bin/sh"};
    struct person person;

    need_cgroups();
    person.shell =
        start_stage(8, &how, "-c",
                    format_text("echo begin; read go; '%s' %s; echo back=$?; "
                                "read end",
                                stage_path(8), words),
                    NULL);
    expect(&person.shell, "begin");
    ioctl(person.shell.master, TIOCSWINSZ, &first_size);
    person.before = modes_of(&person);
    type_text(&person.shell, "go\n");
    return person;
}

static void expect_back(struct person *person, int exit_status)
{
    pid_t group = 0;

    expect(&person->shell, format_text("back=%d\r\n", exit_status));
    ck_assert_msg(is_as_before(person), "the terminal's modes have changed");
    ck_assert_int_eq(ioctl(person->shell.master, TIOCGPGRP, &group), 0);
    ck_assert_int_eq(group, person->shell.pid);
    type_text(&person->shell, "end\n");
    finish(&person->shell);
}

/* The stage-8 that the shell has started. */
static pid_t client_of(const struct person *person)
{
    pid_t child = 0;

    ck_assert(within(10, list_children(person->shell.pid, &child, 1) == 1));
    return child;
}

/* "Pid" and the like of inspect. */
static pid_t process_of(const char *name)
{
    return (pid_t)atoi(stage("inspect", "-f", "{{.State.Pid}}", name).out);
}

static pid_t monitor_of(const char *name)
{
    return (pid_t)atoi(status_field(process_of(name), "PPid"));
}

static bool is_status(const char *name, const char *status)
{
    return strcmp(stage("inspect", "-f", "{{.State.Status}}", name).out,
                  format_text("%s\n", status)) == 0;
}

static void remove_container(const char *name)
{
    expect_status(stage("rm", "-f", name), 0);
}

/* ---- what is inside ------------------------------------------------------------ */

static void pty_size(int stage_)
{
    struct person person = type_stage(
        "run -it --rm --rootfs rootfs sh -c 'trap \"stty size; exit 6\" WINCH; "
        "stty size; echo armed; while :; do sleep 0.1; done'");

    (void)stage_;
    expect(&person.shell, "33 99");
    expect(&person.shell, "armed");
    ioctl(person.shell.master, TIOCSWINSZ, &second_size);
    expect(&person.shell, "44 122");
    expect_back(&person, 6);
}

static void pty_ctrl_c(int stage_)
{
    struct person person = type_stage(
        "run -it --rm --rootfs rootfs sh -c 'trap \"echo interrupted; read l; "
        "exit 9\" INT; echo armed; while :; do sleep 0.1; done'");

    (void)stage_;
    expect(&person.shell, "armed");
    type_text(&person.shell, "\003");
    expect(&person.shell, "interrupted");
    type_text(&person.shell, "\n");
    expect_back(&person, 9);
}

static void pty_job_control(int stage_)
{
    struct person person = type_stage("run -it --rm --rootfs rootfs bash");
    struct process *shell = &person.shell;
    bool stopped = false;

    (void)stage_;
    type_text(shell, "echo r$((1 + 1))ady; sleep 60\n");
    expect(shell, "r2ady");
    /* on a busy machine sleep may not be in the foreground yet */
    for (int times = 0; times < 5 && !stopped; times++) {
        usleep(100000);
        type_text(shell, "\032");
        stopped = within(3, strstr(output_of(shell), "Stopped"));
    }
    ck_assert_msg(stopped, "nothing was stopped: %s", output_of(shell));
    type_text(shell, "kill %1; echo gone-$((6 * 7))\n");
    expect(shell, "gone-42");
    expect_no_text("the screen", output_of(shell), "job control");
    type_text(shell, "exit 4\n");
    type_text(shell, "exit 4\n"); /* it asks once if a job is stopped */
    expect_back(&person, 4);
}

/* ---- to leave, and to come back --------------------------------------------------- */

static void pty_detach(int stage_)
{
    struct person person =
        type_stage("run -it --name shy --rootfs rootfs bash");
    char *token = make_token();

    (void)stage_;
    type_text(&person.shell,
              format_text("WORD=%s; echo s$((1 + 1))t\n", token));
    expect(&person.shell, "s2t");
    /* one key alone is the shell's: what was typed last, again */
    type_text(&person.shell, "echo o$((1 + 1))e\n\020\n");
    ck_assert(within(10, count_text(output_of(&person.shell), "o2e") == 2));
    type_text(&person.shell, "\020\021");
    expect_back(&person, 0);
    ck_assert(is_status("shy", "running"));
    person = type_stage("attach --detach-keys ctrl-a,x shy");
    type_text(&person.shell, "echo is-$WORD\n");
    expect(&person.shell, format_text("is-%s", token));
    type_text(&person.shell, "\001x");
    expect_back(&person, 0);
    person = type_stage("attach shy");
    type_text(&person.shell, "exit 5\n");
    expect_back(&person, 5);
    ck_assert(is_status("shy", "exited"));
    remove_container("shy");
}

/* Who comes back sees the screen anew, though its size is as before. */
static void pty_drawn_again(int stage_)
{
    struct person person;

    (void)stage_;
    expect_status(stage("run", "-dit", "--name", "shy", "--rootfs", "rootfs",
                        "sh", "-c",
                        "trap 'echo drawn for $(stty size)' WINCH; "
                        "while :; do sleep 0.1; done"),
                  0);
    for (int times = 0; times < 2; times++) {
        person = type_stage("attach shy");
        expect(&person.shell, "drawn for 33 99");
        type_text(&person.shell, "\020\021");
        expect_back(&person, 0);
    }
    remove_container("shy");
}

/* What exec has started lives on, though its terminal ends with exec, and
 * somebody reads what it writes. */
static void pty_exec_detach(int stage_)
{
    static const struct how how = {.terminal = true};
    struct process client;

    (void)stage_;
    need_cgroups();
    expect_status(stage("run", "-d", "--name", "web", "--rootfs", "rootfs",
                        "sleep", "1000"),
                  0);
    client = start_stage(
        8, &how, "exec", "-it", "--detach-keys", "ctrl-a,x", "web", "sh", "-c",
        "echo armed; read word; until test -e /root/go; do sleep "
        "0.1; done; seq 20000; echo \"$word\" >/root/end",
        NULL);
    expect(&client, "armed");
    type_text(&client, "\001y\n");
    expect(&client, "y\r\n");
    type_text(&client, "\001x");
    expect_status(finish(&client), 0);
    expect_status(stage("exec", "web", "touch", "/root/go"), 0);
    ck_assert(within(20, strcmp(stage("exec", "web", "cat", "/root/end").out,
                                "\001y\n") == 0));
    remove_container("web");
}

/* ---- the terminal afterwards ------------------------------------------------------ */

static void pty_restored(int stage_)
{
    struct person person = type_stage(
        "run -it --rm --rootfs rootfs sh -c 'stty raw -echo; exit 6'");

    (void)stage_;
    expect_back(&person, 6);
}

#define STUBBORN                                                               \
    "run -it --name victim --rootfs rootfs sh -c "                             \
    "'trap \"\" HUP TERM; echo ready; while :; do sleep 0.1; done'"

static struct person start_stubborn(void)
{
    struct person person = type_stage(STUBBORN);

    expect(&person.shell, "ready");
    ck_assert_msg(!is_as_before(&person), "the terminal is not in raw mode");
    return person;
}

static void pty_container_killed(int stage_)
{
    struct person person = start_stubborn();

    (void)stage_;
    kill(process_of("victim"), SIGKILL);
    expect_back(&person, 128 + SIGKILL);
    remove_container("victim");
}

static void pty_monitor_killed(int stage_)
{
    struct person person = start_stubborn();
    pid_t first = process_of("victim");

    (void)stage_;
    kill(monitor_of("victim"), SIGKILL);
    expect(&person.shell, "monitor is gone");
    expect_back(&person, 125);
    ck_assert(within(10, !is_alive(first)));
    remove_container("victim");
}

static void pty_client_ended(int stage_)
{
    struct person person = start_stubborn();

    (void)stage_;
    kill(client_of(&person), SIGHUP);
    expect_back(&person, 128 + SIGHUP);
    ck_assert(is_status("victim", "running"));
    remove_container("victim");
}

/* Who stops it has an ordinary terminal meanwhile. */
static void pty_client_stopped(int stage_)
{
    struct person person = start_stubborn();
    pid_t client = client_of(&person);

    (void)stage_;
    kill(client, SIGTSTP);
    ck_assert(within(10, *status_field(client, "State") == 'T'));
    ck_assert(is_as_before(&person));
    ioctl(person.shell.master, TIOCSWINSZ, &second_size);
    kill(client, SIGCONT);
    ck_assert(within(10, !is_as_before(&person)));
    expect_status(stage("exec", "victim", "sh", "-c",
                        "until [ \"$(stty size </dev/console)\" = '44 122' ]; "
                        "do sleep 0.1; done"),
                  0);
    kill(process_of("victim"), SIGKILL);
    expect_back(&person, 128 + SIGKILL);
    remove_container("victim");
}

/* ---- no terminal any more ----------------------------------------------------------- */

static size_t ticks_of(const char *name)
{
    return count_text(stage("logs", name).out, "tick");
}

static void expect_ticking(const char *name)
{
    size_t ticks = ticks_of(name);

    ck_assert_msg(within(20, ticks_of(name) > ticks + 2),
                  "%s writes no more: %zu lines, then %zu", name, ticks,
                  ticks_of(name));
    ck_assert(is_status(name, "running"));
}

static void hang_up(struct person *person)
{
    close(person->shell.master);
    person->shell.master = -1;
    finish(&person->shell);
}

/* It would end if its monitor got a signal. */
#define TICKING                                                                \
    "--name clock --rootfs rootfs sh -c "                                      \
    "'trap \"exit 1\" TERM; while :; do echo tick; sleep 0.1; done'"

/* The terminal that run -d was typed at. */
static void pty_gone_after_run_d(int stage_)
{
    struct person person = type_stage("run -d " TICKING);

    (void)stage_;
    expect(&person.shell, "back=0");
    ck_assert(within(10, ticks_of("clock") > 0)); /* its trap is set */
    type_text(&person.shell, "\003");             /* for the shell alone */
    ck_assert(within(10, !is_alive(person.shell.pid)));
    hang_up(&person);
    expect_ticking("clock");
    remove_container("clock");
}

/* The one that is attached: that of the container is another. */
static void pty_gone_with_client(int stage_)
{
    struct person person = type_stage("run -it " TICKING);
    pid_t client;

    (void)stage_;
    expect(&person.shell, "tick");
    client = client_of(&person);
    hang_up(&person);
    ck_assert(within(10, !is_alive(client)));
    expect_ticking("clock");
    remove_container("clock");
}

/* ---- a whole screen --------------------------------------------------------------- */

#define TMUX "tmux -S tmux.socket -f tmux.conf "

/* tmux shows what a program makes of a terminal of 80x62. */
static void start_tmux(const char *name, const char *command)
{
    int status;
    char *output =
        host_command(&status,
                     "env -i PATH=\"$PATH\" TERM=xterm LC_ALL=C.UTF-8 " TMUX
                     "new-session -d -s %s -x 80 -y 62 \"%s; read wait\"",
                     name, command);

    ck_assert_msg(status == 0, "tmux: %s", output);
}

static char *screen_of(const char *name)
{
    return host_command(NULL, TMUX "capture-pane -p -t %s", name);
}

/* The program in the container draws what the one outside does. */
static void expect_same_screens(const char *part)
{
    bool same =
        within(20, strstr(screen_of("inside"), part) &&
                       strcmp(screen_of("inside"), screen_of("outside")) == 0);

    ck_assert_msg(same, "no \"%s\", or not the same: %s\nand outside: %s", part,
                  screen_of("inside"), screen_of("outside"));
}

static void press(const char *keys)
{
    host_command(NULL, TMUX "send-keys -t inside %s", keys);
    host_command(NULL, TMUX "send-keys -t outside %s", keys);
}

/* Both begin with the same root, and the terminal's description in it. */
static void start_both(const char *program)
{
    int status;

    need_cgroups();
    host_command(&status, "type tmux && chroot rootfs sh -c 'type %s'",
                 program);
    if (status != 0)
        skip("tmux or %s is not installed", program);
    put_file("tmux.conf", "set-option -g status off\n");
    host_command(NULL, "seq -f 'line %%g of many' 500 >rootfs/lines");
    start_tmux("inside",
               format_text("'%s' run -it --rm -e TERM=xterm -e LC_ALL=C.UTF-8 "
                           "--rootfs rootfs %s /lines",
                           stage_path(8), program));
    start_tmux("outside",
               format_text("chroot rootfs env -i PATH=/bin:/usr/bin TERM=xterm "
                           "LC_ALL=C.UTF-8 %s /lines",
                           program));
    expect_same_screens("line 60 of many");
}

static void end_both(void)
{
    ck_assert(within(10, !*stage("ps", "-aq").out));
    host_command(NULL, TMUX "kill-server");
    host_command(NULL, "rm -f rootfs/lines tmux.socket tmux.conf");
}

static void pty_less(int stage_)
{
    (void)stage_;
    start_both("less");
    press("Space");
    expect_same_screens("line 120 of many");
    press("/333 Enter");
    expect_same_screens("line 333 of many");
    press("G");
    expect_same_screens("line 500 of many");
    press("q");
    end_both();
}

static void pty_vi(int stage_)
{
    char *token = make_token();

    (void)stage_;
    start_both("vi");
    press("G");
    expect_same_screens("line 500 of many");
    press(format_text("i %s- Escape", token));
    expect_same_screens(format_text("%s-line 500 of many", token));
    press(":q! Enter");
    end_both();
}

const struct check docker_terminal_checks[] = {
    {"pty_size", 8, 8, pty_size},
    {"pty_ctrl_c", 8, 8, pty_ctrl_c},
    {"pty_job_control", 8, 8, pty_job_control},
    {"pty_detach", 8, 8, pty_detach},
    {"pty_drawn_again", 8, 8, pty_drawn_again},
    {"pty_exec_detach", 8, 8, pty_exec_detach},
    {"pty_restored", 8, 8, pty_restored},
    {"pty_container_killed", 8, 8, pty_container_killed},
    {"pty_monitor_killed", 8, 8, pty_monitor_killed},
    {"pty_client_ended", 8, 8, pty_client_ended},
    {"pty_client_stopped", 8, 8, pty_client_stopped},
    {"pty_gone_after_run_d", 8, 8, pty_gone_after_run_d},
    {"pty_gone_with_client", 8, 8, pty_gone_with_client},
    {"pty_less", 8, 8, pty_less},
    {"pty_vi", 8, 8, pty_vi},
    {.name = NULL},
};
