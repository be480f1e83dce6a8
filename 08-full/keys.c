/* keys.c - keys that would do nothing. */
#include "keys.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "base.h"
#include "syscalls.h"

enum { CTRL_C = 'C' - '@' };

static bool catches(pid_t pid, int number)
{
    static const char key[] = "\nSigCgt:";
    char *status = read_path("/proc/%d/status", (int)pid);
    char *line = status ? strstr(status, key) : NULL;
    uint64_t caught =
        line ? strtoull(line + sizeof(key) - 1, NULL, 16) : UINT64_MAX;

    free(status);
    return caught >> (number - 1) & 1;
}

/* True if Ctrl-C now makes a SIGINT for the container's pid 1 and its group,
 * which does not get it. A shell catches it, or has given the foreground to
 * another group; an editor reads keys, not lines. */
static bool is_ctrl_c_lost(const struct keys *keys)
{
    struct termios modes;
    pid_t foreground;

    /* asked of the master, both are about the container's side */
    return tcgetattr(keys->master, &modes) == 0 && modes.c_lflag & ISIG &&
           modes.c_lflag & ICANON && modes.c_cc[VINTR] == CTRL_C &&
           ioctl(keys->master, TIOCGPGRP, &foreground) == 0 &&
           foreground == getpgid(keys->pid) && !catches(keys->pid, SIGINT);
}

const char *watch_keys(struct keys *keys, const char *typed, size_t length)
{
    const char *message = NULL;

    for (size_t i = 0; i < length; i++) {
        bool lost = typed[i] == CTRL_C && is_ctrl_c_lost(keys);

        keys->lost = lost ? keys->lost + 1 : 0;
        if (keys->lost == 2)
            message = "the command is still running; one more Ctrl-C kills it";
        if (keys->lost != 3)
            continue;
        message = "third Ctrl-C: killing the command";
        sys_pidfd_send_signal(keys->pidfd, SIGKILL);
    }
    return message;
}
