/* streams.c - one loop over a container's streams and its clients. */
#include "streams.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>

#include "base.h"
#include "client.h"
#include "container.h"
#include "container_log.h"
#include "keys.h"
#include "record_config.h"
#include "syscalls.h"

/* So many seconds a full disk may keep a container's last words from its log. */
enum { PATIENCE = 5 };

enum { MOST_CLIENTS = 16, CTRL_D = 'D' - '@' };

struct client {
    int socket;    /* -1: none */
    bool attached; /* gets what the container writes */
    bool behind;   /* did not take the last of it yet */
    bool feeding;  /* its end is that of the container's standard input */
    bool waiting;  /* what it says next is input, for which there is no room */
};

/* A monitor has one container. */
static struct {
    int listener;
    struct client clients[MOST_CLIENTS];

    int terminal;   /* its master, or -1 */
    int input;      /* where standard input is written to; -1: nowhere */
    int outputs[2]; /* standard output (or the terminal), error; -1: ended */
    int ends[3];    /* the container's */
    struct keys keys;

    struct container_log log;
    struct packet shown;         /* what the clients get */
    bool unlogged;               /* there was no room for it in the log */
    size_t shown_length, logged; /* so much of it is in the log */
    char typed[MOST_DATA];       /* what the container gets */
    size_t typed_start, typed_end;
    bool typed_ends; /* and then no more */
} self = {
    .listener = -1,
    .terminal = -1,
    .input = -1,
    .outputs = {-1, -1},
    .ends = {-1, -1, -1},
    .clients = {[0 ... MOST_CLIENTS - 1] = {.socket = -1}},
};

/* ---- clients ------------------------------------------------------------------ */

static void set_behind(bool behind)
{
    for (int i = 0; i < MOST_CLIENTS; i++)
        self.clients[i].behind = behind && self.clients[i].attached;
}

static bool is_anybody_behind(void)
{
    if (self.logged < self.shown_length)
        return true;
    for (int i = 0; i < MOST_CLIENTS; i++)
        if (self.clients[i].behind)
            return true;
    return false;
}

static void add_client(int socket, bool feeding)
{
    static const char full[] = "too many clients are attached";

    for (int i = 0; i < MOST_CLIENTS; i++)
        if (self.clients[i].socket == -1) {
            self.clients[i] =
                (struct client){.socket = socket, .feeding = feeding};
            return;
        }
    send_packet(socket, PACKET_MESSAGE, full, sizeof(full) - 1, false);
    close(socket);
}

static void end_input(void)
{
    self.typed_ends = true;
}

static void drop_client(struct client *client)
{
    /* on a terminal only a key ends it */
    if (client->feeding && self.terminal == -1)
        end_input();
    close(client->socket);
    *client = (struct client){.socket = -1};
}

void tell_clients(enum packet_kind kind, const void *data, size_t length)
{
    for (int i = 0; i < MOST_CLIENTS; i++)
        if (self.clients[i].socket != -1)
            send_packet(self.clients[i].socket, kind, data, length, false);
}

static void tell_message(const char *message)
{
    char *line = format_text("%s: %s", program_invocation_short_name, message);

    tell_clients(PACKET_MESSAGE, line, strlen(line));
    free(line);
}

/* Gives the client what the container wrote last. */
static void show(struct client *client)
{
    client->behind = !send_packet(client->socket, (unsigned)self.shown.kind,
                                  self.shown.data, self.shown_length, false) &&
                     errno == EAGAIN;
}

static void type(const char *data, size_t length)
{
    const char *message = NULL;

    if (self.input == -1)
        return;
    memcpy(self.typed, data, length);
    self.typed_start = 0;
    self.typed_end = length;
    if (self.terminal != -1)
        message = watch_keys(&self.keys, data, length);
    if (message)
        tell_message(message);
}

static void use_packet(struct client *client, const struct packet *packet,
                       size_t length)
{
    switch (packet->kind) {
    case PACKET_ATTACH:
        client->attached = true;
        break;
    case PACKET_INPUT:
        type(packet->data, length);
        break;
    case PACKET_INPUT_END:
        end_input();
        break;
    case PACKET_DETACH:
        client->feeding = false;
        break;
    case PACKET_SIZE:
        if (self.terminal != -1 && length == sizeof(struct winsize))
            ioctl(self.terminal, TIOCSWINSZ, packet->data);
        break;
    default: /* PACKET_WAIT: nothing until the end */
        break;
    }
}

/* Who comes to look on is heard also while input waits. */
static void hear_client(struct client *client)
{
    struct packet packet;
    ssize_t length;

    client->waiting = self.typed_start < self.typed_end &&
                      next_packet(client->socket) == PACKET_INPUT;
    if (client->waiting)
        return;
    length = receive_packet(client->socket, &packet);
    if (length >= 0)
        use_packet(client, &packet, (size_t)length);
    else
        drop_client(client);
}

