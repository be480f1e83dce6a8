/*
 * packets.h - what a container's monitor and its clients say to each other.
 *
 * A socket of type SOCK_SEQPACKET (unix(7)), "attach" in the record's folder:
 * what is sent in one piece arrives in one piece. The first byte says what it
 * is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum packet_kind {
    /* of a client; the first one is one of these two */
    PACKET_ATTACH = 'a', /* it wants what the container writes from now on */
    PACKET_WAIT = 'w',   /* it wants the end alone */
    PACKET_INPUT = 'i',  /* for standard input, or typed at the terminal */
    PACKET_INPUT_END = 'e',
    PACKET_SIZE = 'z',   /* a struct winsize: its terminal's */
    PACKET_DETACH = 'd', /* its end is not the end of standard input */

    /* of the monitor */
    PACKET_STARTED = 'S', /* the command runs */
    PACKET_OUTPUT = '1',
    PACKET_ERROR = '2',   /* standard error */
    PACKET_MESSAGE = 'm', /* a line of ours */
    PACKET_EXIT = 'x',    /* an int: the exit status */
};

enum { MOST_DATA = 4096 };

struct packet {
    char kind;
    char data[MOST_DATA];
};

/* Receives one. Returns the length of its data, or -1 and errno; EPIPE at the
 * end. */
ssize_t receive_packet(int socket, struct packet *packet);

/* The kind of the one that is received next, which stays; 0 if there is none. */
char next_packet(int socket);

/* Sends one with `length` bytes of data. Returns false on failure: EAGAIN if
 * it would have to wait and `wait` is false; no SIGPIPE. */
bool send_packet(int socket, enum packet_kind kind, const void *data,
                 size_t length, bool wait);

/* Makes a socket for packets in the folder, and listens; or connects to it. The
 * folder is given by its descriptor: a whole path may be too long for an
 * address. -1 and errno if that fails. */
int listen_in(int folder, const char *name);
int connect_in(int folder, const char *name);
