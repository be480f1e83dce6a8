/* sync.c - the talk between runtime and container, and its failures. */
#include "sync.h"

#include <linux/capability.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base.h"
#include "log.h"

/* The container's end of the socket; -1 in the runtime. */
static int failure_channel = -1;

void make_sync(int end[2])
{
    /* SEQPACKET: a message arrives whole or not at all */
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, end) == -1)
        fail("socketpair");
}

void report_failures_to(int sync)
{
    failure_channel = sync;
}

/* Room for one descriptor beside a message, aligned as the kernel wants it. */
union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
};

static ssize_t send_with(int to, const void *data, size_t size, int fd)
{
    struct iovec text = {(void *)data, size};
    struct msghdr packet = {.msg_iov = &text, .msg_iovlen = 1};
    union control control = {0};

    if (fd != -1) {
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
        packet.msg_control = &control;
        packet.msg_controllen = sizeof(control);
    }
    return sendmsg(to, &packet, MSG_NOSIGNAL);
}

void send_to_socket(const char *what, const char *path, const void *data,
                    size_t size, int fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int stream = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ssize_t sent;

    if (strlen(path) >= sizeof(address.sun_path))
        fail_plainly(NULL, "%s %s: is too long", what, path);
    memcpy(address.sun_path, path, strlen(path));
    if (stream == -1 ||
        connect(stream, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("%s %s", what, path);
    for (const char *rest = data; size > 0; rest += sent) {
        sent = send_with(stream, rest, size, fd);
        if (sent == -1)
            fail("%s %s", what, path);
        size -= (size_t)sent;
        fd = -1; /* it went with the first bytes */
    }
    close(stream);
}

void send_message(int sync, enum message_kind kind, int fd)
{
    struct message message = {.kind = kind, .fd = -1};

    if (send_with(sync, &message, sizeof(message), fd) == -1)
        fail("send to the runtime");
}

void send_process(int sync, pid_t pid)
{
    struct message message = {.kind = MESSAGE_PROCESS, .fd = -1, .pid = pid};

    if (send_with(sync, &message, sizeof(message), -1) == -1)
        fail("send to the runtime");
}

enum message_kind receive_message(int sync, struct message *message)
{
    struct iovec text = {message, sizeof(*message)};
    union control control = {0};
    struct msghdr packet = {.msg_iov = &text,
                            .msg_iovlen = 1,
                            .msg_control = &control,
                            .msg_controllen = sizeof(control)};
    ssize_t got;

    do
        got = recvmsg(sync, &packet, MSG_CMSG_CLOEXEC);
    while (got == -1 && errno == EINTR);
    if (got != sizeof(*message)) {
        message->kind = MESSAGE_CLOSED;
        return MESSAGE_CLOSED;
    }
    message->fd = -1;
    if (packet.msg_controllen >= CMSG_LEN(sizeof(int)) &&
        control.header.cmsg_type == SCM_RIGHTS)
        memcpy(&message->fd, CMSG_DATA(&control.header), sizeof(int));
    message->failure.text[sizeof(message->failure.text) - 1] = '\0';
    message->failure.hint[sizeof(message->failure.hint) - 1] = '\0';
    return message->kind;
}

void send_go(int sync)
{
    /* a process that is gone by now is noticed by the next receive */
    if (send(sync, "", 1, MSG_NOSIGNAL) == -1 && errno != EPIPE)
        fail("send to the container's process");
}

static bool receive_go(int sync)
{
    char byte;
    ssize_t got;

    do
        got = recv(sync, &byte, 1, 0);
    while (got == -1 && errno == EINTR);
    return got == 1;
}

void wait_for_go(int sync)
{
    if (!receive_go(sync))
        _exit(EXIT_STAGE_FAILED);
}

int accept_go(int start)
{
    for (;;) {
        int connection = accept4(start, NULL, NULL, SOCK_CLOEXEC);

        if (connection == -1 && errno != EINTR && errno != ECONNABORTED)
            _exit(EXIT_STAGE_FAILED);
        /* one that ends without a word is no start */
        if (connection != -1 && receive_go(connection))
            return connection;
        if (connection != -1)
            close(connection);
    }
}

/* 0 0 4294967295: all users are the machine's own. */
bool in_user_namespace(void)
{
    char *map = read_file("/proc/self/uid_map");
    unsigned long inside, outside, count;
    bool own = map &&
               sscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3 &&
               (inside != 0 || outside != 0 || count != UINT32_MAX);

    free(map);
    return own;
}

/* Where root is root in name only, that explains EPERM better than the step. */
static const char *privilege_hint(int number)
{
    if (geteuid() != 0 || (number != EPERM && number != EACCES))
        return NULL;
    if (in_user_namespace())
        return "root of a user namespace is not enough: start it as root of "
               "the machine, not in unshare --user or a rootless container";
    if (prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) == 0)
        return "CAP_SYS_ADMIN is missing, as in a container: docker run needs "
               "--privileged, stage-8 needs --cap-add ALL";
    return NULL;
}

/* docker knows by these words of runc's that its own exit status is 127 or
 * 126. */
static const char *logged_error(const struct failure *failure)
{
    if (failure->status == EXIT_NOT_FOUND)
        return "executable file not found";
    if (failure->number == EACCES)
        return "permission denied";
    return strerror(failure->number);
}

static void log_failure(const struct failure *failure)
{
    char *line = failure->number ? format_text("%s: %s (%s)", failure->text,
                                               logged_error(failure),
                                               errno_name(failure->number))
                                 : format_text("%s", failure->text);

    write_log("error", line);
    free(line);
}

void end_with_failure(const struct failure *failure)
{
    const char *hint = *failure->hint ? failure->hint : NULL;

    if (!hint && failure->status == EXIT_STAGE_FAILED)
        hint = privilege_hint(failure->number);
    log_failure(failure);
    errno = failure->number;
    if (failure->number && !hint && failure->status == EXIT_STAGE_FAILED)
        die("%s", failure->text); /* knows hints of its own */
    print_message(failure->text, failure->number, hint);
    exit(failure->status);
}

static noreturn void fail_by(struct message *message)
{
    if (failure_channel == -1)
        end_with_failure(&message->failure);
    send_with(failure_channel, message, sizeof(*message), -1);
    _exit(message->failure.status);
}

static noreturn void fail_formatted(int number, const char *hint,
                                    const char *format, va_list arguments)
{
    struct message message = {.kind = MESSAGE_FAILED, .fd = -1};
    struct failure *failure = &message.failure;

    failure->number = number;
    failure->status = EXIT_STAGE_FAILED;
    vsnprintf(failure->text, sizeof(failure->text), format, arguments);
    snprintf(failure->hint, sizeof(failure->hint), "%s", hint ? hint : "");
    fail_by(&message);
}

void fail(const char *format, ...)
{
    int number = errno;
    va_list arguments;

    va_start(arguments, format);
    fail_formatted(number, NULL, format, arguments);
}

void fail_with_hint(const char *hint, const char *format, ...)
{
    int number = errno;
    va_list arguments;

    va_start(arguments, format);
    fail_formatted(number, hint, format, arguments);
}

void fail_plainly(const char *hint, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fail_formatted(0, hint, format, arguments);
}

static const char *exec_hint(const char *command, int number, bool exists)
{
    if (*command == '-')
        return "flags stand before the image or the container's name; the "
               "command is behind it";
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        if (exists)
            return "the file is there, but not the loader or interpreter it "
                   "names; is it dynamically linked, or does its #! line name "
                   "a missing program?";
        return "the command is looked for in the container's root file "
               "system and PATH";
    case EACCES:
        return "a folder, not executable (chmod +x), or on a file system "
               "mounted noexec";
    case ENOEXEC:
        return "a program for another processor, or a script without a #! "
               "line";
    case E2BIG:
        return "the command line is longer than the kernel takes";
    default:
        return "";
    }
}

void fail_exec(const char *command)
{
    int number = errno;
    bool exists = strchr(command, '/') && access(command, F_OK) == 0;
    struct message message = {.kind = MESSAGE_FAILED, .fd = -1};
    struct failure *failure = &message.failure;

    failure->number = number;
    failure->status = EXIT_STAGE_FAILED;
    if (number == ENOENT || number == ENOTDIR)
        failure->status = EXIT_NOT_FOUND;
    if (number == EACCES || number == ENOEXEC || number == EISDIR)
        failure->status = EXIT_CANNOT_RUN;
    snprintf(failure->text, sizeof(failure->text), "execve %.200s", command);
    snprintf(failure->hint, sizeof(failure->hint), "%s",
             exec_hint(command, number, exists));
    fail_by(&message);
}
