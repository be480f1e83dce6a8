/* client.c - our streams and the monitor's socket. */
#include "client.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "base.h"
#include "foreground.h"
#include "keys.h"
#include "packets.h"
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

static void handle_signals(const struct attachment *to, int signals, int *times)
{
    struct signalfd_siginfo info;
    int number;

    while (read(signals, &info, sizeof(info)) == sizeof(info))
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
            number = next_signal(&terminal, (int)info.ssi_signo, ++*times);
            send_packet(to->socket, PACKET_SIGNAL, &number, sizeof(number),
                        true);
        }
}

/* ---- the loop ----------------------------------------------------------------------- */

static void write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t put = write(fd, data, length);

        if (put == -1 && errno == EAGAIN) {
            struct pollfd ready = {fd, POLLOUT, 0};

            poll(&ready, 1, -1);
        } else if (put == -1 && errno != EINTR) {
            return; /* nobody is there to read it */
        } else if (put > 0) {
            data += put;
            length -= (size_t)put;
        }
    }
}

/* False at the container's end. */
static bool show(const struct packet *packet, size_t length, int *exit_status)
{
    switch (packet->kind) {
    case PACKET_OUTPUT:
        write_all(STDOUT_FILENO, packet->data, length);
        return true;
    case PACKET_ERROR:
        write_all(STDERR_FILENO, packet->data, length);
        return true;
    case PACKET_MESSAGE:
        /* in raw mode the terminal does not make "\r\n" of "\n" */
        fprintf(stderr, "%.*s%s\n", (int)length, packet->data,
                terminal.raw ? "\r" : "");
        return true;
    case PACKET_EXIT:
        *exit_status = read_number(packet);
        return false;
    default:
        return true;
    }
}

/* False once the user has typed the keys that detach. */
static bool pass_input(const struct attachment *to, struct typing *typing,
                       bool *ended)
{
    char typed[MOST_DATA - MOST_KEYS], data[MOST_DATA];
    ssize_t got = read(STDIN_FILENO, typed, sizeof(typed));
    size_t filled;

    if (got > 0) {
        bool stays = hold_keys(typing, typed, (size_t)got, data, &filled);

        if (filled)
            send_packet(to->socket, PACKET_INPUT, data, filled, true);
        if (!stays) {
            send_packet(to->socket, PACKET_DETACH, NULL, 0, true);
            return false;
        }
    }
    if (got == 0 || (got == -1 && errno != EAGAIN && errno != EINTR)) {
        if (terminal.raw) /* Ctrl-D is a key there: it was hung up */
            exit(128 + SIGHUP);
        send_packet(to->socket, PACKET_INPUT_END, NULL, 0, true);
        *ended = true;
    }
    return true;
}

static int copy_until_end(const struct attachment *to, int signals,
                          struct typing *typing)
{
    struct packet packet;
    bool ended = !to->input;
    int times = 0, exit_status = 0;

    for (;;) {
        struct pollfd fds[] = {{signals, POLLIN, 0},
                               {to->socket, POLLIN, 0},
                               {ended ? -1 : STDIN_FILENO, POLLIN, 0}};
        ssize_t length;

        if (poll(fds, 3, -1) == -1 && errno != EINTR)
            fail("poll");
        if (fds[0].revents)
            handle_signals(to, signals, &times);
        if (fds[1].revents) {
            length = receive_packet(to->socket, &packet);
            if (length < 0) {
                warn("the container's monitor is gone");
                return EXIT_STAGE_FAILED;
            }
            if (!show(&packet, (size_t)length, &exit_status))
                return exit_status;
        }
        if (fds[2].revents && !pass_input(to, typing, &ended))
            return 0;
    }
}

int attend_container(const struct attachment *to)
{
    struct typing typing = {0};
    int signals = open_signals(to->terminal), exit_status;

    if (atexit(restore_terminal) != 0)
        fail("atexit");
    if (to->terminal) {
        expect_keys(&typing, to->detach);
        send_size(to->socket);
        open_terminal(&terminal, -1, to->input);
    }
    exit_status = copy_until_end(to, signals, &typing);
    leave_raw_mode(&terminal);
    return exit_status;
}
