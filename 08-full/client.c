/* client.c - our streams and the monitor's socket. */
#include "client.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include "base.h"
#include "foreground.h"
#include "keys.h"
#include "packets.h"
#include "state.h"
#include "syscalls.h"
#include "terminal.h"

/* For atexit: the terminal goes back to what it was. */
static struct terminal terminal = {.fd = -1, .master = -1};

static void restore_terminal(void)
{
    leave_raw_mode(&terminal);
}

/* ---- the monitor --------------------------------------------------------------- */

const char attach_socket[] = "attach";

static int read_number(const struct packet *packet)
{
    int number;

    memcpy(&number, packet->data, sizeof(number));
    return number;
}

int wait_for_exit(int socket)
{
    struct packet packet;

    send_packet(socket, PACKET_WAIT, NULL, 0, true);
    while (receive_packet(socket, &packet) >= 0)
        if (packet.kind == PACKET_EXIT)
            return read_number(&packet);
    return -1;
}

/* ---- signals ---------------------------------------------------------------------- */

bool get_own_size(struct winsize *size)
{
    for (int stream = 0; stream <= STDERR_FILENO; stream++)
        if (ioctl(stream, TIOCGWINSZ, size) == 0) {
            /* in config.json it has no pixels: it would change at once */
            size->ws_xpixel = size->ws_ypixel = 0;
            return true;
        }
    return false;
}

static void send_size(int socket)
{
    struct winsize size;

    if (get_own_size(&size))
        send_packet(socket, PACKET_SIZE, &size, sizeof(size), true);
}

/* Not by the monitor: it hears us no sooner than the container reads. */
static void signal_container(const struct record *record, int number)
{
    struct state state;
    int pidfd;

    if (!look_at_state(&state, default_state_root(), record->id))
        return;
    pidfd = open_state_process(&state);
    if (pidfd != -1) {
        sys_pidfd_send_signal(pidfd, number);
        close(pidfd);
    }
    close(state.folder);
}

/* ---- the loop ----------------------------------------------------------------------- */

/* From now until the end. */
struct talk {
    const struct attachment *to;
    struct typing typing;
    int signals, times; /* signalfd(2); how many there were */
    bool input_ended;
    bool lost; /* what the container wrote could not be written on */
    int exit_status;
};

static void handle_signals(struct talk *talk)
{
    const struct attachment *to = talk->to;
    struct signalfd_siginfo info;

    while (read(talk->signals, &info, sizeof(info)) == sizeof(info))
        switch (info.ssi_signo) {
        case SIGTSTP:
            stop_until_continued(&terminal);
            __attribute__((fallthrough));
        case SIGWINCH:
        case SIGCONT:
            send_size(to->socket);
            break;
        default:
            /* our terminal is gone: that is no word to the container's */
            if (!to->signals || (to->terminal && info.ssi_signo == SIGHUP))
                exit(128 + (int)info.ssi_signo);
            signal_container(
                to->signals,
                next_signal(&terminal, (int)info.ssi_signo, ++talk->times));
        }
}

/* Who reads it may be slow: signals are heard meanwhile. A write of a packet to
 * what poll(2) calls writable does not block. */
static void write_all(struct talk *talk, int fd, const char *data,
                      size_t length)
{
    while (length > 0) {
        struct pollfd fds[] = {{talk->signals, POLLIN, 0}, {fd, POLLOUT, 0}};
        ssize_t put;

        if (poll(fds, 2, -1) == -1 && errno != EINTR)
            fail("poll");
        if (fds[0].revents)
            handle_signals(talk);
        put = fds[1].revents ? write(fd, data, length) : 0;
        if (put == -1 && errno != EAGAIN && errno != EINTR) {
            /* but for a reader who has gone, a disk is full, say */
            if (errno != EPIPE && errno != EIO && !talk->lost) {
                talk->lost = true;
                warn("%s is lost: %s",
                     fd == STDOUT_FILENO ? "its output" : "its stderr",
                     strerror(errno));
            }
            return;
        }
        if (put > 0) {
            data += put;
            length -= (size_t)put;
        }
    }
}

/* False at the container's end. */
static bool show(struct talk *talk, const struct packet *packet, size_t length)
{
    switch (packet->kind) {
    case PACKET_OUTPUT:
        write_all(talk, STDOUT_FILENO, packet->data, length);
        return true;
    case PACKET_ERROR:
        write_all(talk, STDERR_FILENO, packet->data, length);
        return true;
    case PACKET_MESSAGE:
        /* in raw mode the terminal does not make "\r\n" of "\n" */
        fprintf(stderr, "%.*s%s\n", (int)length, packet->data,
                terminal.raw ? "\r" : "");
        return true;
    case PACKET_EXIT:
        talk->exit_status = read_number(packet);
        return false;
    default:
        return true;
    }
}

/* False once the user has typed the keys that detach. */
static bool pass_input(struct talk *talk)
{
    int socket = talk->to->socket;
    char typed[MOST_DATA - MOST_KEYS], data[MOST_DATA];
    ssize_t got = read(STDIN_FILENO, typed, sizeof(typed));
    size_t filled;

    if (got > 0) {
        bool stays =
            hold_keys(&talk->typing, typed, (size_t)got, data, &filled);

        if (filled)
            send_packet(socket, PACKET_INPUT, data, filled, true);
        if (!stays) {
            send_packet(socket, PACKET_DETACH, NULL, 0, true);
            return false;
        }
    }
    if (got == 0 || (got == -1 && errno != EAGAIN && errno != EINTR)) {
        if (terminal.raw) /* Ctrl-D is a key there: it was hung up */
            exit(128 + SIGHUP);
        send_packet(socket, PACKET_INPUT_END, NULL, 0, true);
        talk->input_ended = true;
    }
    return true;
}

static bool is_full(int socket)
{
    struct pollfd room = {socket, POLLOUT, 0};

    return poll(&room, 1, 0) == 0;
}

/* A container that does not read now may want to write first: nothing more is
 * sent to it then, or both sides would wait for each other. */
static int copy_until_end(struct talk *talk)
{
    int socket = talk->to->socket;
    struct packet packet;

    for (;;) {
        bool full = !talk->input_ended && is_full(socket);
        struct pollfd fds[] = {
            {talk->signals, POLLIN, 0},
            {socket, (short)(POLLIN | (full ? POLLOUT : 0)), 0},
            {full || talk->input_ended ? -1 : STDIN_FILENO, POLLIN, 0}};
        ssize_t length;

        if (poll(fds, 3, -1) == -1 && errno != EINTR)
            fail("poll");
        if (fds[0].revents)
            handle_signals(talk);
        if (fds[1].revents & ~POLLOUT) {
            length = receive_packet(socket, &packet);
            if (length < 0) {
                warn("the container's monitor is gone");
                return EXIT_STAGE_FAILED;
            }
            if (!show(talk, &packet, (size_t)length))
                return talk->exit_status;
        }
        if (fds[2].revents && !pass_input(talk))
            return 0;
    }
}

int attend_container(const struct attachment *to)
{
    struct talk talk = {.to = to,
                        .signals = open_signals(to->terminal),
                        .input_ended = !to->input};
    int exit_status;

    if (atexit(restore_terminal) != 0)
        fail("atexit");
    if (to->terminal) {
        expect_keys(&talk.typing, to->detach);
        send_size(to->socket);
        open_terminal(&terminal, -1, to->input);
    }
    exit_status = copy_until_end(&talk);
    leave_raw_mode(&terminal);
    return talk.lost ? EXIT_STAGE_FAILED : exit_status;
}
