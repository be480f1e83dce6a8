/* container.c - create, start, wait, undo. */
#include "container.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/common.h"
#include "cgroup.h"
#include "init.h"
#include "monitor.h"
#include "sync.h"
#include "syscalls.h"
#include "terminal.h"

/* What was set up, in this order. */
struct container {
    struct cgroup cgroup;
    pid_t pid; /* of its first process; 0 before it is made or once reaped */
    int pidfd;
    int sync; /* our end of the socket to it */
    int signals;
    struct terminal terminal;
};

/* For atexit: every way out of the program undoes what was set up. */
static struct container container = {
    .pidfd = -1,
    .sync = -1,
    .terminal = {.fd = -1, .master = -1},
};

/* Waits for the first process. With it, all of its PID namespace is dead. */
static int reap(void)
{
    int status;

    while (waitpid(container.pid, &status, 0) == -1)
        if (errno != EINTR)
            fail("waitpid %d", (int)container.pid);
    container.pid = 0;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void undo(void)
{
    leave_raw_mode(&container.terminal);
    if (container.pid) {
        sys_pidfd_send_signal(container.pidfd, SIGKILL);
        reap();
    }
    remove_cgroup(&container.cgroup);
}

/* Returns in both processes, as fork(2) does: 0 in the new one. */
static pid_t clone_process(const struct config *config, int group)
{
    struct clone_args arguments = {
        /* the cgroup namespace comes later: init.c, step 3 */
        .flags = (config->linux_.namespaces & ~(uint64_t)CLONE_NEWCGROUP) |
                 CLONE_PIDFD,
        .pidfd = (uintptr_t)&container.pidfd,
        .exit_signal = SIGCHLD,
    };
    pid_t pid;

    if (group != -1) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (uint64_t)group;
    }
    fflush(NULL); /* or both would write what is in stdio's buffers */
    pid = sys_clone3(&arguments);
    if (pid == -1)
        fail("clone3 of the container's process");
    return pid;
}

static void start_process(struct config *config)
{
    int end[2], group = v2_group(&container.cgroup);
    pid_t pid;

    make_sync(end);
    pid = clone_process(config, group);
    if (pid == 0) {
        close(end[0]);
        init_container(config, &container.cgroup, end[1]);
    }
    container.pid = pid;
    container.sync = end[0];
    close(end[1]);
    explain("clone3(CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID%s%s) = "
            "%d",
            config->linux_.namespaces & CLONE_NEWNET ? "|CLONE_NEWNET" : "",
            group == -1 ? "" : "|CLONE_INTO_CGROUP", (int)pid);
    join_cgroup(&container.cgroup, pid, false);
}

/* A signal while the container is being made ends the attempt. */
static void end_if_signalled(void)
{
    struct signalfd_siginfo info;

    while (read(container.signals, &info, sizeof(info)) == sizeof(info))
        if (info.ssi_signo == SIGINT || info.ssi_signo == SIGTERM ||
            info.ssi_signo == SIGHUP || info.ssi_signo == SIGQUIT)
            exit(128 + (int)info.ssi_signo);
}

/* Receives the next message; a failure in the container ends us here. */
static enum message_kind receive(struct message *message)
{
    if (receive_message(container.sync, message) == MESSAGE_FAILED)
        end_with_failure(&message->failure);
    return message->kind;
}

/* The same, but a signal may come first. */
static enum message_kind receive_or_end(struct message *message)
{
    struct pollfd fds[] = {{container.sync, POLLIN, 0},
                           {container.signals, POLLIN, 0}};

    do {
        if (poll(fds, 2, -1) == -1 && errno != EINTR)
            fail("poll");
        end_if_signalled();
    } while (!fds[0].revents);
    return receive(message);
}

static void tell_killed_for_memory(const struct config *config, int status)
{
    if (status != 128 + SIGKILL || !was_killed_for_memory(&container.cgroup))
        return;
    warn("killed: over its memory limit of %s",
         size_text(config->linux_.resources.memory.limit));
}

/* The container's process ended before it was ready, without a word. */
static noreturn void end_without_command(const struct config *config)
{
    int status = reap();

    tell_killed_for_memory(config, status);
    if (status == 128 + SIGKILL)
        exit(status);
    fail_plainly(NULL,
                 "the container's process ended with status %d before "
                 "the command",
                 status);
}

/* From the open gate to the command. */
static void make_container(const struct config *config)
{
    struct message message;
    enum message_kind kind;

    send_go(container.sync);
    while ((kind = receive_or_end(&message)) == MESSAGE_CONSOLE)
        container.terminal.master = message.fd;
    if (kind != MESSAGE_READY)
        end_without_command(config);
    send_go(container.sync);
    /* Closed by execve, or by the process's death: both end our part. Signals
     * wait from here on, since the command may run already: they are for it. */
    while (receive(&message) != MESSAGE_CLOSED)
        continue;
    close(container.sync);
}

int run_container(struct config *config)
{
    bool terminal = config->process.terminal;
    bool typing = terminal && config->process.stdin_open;
    int status;

    begin_parent();
    container.signals = open_signals(terminal);
    if (atexit(undo) != 0)
        fail("atexit");
    create_cgroup(&container.cgroup, &config->linux_.resources);
    start_process(config);
    make_container(config);
    if (terminal)
        open_terminal(&container.terminal, container.terminal.master, typing);
    watch(&(struct monitor){
        .pid = container.pid,
        .pidfd = container.pidfd,
        .signals = container.signals,
        .terminal = &container.terminal,
        .typing = typing,
    });
    leave_raw_mode(&container.terminal);
    status = reap();
    explain("waitpid() # the command's status is %d", status);
    tell_killed_for_memory(config, status);
    return status; /* and atexit undoes the rest */
}
