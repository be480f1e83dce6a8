/* terminal.c - the caller's terminal: raw mode, size. */
#include "terminal.h"

#include <signal.h>
#include <sys/ioctl.h>

#include "base.h"

void require_terminal(bool wanted)
{
    if (wanted && !isatty(STDIN_FILENO))
        fail_plainly("-i alone reads from a pipe or a file",
                     "the input device is not a TTY");
}

void copy_window_size(const struct terminal *terminal)
{
    struct winsize size;

    if (terminal->fd != -1 && ioctl(terminal->fd, TIOCGWINSZ, &size) == 0)
        ioctl(terminal->master, TIOCSWINSZ, &size);
}

static void enter_raw_mode(struct terminal *terminal)
{
    struct termios raw;

    if (terminal->fd == -1 || terminal->raw ||
        tcgetattr(terminal->fd, &terminal->former) == -1)
        return;
    raw = terminal->former;
    cfmakeraw(&raw);
    terminal->raw = tcsetattr(terminal->fd, TCSADRAIN, &raw) == 0;
}

void leave_raw_mode(struct terminal *terminal)
{
    sigset_t ttou, former;

    if (!terminal->raw)
        return;
    /* from the background this would stop us */
    sigemptyset(&ttou);
    sigaddset(&ttou, SIGTTOU);
    sigprocmask(SIG_BLOCK, &ttou, &former);
    tcsetattr(terminal->fd, TCSADRAIN, &terminal->former);
    sigprocmask(SIG_SETMASK, &former, NULL);
    terminal->raw = false;
}

void open_terminal(struct terminal *terminal, int master, bool typing)
{
    terminal->master = master;
    terminal->fd = -1;
    for (int stream = 0; stream <= STDERR_FILENO && terminal->fd == -1;
         stream++)
        if (isatty(stream))
            terminal->fd = stream;
    copy_window_size(terminal);
    if (typing && terminal->fd == STDIN_FILENO)
        enter_raw_mode(terminal);
}

void tell_at_terminal(const struct terminal *terminal, const char *message)
{
    warn("%s%s", message, terminal->raw && isatty(STDERR_FILENO) ? "\r" : "");
}

void stop_until_continued(struct terminal *terminal)
{
    bool raw = terminal->raw;

    leave_raw_mode(terminal);
    kill(getpid(), SIGSTOP);
    if (raw)
        enter_raw_mode(terminal);
}

int next_signal(const struct terminal *terminal, int number, int times)
{
    if (times == 2)
        tell_at_terminal(
            terminal, "the command is still running; one more signal kills it");
    if (times < 3)
        return number;
    tell_at_terminal(terminal, "third signal: killing the command");
    return SIGKILL;
}
