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
#include "listener.h"
#include "monitor.h"
#include "namespaces.h"
#include "state.h"
#include "sync.h"
#include "syscalls.h"
#include "terminal.h"

/* What was set up, in this order. */
struct container {
    struct state state;
    struct cgroup cgroup;
    pid_t pid; /* of its first process; 0 before it is made or once reaped */
    int pidfd;
    int sync; /* our end of the socket to it */
    int signals;
    struct terminal terminal;
    bool lives_on; /* nothing is to be undone */
};

/* For atexit: every way out of the program undoes what was set up. */
static struct container container = {
    .state = {.folder = -1},
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
    if (container.lives_on)
        return;
    if (container.pid) {
        sys_pidfd_send_signal(container.pidfd, SIGKILL);
        reap();
    }
    /* in a PID namespace that is not its own, others survive the first one */
    signal_cgroup(&container.cgroup, SIGKILL);
    remove_cgroup(&container.cgroup);
    if (container.state.folder != -1 && lock_state_again(&container.state))
        remove_state(&container.state);
}

/* From here on the container does not need us. */
static void let_live(void)
{
    container.lives_on = true;
    if (container.state.folder != -1)
        unlock_state(&container.state);
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

static void start_process(struct config *config, const struct life *life)
{
    int end[2], group = v2_group(&container.cgroup);
    struct launch launch = {
        .start = -1,
        .detached = life->company != UNTIL_ITS_END,
    };
    pid_t pid;

    make_sync(end);
    launch.sync = end[1];
    if (life->company == UNTIL_CREATED)
        launch.start = listen_for_start(&container.state);
    join_namespaces(config, CLONE_NEWPID);
    pid = clone_process(config, group);
    if (pid == 0) {
        close(end[0]);
        init_container(config, &container.cgroup, &launch);
    }
    if (launch.start != -1)
        close(launch.start);
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

static void take_console(const struct life *life, int master)
{
    static const char name[] = "/dev/ptmx"; /* what other runtimes send */

    if (life->console_socket) {
        send_to_socket("--console-socket", life->console_socket, name,
                       sizeof(name) - 1, master);
        close(master);
    } else {
        container.terminal.master = master;
    }
}

/* Whole or not at all, since others wait for it to appear. */
static void write_pid_file(const char *path)
{
    char *new = format_text("%s.new", path);
    FILE *file = fopen(new, "we");

    if (!file || fprintf(file, "%d", (int)container.pid) < 0 ||
        fclose(file) != 0 || rename(new, path) == -1)
        fail("write %s", path);
    free(new);
}

/* All is ready but the command: the world may know. */
static void publish(const struct life *life)
{
    if (life->id) {
        set_state_pid(&container.state, container.pid);
        save_state(&container.state);
    }
    if (life->pid_file)
        write_pid_file(life->pid_file);
}

/* Does what a message asks for. False if it is about the life itself. */
static bool serve(const struct config *config, const struct life *life,
                  const struct message *message)
{
    const struct seccomp *profile = config->linux_.seccomp;

    if (message->kind == MESSAGE_CONSOLE) {
        take_console(life, message->fd);
        return true;
    }
    if (message->kind != MESSAGE_LISTENER)
        return false;
    send_listener(profile->listener_path, profile->listener_metadata,
                  message->fd, &container.state, "creating", container.pid);
    close(message->fd);
    send_go(container.sync);
    return true;
}

/* From the open gate to the command. */
static void make_container(const struct config *config, const struct life *life)
{
    struct message message;
    enum message_kind kind;

    send_go(container.sync);
    do
        kind = receive_or_end(&message);
    while (serve(config, life, &message));
    if (kind != MESSAGE_READY)
        end_without_command(config);
    publish(life);
    if (life->company == UNTIL_CREATED)
        let_live();
    send_go(container.sync);
    if (life->company == UNTIL_CREATED)
        return;
    /* Closed by execve, or by the process's death: both end our part. Signals
     * wait from here on, since the command may run already: they are for it. */
    do
        kind = receive(&message);
    while (serve(config, life, &message) || kind != MESSAGE_CLOSED);
    close(container.sync);
}

static void prepare(struct config *config, const struct life *life)
{
    if (life->id)
        make_state(&container.state, life->root, life->id, life->bundle,
                   config);
    container.cgroup.own_namespace = has_namespace(config, CLONE_NEWCGROUP);
    if (!life->no_cgroup)
        create_cgroup(&container.cgroup, config->linux_.cgroups_path,
                      &config->linux_.resources);
}

int run_container(struct config *config, const struct life *life)
{
    bool terminal = config->process.terminal && !life->console_socket;
    bool typing = terminal && config->process.stdin_open;
    int status;

    begin_parent();
    container.signals = open_signals(terminal);
    if (atexit(undo) != 0)
        fail("atexit");
    prepare(config, life);
    start_process(config, life);
    make_container(config, life);
    if (life->company == UNTIL_STARTED)
        let_live();
    if (life->company != UNTIL_ITS_END)
        return 0;
    if (life->id)
        unlock_state(&container.state);
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
