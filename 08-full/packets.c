/* packets.c - one packet, one call. */
#include "packets.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

ssize_t receive_packet(int socket, struct packet *packet)
{
    ssize_t length;

    do
        length = recv(socket, packet, sizeof(*packet), 0);
    while (length == -1 && errno == EINTR);
    if (length == 0)
        errno = EPIPE;
    return length > 0 ? length - 1 : -1;
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
