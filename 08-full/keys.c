/* keys.c - keys that detach, and keys that would do nothing. */
#include "keys.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "base.h"
#include "syscalls.h"

/* ---- those that detach ------------------------------------------------------ */

/* "a", "ctrl-a", "ctrl-[" ...; -1 for what is none. */
static int read_key(const char *text, size_t length)
{
    if (length == 1)
        return *text;
    if (length != 6 || strncmp(text, "ctrl-", 5) != 0)
        return -1;
    if (text[5] >= 'a' && text[5] <= 'z')
        return text[5] - 'a' + 1;
    return text[5] >= '@' && text[5] <= '_' ? text[5] - '@' : -1;
}

/* Returns their number, or -1. */
static int read_keys(const char *text, char *keys)
{
    int count = 0;

    while (*text) {
        size_t length = strcspn(text, ",");
        int key = read_key(text, length);

        if (key == -1 || count == MOST_KEYS)
            return -1;
        keys[count++] = (char)key;
        text += length + (text[length] == ',');
    }
    return count;
}

const char *parse_detach_keys(const char *text, void *value)
{
    char keys[MOST_KEYS];

    *(const char **)value = text;
    return read_keys(text, keys) == -1
             ? "keys such as ctrl-p,ctrl-q, or ctrl-@ and a"
             : NULL;
}

void expect_keys(struct typing *typing, const char *text)
{
    typing->count = read_keys(text ? text : "ctrl-p,ctrl-q", typing->keys);
    typing->seen = 0;
}

bool hold_keys(struct typing *typing, const char *typed, size_t length,
               char *data, size_t *filled)
{
    *filled = 0;
    for (size_t i = 0; i < length; i++) {
        if (typing->count && typed[i] == typing->keys[typing->seen]) {
            if (++typing->seen == typing->count)
                return false;
            continue;
        }
        /* they were meant as they are */
        memcpy(data + *filled, typing->keys, (size_t)typing->seen);
        *filled += (size_t)typing->seen;
        typing->seen = typing->count && typed[i] == typing->keys[0];
        if (!typing->seen)
            data[(*filled)++] = typed[i];
    }
    return true;
}

/* ---- Ctrl-C -------------------------------------------------------------------- */

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
