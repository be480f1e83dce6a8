/* progress.c - one line, drawn again and again. */
#include "progress.h"

#include <sys/ioctl.h>

#include "base.h"
#include "times.h"

static bool drawn;

static bool is_time(void)
{
    static uint64_t last;
    uint64_t now = nanoseconds();

    if (now - last < 100000000)
        return false;
    last = now;
    return true;
}

static int columns(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col
             ? size.ws_col
             : 80;
}

void show_progress(const char *name, uint64_t done, uint64_t total)
{
    static const char marks[] = "########################################";
    enum { NAME = 20, SIZE = 12, EDGES = 6 };
    int width = columns() - NAME - SIZE - EDGES, filled;
    size_t length = strlen(name);

    if (!isatty(STDERR_FILENO) || !is_time() || width < 4)
        return;
    width = width > 40 ? 40 : width;
    filled =
        total && done < total ? (int)(done * (uint64_t)width / total) : width;
    fprintf(stderr, "\r%-*s [%-*.*s] %6.1f MB", NAME,
            length > NAME ? name + length - NAME : name, width, filled, marks,
            (double)done / 1e6);
    drawn = true;
}

void end_progress(void)
{
    if (drawn)
        fprintf(stderr, "\r%*s\r", columns() - 1, "");
    drawn = false;
}
