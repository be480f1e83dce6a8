/* foreground.c - one loop over signals, terminal and the container's end. */
#include "foreground.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include "base.h"
#include "child.h"
#include "keys.h"
#include "notify.h"
#include "syscalls.h"

int open_signals(bool terminal)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGQUIT);
    if (terminal) {
        sigaddset(&set, SIGWINCH);
        sigaddset(&set, SIGTSTP);
        sigaddset(&set, SIGCONT);
    }
    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
        fail("sigprocmask");
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd == -1)
        fail("signalfd");
    return fd;
}

/* ---- bytes --------------------------------------------------------------- */

enum { CTRL_D = 'D' - '@' };

/* More is not in a terminal's buffers. What is written after its end by others
 * that have kept it open is not waited for. */
enum { MOST_LEFT = 1 << 20 };

/* One direction: what was read and is not written yet. A writer that cannot
 * take it holds the reader back. A write of up to PIPE_BUF bytes to what
 * poll(2) calls writable does not block. */
struct flow {
    int from, to;
    char data[PIPE_BUF];
    size_t start, end;
    bool ended; /* nothing more to read */
};

static bool is_empty(const struct flow *flow)
{
    return flow->start == flow->end;
}

static void read_into(struct flow *flow)
{
    ssize_t got = read(flow->from, flow->data, sizeof(flow->data));

    flow->start = 0;
    flow->end = got > 0 ? (size_t)got : 0;
    flow->ended = got == 0 || (got == -1 && errno != EAGAIN && errno != EINTR);
}

static void write_from(struct flow *flow)
{
    ssize_t put =
        write(flow->to, flow->data + flow->start, flow->end - flow->start);

    if (put > 0)
        flow->start += (size_t)put;
    else if (put == -1 && errno != EAGAIN && errno != EINTR)
        flow->start = flow->end; /* nobody is there to read it */
}

/* The end of a file is a key on a terminal: Ctrl-D. */
static void pass_end_of_file(struct flow *typed)
{
    if (!typed->ended || !is_empty(typed))
        return;
    typed->data[0] = CTRL_D;
    typed->start = 0;
    typed->end = 1;
}

/* Reads what is typed, as far as it is for the container. False once that was
 * the keys that detach. */
static bool read_typed(struct flow *typed, struct typing *typing,
                       struct keys *keys, const struct terminal *terminal)
{
    char data[PIPE_BUF - MOST_KEYS];
    ssize_t got = read(typed->from, data, sizeof(data));
    const char *message;
    bool stays;

    typed->start = 0;
    typed->ended = got == 0 || (got == -1 && errno != EAGAIN && errno != EINTR);
    stays = hold_keys(typing, data, got > 0 ? (size_t)got : 0, typed->data,
                      &typed->end);
    message = watch_keys(keys, typed->data, typed->end);
    if (message)
        tell_at_terminal(terminal, message);
    pass_end_of_file(typed);
    return stays;
}

/* ---- signals ------------------------------------------------------------- */

static void handle_signals(struct child *child, int *times)
{
    struct signalfd_siginfo info;

    while (read(child->signals, &info, sizeof(info)) == sizeof(info))
        switch (info.ssi_signo) {
        case SIGTSTP:
            stop_until_continued(&child->terminal);
            __attribute__((fallthrough));
        case SIGWINCH:
        case SIGCONT:
            copy_window_size(&child->terminal);
            break;
        default:
            sys_pidfd_send_signal(
                child->pidfd,
                next_signal(&child->terminal, (int)info.ssi_signo, ++*times));
        }
}

/* ---- the loop ------------------------------------------------------------ */

static short if_wanted(bool wanted, short events)
{
    return wanted ? events : 0;
}

/* Nobody in the container has its terminal open (EIO) may change as long as
 * the container lives, so this is not the end, only a pause. */
static bool is_paused(struct flow *shown, bool alive)
{
    bool paused = shown->ended && alive;

    if (paused)
        shown->ended = false;
    return paused;
}

bool watch(struct child *child, bool typing, const char *detach)
{
    int master = child->terminal.master, ready = child->ready, signals = 0;
    struct keys keys = {master, child->pid, child->pidfd, 0};
    struct typing held;
    struct flow typed = {.from = STDIN_FILENO, .to = master};
    struct flow shown = {.from = master, .to = STDOUT_FILENO};
    bool alive = true, paused = false, stays = true;
    size_t left = MOST_LEFT;

    expect_keys(&held, detach);
    typed.ended = master == -1 || !typing;
    shown.ended = master == -1;
    while (stays &&
           (alive || (!shown.ended && left > 0) || !is_empty(&shown))) {
        bool read_master = !paused && is_empty(&shown), was_over = !alive;
        struct pollfd fds[] = {
            {child->signals, POLLIN, 0},
            {alive ? child->pidfd : -1, POLLIN, 0},
            {!typed.ended && is_empty(&typed) ? STDIN_FILENO : -1, POLLIN, 0},
            {is_empty(&shown) ? -1 : STDOUT_FILENO, POLLOUT, 0},
            {paused ? -1 : master,
             (short)(if_wanted(read_master, POLLIN) |
                     if_wanted(!is_empty(&typed), POLLOUT)),
             0},
            {ready, POLLIN, 0},
        };

        if (poll(fds, 6,
                 was_over && read_master ? 0
                 : paused                ? 100
                                         : -1) == -1 &&
            errno != EINTR)
            fail("poll");
        paused = false;
        if (fds[0].revents)
            handle_signals(child, &signals);
        if (fds[1].revents)
            alive = false;
        if (fds[5].revents && hand_on_ready(ready))
            ready = -1;
        if (fds[2].revents)
            stays = read_typed(&typed, &held, &keys, &child->terminal);
        if (fds[3].revents)
            write_from(&shown);
        if (fds[4].revents & POLLOUT)
            write_from(&typed);
        if (fds[4].revents & (POLLIN | POLLHUP | POLLERR) && read_master) {
            read_into(&shown);
            paused = is_paused(&shown, alive);
            if (!alive)
                left -= shown.end < left ? shown.end : left;
        } else if (was_over && read_master) {
            shown.ended = true;
        }
    }
    return stays;
}
