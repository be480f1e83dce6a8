/* reaper.c - the init of --init. */
#include "reaper.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base.h"

/* Reaps all who ended. Ends the program when the command is among them. */
static void reap(pid_t command)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (pid == command)
            _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                      : WEXITSTATUS(status));
}

static noreturn void serve(pid_t command, const sigset_t *all)
{
    for (;;) {
        int number = sigwaitinfo(all, NULL);

        if (number == SIGCHLD)
            reap(command);
        else if (number > 0)
            kill(command, number);
    }
}

/* The command gets a process group of its own and with it the foreground of
 * the terminal, so that Ctrl-C reaches it and not its init as well. */
static void take_foreground(void)
{
    if (setpgid(0, 0) == -1)
        fail("setpgid");
    if (tcsetpgrp(STDIN_FILENO, getpgrp()) == -1 && errno != ENOTTY)
        fail("tcsetpgrp");
}

void become_init(int sync)
{
    sigset_t all, former;
    pid_t command;

    sigfillset(&all);
    if (sigprocmask(SIG_SETMASK, &all, &former) == -1)
        fail("sigprocmask");
    command = fork();
    if (command == -1)
        fail("fork");
    if (command == 0) {
        take_foreground(); /* SIGTTOU is still blocked */
        if (sigprocmask(SIG_SETMASK, &former, NULL) == -1)
            fail("sigprocmask");
        return;
    }
    explain("fork() = %d # pid 1 stays as init", (int)command);
    close(sync);
    /* the caller's environment, which /proc/1/environ would show */
    for (char **variable = environ; *variable; variable++)
        memset(*variable, 0, strlen(*variable));
    prctl(PR_SET_NAME, "init");
    serve(command, &all);
}
