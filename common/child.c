/* child.c - waiting for a child without losing signals or the terminal. */
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "child.h"

bool is_child;

static sigset_t held;        /* the signals that wait_for_child reads */
static sigset_t former_mask; /* what was blocked when the stage started */

/* The terminal that the stage was started from, if it had the foreground. */
static bool has_terminal;
static struct termios former_terminal;

/* A file opened as descriptor 1 or 2 by accident would get our messages. */
void open_missing_streams(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR);
        if (fd == -1)
            return;
    } while (fd <= STDERR_FILENO);
    close(fd);
}

void begin_parent(void)
{
    open_missing_streams();
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGHUP);
    sigaddset(&held, SIGQUIT);
    sigaddset(&held, SIGCHLD);
    /* an ignored SIGCHLD, inherited, would hide the child's status */
    signal(SIGCHLD, SIG_DFL);
    if (sigprocmask(SIG_BLOCK, &held, &former_mask) == -1)
        die("sigprocmask");
    has_terminal = tcgetpgrp(STDIN_FILENO) == getpgrp() &&
                   tcgetattr(STDIN_FILENO, &former_terminal) == 0;
}

void begin_child(void)
{
    is_child = true;
    if (sigprocmask(SIG_SETMASK, &former_mask, NULL) == -1)
        die("sigprocmask");
}

static int exit_status(int wait_status)
{
    if (WIFSIGNALED(wait_status))
        return 128 + WTERMSIG(wait_status);
    return WEXITSTATUS(wait_status);
}

/* Makes our process group the terminal's foreground one. Done from the
 * background that would stop us with SIGTTOU. */
static void take_terminal(void)
{
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    signal(SIGTTOU, SIG_DFL);
}

static bool is_lone_shell(char **command)
{
    size_t length = strlen(command[0]);

    return !command[1] && length >= 2 &&
           strcmp(command[0] + length - 2, "sh") == 0;
}

char **command_or_shell(char **command)
{
    static char *shell[] = {"/bin/bash", NULL};

    if (access(shell[0], X_OK) == -1)
        shell[0] = "/bin/sh";
    if (!*command)
        command = shell;
    /* At its end, a simple shell gives the terminal to the group in which it
     * started. Our parent's has no number in a new pid namespace. */
    if (has_terminal && is_lone_shell(command) && setpgid(0, 0) == 0)
        take_terminal();
    return command;
}

/* Ctrl-C on the terminal has reached the child already (SI_KERNEL). */
static void pass_on(pid_t child, const siginfo_t *signal_info, int times)
{
    int number = signal_info->si_signo;

    if (times >= 3) {
        warn("third signal: killing the command");
        kill(child, SIGKILL);
        return;
    }
    if (times == 2)
        warn("the command is still running; one more signal kills it");
    if (signal_info->si_code != SI_KERNEL)
        kill(child, number);
}

int wait_for_child(pid_t child)
{
    int times = 0, status;
    pid_t ended;

    if (!sigismember(&held, SIGCHLD)) { /* nothing would ever wake us */
        errno = EINVAL;
        die("wait_for_child before begin_parent");
    }
    while ((ended = waitpid(child, &status, WNOHANG)) == 0) {
        siginfo_t signal_info;

        if (sigwaitinfo(&held, &signal_info) == -1)
            continue; /* EINTR: stopped and continued */
        if (signal_info.si_signo != SIGCHLD)
            pass_on(child, &signal_info, ++times);
    }
    if (ended == -1)
        die("waitpid %d", (int)child);
    if (has_terminal) {
        take_terminal();
        tcsetattr(STDIN_FILENO, TCSADRAIN, &former_terminal);
    }
    return exit_status(status);
}

void make_gate(struct gate *gate)
{
    if (pipe2(gate->fd, O_CLOEXEC) == -1)
        die("pipe2");
}

void open_gate(struct gate *gate)
{
    /* while our reading end is open, a dead child is no SIGPIPE for us */
    if (write(gate->fd[1], "", 1) == -1)
        die("write to the child's pipe");
    close(gate->fd[0]);
    close(gate->fd[1]);
}

void wait_at_gate(struct gate *gate)
{
    char byte;

    close(gate->fd[1]);
    if (read(gate->fd[0], &byte, 1) != 1)
        _exit(EXIT_STAGE_FAILED); /* the parent failed and has said why */
    close(gate->fd[0]);
}