/* ---- the container's streams --------------------------------------------------- */

static void close_stream(int *fd)
{
    if (*fd != -1)
        close(*fd);
    *fd = -1;
}

/* Writes what was typed, as far as it is taken. */
static void write_input(void)
{
    ssize_t put = write(self.input, self.typed + self.typed_start,
                        self.typed_end - self.typed_start);

    if (put > 0) {
        self.typed_start += (size_t)put;
    } else if (put == -1 && errno != EAGAIN && errno != EINTR) {
        /* nobody reads it any more, and what comes next is for nobody */
        close_stream(&self.input);
        self.typed_start = self.typed_end;
    }
}

/* On a terminal the end of a file is a key: Ctrl-D. */
static void pass_end_of_input(void)
{
    if (!self.typed_ends || self.typed_start != self.typed_end)
        return;
    self.typed_ends = false;
    if (self.terminal == -1) {
        close_stream(&self.input);
        return;
    }
    self.typed[0] = CTRL_D;
    self.typed_start = 0;
    self.typed_end = 1;
}

/* On a full disk the log takes less, and no more is read until it has all. */
static void log_shown(void)
{
    if (self.unlogged) {
        self.logged = self.shown_length;
        return;
    }
    self.logged += write_container_log(
        &self.log,
        self.shown.kind == PACKET_OUTPUT ? CONTAINER_STDOUT : CONTAINER_STDERR,
        self.shown.data + self.logged, self.shown_length - self.logged);
}

/* Returns false if there is nothing to read now; a stream that has ended is
 * closed. */
