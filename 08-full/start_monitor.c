/* start_monitor.c - the monitor's beginning, on its caller's side. */
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base.h"
#include "monitor.h"
#include "packets.h"

/* Moves the two to the numbers that the monitor expects. */
static void place_descriptors(int socket, int lock)
{
    enum { FREE_FD = LOCK_FD + 1 };
    /* neither may be in the other's place */
    int high_socket = fcntl(socket, F_DUPFD, FREE_FD);
    int high_lock = fcntl(lock, F_DUPFD, FREE_FD);

    if (high_socket == -1 || high_lock == -1 ||
        dup2(high_socket, CLIENT_FD) == -1 || dup2(high_lock, LOCK_FD) == -1)
        fail("dup2");
    closefrom(FREE_FD);
}

/* Nothing of the caller's holds it: no terminal, no pipe, no folder. */
static noreturn void become_monitor(const struct record *record, int socket,
                                    const struct winsize *size)
{
    char *store = format_text("%s/../..", record->path);
    char *data_root = realpath(store, NULL);
    char *words[9] = {program_invocation_short_name, MONITOR_WORD, "--client"};
    int count = 3, null = open("/dev/null", O_RDWR | O_CLOEXEC);

    begin_child();
    if (setsid() == -1)
        fail("setsid");
    if (null == -1 || dup2(null, STDIN_FILENO) == -1 ||
        dup2(null, STDOUT_FILENO) == -1)
        fail("open /dev/null");
    if (!data_root)
        fail("realpath %s", store);
    place_descriptors(socket, record->folder);
    if (size) {
        words[count++] = "--size";
        words[count++] = format_text("%hux%hu", size->ws_row, size->ws_col);
    }
    if (explaining)
        words[count++] = "--explain";
    words[count++] = data_root;
    words[count] = record->id;
    execv("/proc/self/exe", words);
    fail("execve our own file anew");
}

struct monitor start_monitor(struct record *record, bool attached,
                             const struct winsize *size)
{
    struct monitor monitor;
    int end[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, end) == -1)
        fail("socketpair");
    fflush(NULL);
    monitor.pid = fork();
    if (monitor.pid == -1)
        fail("fork the monitor");
    if (monitor.pid == 0)
        become_monitor(record, end[1], size);
    close(end[1]);
    /* the lock is of the open file, which only the monitor keeps; --rm may have
     * removed the folder already */
    close(record->folder);
    record->folder = open_folder(AT_FDCWD, record->path);
    monitor.socket = end[0];
    send_packet(end[0], attached ? PACKET_ATTACH : PACKET_WAIT, NULL, 0, true);
    if (!attached)
        send_packet(end[0], PACKET_DETACH, NULL, 0, true);
    return monitor;
}

int wait_until_started(const struct monitor *monitor)
{
    struct packet packet;
    int status;

    while (receive_packet(monitor->socket, &packet) >= 0)
        if (packet.kind == PACKET_STARTED)
            return 0;
    while (waitpid(monitor->pid, &status, 0) == -1)
        if (errno != EINTR)
            fail("waitpid %d", (int)monitor->pid);
    return WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status)
                                                    : EXIT_STAGE_FAILED;
}
