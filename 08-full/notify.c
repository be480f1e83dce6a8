/* notify.c - from the container's socket to the caller's. */
#include "notify.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base.h"

static const char folder_name[] = "notify";
static const char socket_name[] = "notify/notify";
static const char variable[] = "NOTIFY_SOCKET";
static const char ready[] = "READY=1";

bool add_notify_socket(struct config *config, const char *root, const char *id)
{
    /* the container could fill the host's /run */
    static const char *const options[] = {"bind",   "ro",    "nosuid",
                                          "noexec", "nodev", NULL};
    const char *path = getenv(variable);

    if (!path || !*path || !config->process.args[0])
        return false;
    if (*path != '/') /* "@...": it is in no folder */
        path = "/run/notify";
    add_mount(config,
              &(struct mount){
                  .destination = path,
                  .type = "bind",
                  .source = format_text("%s/%s/%s", root, id, folder_name),
                  .options = options,
              });
    set_environment(config, format_text("%s=%s/notify", variable, path));
    return true;
}

void make_notify_folder(const struct state *state)
{
    if (mkdirat(state->folder, folder_name, 0755) == -1)
        fail("mkdir %s/%s", state->path, folder_name);
}

void remove_notify_folder(const struct state *state)
{
    unlinkat(state->folder, socket_name, 0);
    unlinkat(state->folder, folder_name, AT_REMOVEDIR);
}

int listen_for_ready(const struct state *state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *caller = getenv(variable);
    int fd;

    if (!caller || !*caller ||
        faccessat(state->folder, folder_name, F_OK, 0) == -1)
        return -1;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s",
             state->folder, socket_name);
    unlinkat(state->folder, socket_name, 0);
    if (fd == -1 ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
        /* for every user inside */
        fchmodat(state->folder, socket_name, 0777, 0) == -1)
        fail("make the socket %s/%s", state->path, socket_name);
    return fd;
}

static void notify_caller(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *caller = getenv(variable);
    size_t length = caller ? strlen(caller) : 0;
    int fd;

    if (!length)
        return;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (length < sizeof(address.sun_path))
        memcpy(address.sun_path, caller, length);
    if (*caller == '@')
        address.sun_path[0] = '\0';
    if (fd == -1 ||
        sendto(
            fd, ready, strlen(ready), MSG_NOSIGNAL, (struct sockaddr *)&address,
            (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) == -1)
        warn("cannot tell %s=%s that the container is ready: %s", variable,
             caller, strerror(errno));
    close(fd);
}

bool hand_on_ready(int socket)
{
    char text[4096], *rest = text, *line;
    ssize_t length = recv(socket, text, sizeof(text) - 1, 0);

    text[length > 0 ? length : 0] = '\0';
    while ((line = strsep(&rest, "\n"))) {
        if (strcmp(line, ready) != 0)
            continue;
        notify_caller();
        close(socket);
        return true;
    }
    return false;
}

void wait_until_ready(int socket, int pidfd)
{
    struct pollfd fds[] = {{socket, POLLIN, 0}, {pidfd, POLLIN, 0}};

    while (socket != -1) {
        if (poll(fds, 2, -1) == -1 && errno != EINTR)
            fail("poll");
        /* its last words before its end */
        if ((fds[0].revents && hand_on_ready(socket)) || fds[1].revents)
            return;
    }
}