static bool read_output(int which)
{
    ssize_t got =
        read(self.outputs[which], self.shown.data, sizeof(self.shown.data));

    if (got == -1 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (got <= 0) {
        /* EIO of a terminal: nobody has it open, for now */
        if (self.terminal == -1)
            close_stream(&self.outputs[which]);
        return false;
    }
    self.shown.kind = which == 0 ? PACKET_OUTPUT : PACKET_ERROR;
    self.shown_length = (size_t)got;
    self.logged = 0;
    log_shown();
    set_behind(true);
    for (int i = 0; i < MOST_CLIENTS; i++)
        if (self.clients[i].behind)
            show(&self.clients[i]);
    return true;
}

/* The container has ended, and its status is worth more than its last words; the
 * disk may be full of what it has written itself. */
static void give_up_log(void)
{
    tell_message("there is no room for the log: its end is missing");
    self.unlogged = true;
    self.logged = self.shown_length;
}

/* ---- the loop -------------------------------------------------------------------- */

/* Those that have not taken what the container wrote last: it has ended, and
 * somebody waits for us. */
static void drop_who_is_behind(void)
{
    for (int i = 0; i < MOST_CLIENTS; i++)
        if (self.clients[i].behind)
            drop_client(&self.clients[i]);
}

/* SIGTERM is what a machine sends that is shut down, and what "stop" and "rm"
 * send that do not want to wait for a client. */
static void handle_signals(int signals, int stop_signal, bool alive)
{
    struct signalfd_siginfo info;

    while (read(signals, &info, sizeof(info)) == sizeof(info))
        if (info.ssi_signo != SIGTERM && info.ssi_signo != SIGINT)
            continue;
        else if (alive)
            sys_pidfd_send_signal(self.keys.pidfd, stop_signal);
        else
            drop_who_is_behind();
}

enum {
    SIGNALS,
    END,
    LISTENER,
    INPUT,
    OUTPUT,
    ERROR,
    CLIENTS,
    DESCRIPTORS = CLIENTS + MOST_CLIENTS
};

/* Who is not ready to take holds back who gives. */
static void fill_in(struct pollfd *fds, int signals, bool alive, bool paused)
{
    bool taken = self.typed_start == self.typed_end;
    bool reading = !is_anybody_behind() && !paused;

    fds[SIGNALS] = (struct pollfd){signals, POLLIN, 0};
    fds[END] = (struct pollfd){alive ? self.keys.pidfd : -1, POLLIN, 0};
    fds[LISTENER] = (struct pollfd){self.listener, POLLIN, 0};
    fds[INPUT] = (struct pollfd){taken ? -1 : self.input, POLLOUT, 0};
    fds[OUTPUT] = (struct pollfd){reading ? self.outputs[0] : -1, POLLIN, 0};
    fds[ERROR] = (struct pollfd){reading ? self.outputs[1] : -1, POLLIN, 0};
    for (int i = 0; i < MOST_CLIENTS; i++) {
        const struct client *client = &self.clients[i];
        short events = taken || !client->waiting ? POLLIN : 0;

        if (client->behind)
            events |= POLLOUT;
        fds[CLIENTS + i] =
            (struct pollfd){events ? client->socket : -1, events, 0};
    }
}

/* What is in the pipes after the end was written before it. Returns false if
 * there may be more, for which a client or the log has no room. */
static bool drain(void)
{
    for (int which = 0; which < 2; which++)
        while (self.outputs[which] != -1) {
            if (is_anybody_behind())
                return false;
            if (!read_output(which))
                break;
        }
    return !is_anybody_behind();
}

static void serve_clients(const struct pollfd *fds)
{
    for (int i = 0; i < MOST_CLIENTS; i++) {
        struct client *client = &self.clients[i];
        short events = fds[CLIENTS + i].revents;

        if (client->socket == -1 || fds[CLIENTS + i].fd != client->socket)
            continue;
        if (events & POLLOUT && client->behind)
            show(client);
        /* one packet at a time: what it brings may have to wait */
        if (events & POLLIN)
            hear_client(client);
        else if (events & (POLLHUP | POLLERR) && !(events & POLLIN))
            drop_client(client);
    }
}

static void accept_client(void)
{
    int socket = accept4(self.listener, NULL, NULL, SOCK_CLOEXEC);

    if (socket != -1)
        add_client(socket, false);
}

static void serve(int signals, int stop_signal)
{
    struct pollfd fds[DESCRIPTORS];
    bool alive = true, paused = false;
    time_t end = 0;

    while (alive || !drain()) {
        bool full = self.logged < self.shown_length;

        if (full && !alive && time(NULL) - end >= PATIENCE)
            give_up_log();
        fill_in(fds, signals, alive, paused);
        if (poll(fds, DESCRIPTORS,
                 paused ? 100
                 : full ? 1000
                        : -1) == -1 &&
            errno != EINTR)
            fail("poll");
        paused = false;
        if (full)
            log_shown();
        if (fds[SIGNALS].revents)
            handle_signals(signals, stop_signal, alive);
        if (fds[END].revents) {
            alive = false;
            end = time(NULL);
            kill_survivors();
        }
        if (fds[LISTENER].revents)
            accept_client();
        if (fds[INPUT].revents)
            write_input();
        for (int which = 0; which < 2; which++)
            if (fds[OUTPUT + which].revents && !is_anybody_behind() &&
                self.outputs[which] != -1 && !read_output(which))
                /* a terminal that nobody has open is always "readable" */
                paused = self.terminal != -1;
        serve_clients(fds);
        pass_end_of_input();
    }
}

static void make_pipe(int stream, int *ours)
{
    int end[2], write_end = stream == STDIN_FILENO ? 0 : 1;

    if (pipe2(end, O_CLOEXEC) == -1)
        fail("pipe2");
    self.ends[stream] = end[write_end];
    *ours = end[1 - write_end];
    if (fcntl(*ours, F_SETFL, O_NONBLOCK) == -1)
        fail("fcntl O_NONBLOCK");
}

const int *make_streams(const struct process *process)
{
    if (process->terminal)
        return NULL;
    self.ends[STDIN_FILENO] = STDIN_FILENO; /* /dev/null */
    if (process->stdin_open)
        make_pipe(STDIN_FILENO, &self.input);
    make_pipe(STDOUT_FILENO, &self.outputs[0]);
    make_pipe(STDERR_FILENO, &self.outputs[1]);
    return self.ends;
}

void add_first_client(int socket)
{
    add_client(socket, true);
    /* before the container writes anything it says what it wants */
    hear_client(&self.clients[0]);
}

void listen_for_clients(const struct record *record)
{
    unlinkat(record->folder, attach_socket, 0);
    self.listener = listen_in(record->folder, attach_socket);
    if (self.listener == -1)
        fail("listen on %s/%s", record->path, attach_socket);
    open_log_of(record, &self.log);
}

static void use_child(const struct child *first, bool input)
{
    self.terminal = first->terminal.master;
    self.keys = (struct keys){self.terminal, first->pid, first->pidfd, 0};
    for (int i = 0; i < 3; i++)
        if (self.ends[i] > STDERR_FILENO)
            close_stream(&self.ends[i]);
    if (self.terminal == -1)
        return;
    self.outputs[0] = self.terminal;
    if (input)
        self.input = self.terminal;
}

void serve_streams(const struct child *first, bool input, int stop_signal)
{
    use_child(first, input);
    tell_clients(PACKET_STARTED, NULL, 0);
    /* the container may close its standard input at any time */
    signal(SIGPIPE, SIG_IGN);
    serve(first->signals, stop_signal);
    signal(SIGPIPE, SIG_DFL); /* for hooks, and the next run */
    for (int i = 0; !close_container_log(&self.log) && i < PATIENCE; i++)
        sleep(1);
}
