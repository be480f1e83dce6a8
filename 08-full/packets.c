/* packets.c - one packet, one call. */
#include "packets.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "base.h"

ssize_t receive_packet(int socket, struct packet *packet)
{
    ssize_t length;

    /* ECONNRESET, once: the other side has ended with packets of ours unread;
     * what it has sent is still there */
    do
        length = recv(socket, packet, sizeof(*packet), 0);
    while (length == -1 && (errno == EINTR || errno == ECONNRESET));
    if (length == 0)
        errno = EPIPE;
    return length > 0 ? length - 1 : -1;
}

char next_packet(int socket)
{
    char kind;

    return recv(socket, &kind, 1, MSG_PEEK | MSG_DONTWAIT) == 1 ? kind : '\0';
}

bool send_packet(int socket, enum packet_kind kind, const void *data,
                 size_t length, bool wait)
{
    char letter = (char)kind;
    struct iovec parts[] = {{&letter, 1}, {(void *)data, length}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t sent;

    do
        sent =
            sendmsg(socket, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
    while (sent == -1 && errno == EINTR);
    return sent != -1;
}

/* bind(2) or connect(2). */
static int open_socket(int folder, const char *name,
                       int use(int fd, const struct sockaddr *address,
                               socklen_t length))
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), number;

    snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s",
             folder, name);
    if (fd == -1 || use(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    number = errno;
    close(fd);
    errno = number;
    return -1;
}

int listen_in(int folder, const char *name)
{
    int fd = open_socket(folder, name, bind);

    return fd == -1 || listen(fd, 16) == -1 ? -1 : fd;
}

int connect_in(int folder, const char *name)
{
    return open_socket(folder, name, connect);
}
