/* child.c - making a process, talking to it, accompanying it. */
#include "child.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base.h"
#include "foreground.h"
#include "listener.h"
#include "syscalls.h"

pid_t clone_child(struct child *child, uint64_t flags, int group, int *sync)
{
    int end[2];
    struct clone_args arguments = {
        .flags = flags | CLONE_PIDFD,
        .pidfd = (uintptr_t)&child->pidfd,
        .exit_signal = SIGCHLD,
    };

    if (group != -1) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (uint64_t)group;
    }
    make_sync(end);
    fflush(NULL); /* or both would write what is in stdio's buffers */
    child->pid = sys_clone3(&arguments);
    if (child->pid == 0) {
        close(end[0]);
        *sync = end[1];
        return 0;
    }
    int number = errno;
    close(end[1]);
    child->sync = end[0];
    if (child->pid == -1) {
        close(end[0]);
        child->pid = 0;
        errno = number;
        return -1;
    }
    return child->pid;
}

/* ---- talking to it --------------------------------------------------------- */

static enum message_kind receive(const struct child *child,
                                 struct message *message)
{
    if (receive_message(child->sync, message) == MESSAGE_FAILED) {
        if (child->on_failure)
            child->on_failure(&message->failure);
        end_with_failure(&message->failure);
    }
    return message->kind;
}

/* A signal while the container is being made ends the attempt. */
static void end_if_signalled(int signals)
{
    struct signalfd_siginfo info;

    while (read(signals, &info, sizeof(info)) == sizeof(info))
        if (info.ssi_signo == SIGINT || info.ssi_signo == SIGTERM ||
            info.ssi_signo == SIGHUP || info.ssi_signo == SIGQUIT)
            exit(128 + (int)info.ssi_signo);
}

static enum message_kind receive_or_end(const struct child *child,
                                        struct message *message)
{
    struct pollfd fds[] = {{child->sync, POLLIN, 0},
                           {child->signals, POLLIN, 0}};

    do {
        if (poll(fds, 2, -1) == -1 && errno != EINTR)
            fail("poll");
        end_if_signalled(child->signals);
    } while (!fds[0].revents);
    return receive(child, message);
}

/* A terminal makes "\r\n" of each "\n", which is not for files and pipes. */
static void leave_lines_plain(int master)
{
    struct termios mode;

    if (tcgetattr(master, &mode) == -1)
        fail("tcgetattr of the container's terminal");
    mode.c_oflag &= ~(tcflag_t)ONLCR;
    if (tcsetattr(master, TCSANOW, &mode) == -1)
        fail("tcsetattr of the container's terminal");
}

static void take_console(struct child *child, const struct errands *errands,
                         int master)
{
    static const char name[] = "/dev/ptmx"; /* what other runtimes send */

    if (!errands->console_socket) {
        if (errands->plain_lines && !isatty(STDOUT_FILENO))
            leave_lines_plain(master);
        child->terminal.master = master;
        return;
    }
    send_to_socket("--console-socket", errands->console_socket, name,
                   sizeof(name) - 1, master);
    close(master);
}

/* False if the message is none of the errands. */
static bool serve(struct child *child, const struct errands *errands,
                  const struct message *message)
{
    const struct seccomp *profile = errands->profile;

    if (message->kind == MESSAGE_CONSOLE) {
        take_console(child, errands, message->fd);
        return true;
    }
    if (message->kind != MESSAGE_LISTENER)
        return false;
    send_listener(profile->listener_path, profile->listener_metadata,
                  message->fd, errands->state, errands->status, child->pid);
    close(message->fd);
    send_go(child->sync);
    return true;
}

enum message_kind hear(struct child *child, const struct errands *errands)
{
    struct message message;
    enum message_kind kind;

    do
        kind = receive_or_end(child, &message);
    while (serve(child, errands, &message));
    return kind;
}

bool is_limited(struct child *child)
{
    struct message message;

    return receive_or_end(child, &message) == MESSAGE_LIMITED;
}

bool adopt_child(struct child *child, const struct errands *errands)
{
    struct message message;

    do
        receive_or_end(child, &message);
    while (errands && serve(child, errands, &message));
    if (message.kind != MESSAGE_PROCESS)
        return false;
    reap_child(child);
    close(child->pidfd);
    /* a child keeps its number until it is waited for */
    child->pid = message.pid;
    child->pidfd = sys_pidfd_open(message.pid);
    if (child->pidfd == -1)
        fail("pidfd_open %d", (int)message.pid);
    return true;
}

void write_pid_file(const struct child *child, const char *path)
{
    char *new = format_text("%s.new", path);
    FILE *file = fopen(new, "we");

    if (!file || fprintf(file, "%d", (int)child->pid) < 0 ||
        fclose(file) != 0 || rename(new, path) == -1)
        fail("write %s", path);
    free(new);
}

void send_pidfd(const struct child *child, const char *path, const char *word)
{
    send_to_socket("--pidfd-socket", path, word, strlen(word), child->pidfd);
}

void let_execute(struct child *child, const struct errands *errands)
{
    struct message message;
    enum message_kind kind;

    send_go(child->sync);
    /* Closed by execve, or by the process's death: both end our part. Signals
     * wait from here on, since the command may run already: they are for it. */
    do
        kind = receive(child, &message);
    while (serve(child, errands, &message) || kind != MESSAGE_CLOSED);
    close(child->sync);
}

/* ---- until its end ----------------------------------------------------------- */

bool accompany(struct child *child, bool typing, const char *detach)
{
    bool ended;

    if (child->terminal.master != -1)
        open_terminal(&child->terminal, child->terminal.master, typing);
    ended = watch(child, typing, detach);
    leave_raw_mode(&child->terminal);
    return ended;
}

int reap_child(struct child *child)
{
    int status;

    while (waitpid(child->pid, &status, 0) == -1)
        if (errno != EINTR)
            fail("waitpid %d", (int)child->pid);
    child->pid = 0;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void end_child(struct child *child)
{
    struct pollfd end = {child->pidfd, POLLIN, 0};

    leave_raw_mode(&child->terminal);
    if (!child->pid)
        return;
    sys_pidfd_send_signal(child->pidfd, SIGKILL);
    /* in a paused container it dies when that goes on, without us */
    if (poll(&end, 1, 3000) > 0)
        reap_child(child);
}
