/* explain.c - the narrator: what happens, while it happens. */
#include "common.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"

bool explaining;

void explain(const char *format, ...)
{
    int number = errno;
    char text[4096];
    char *fact;
    bool color;
    va_list arguments;

    if (!explaining)
        return;
    color = isatty(STDERR_FILENO) && !getenv("NO_COLOR");
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);

    fact = color ? strstr(text, " # ") : NULL;
    if (fact)
        *fact = '\0';
    /* one printf, so that lines of two processes do not mix */
    fprintf(stderr, "%s%-9s %s%s%s%s%s\n", color ? "\033[36m" : "",
            is_child ? "container" : "parent", color ? "\033[0m" : "", text,
            fact ? " \033[2m# " : "", fact ? fact + 3 : "",
            color ? "\033[0m" : "");
    errno = number;
}

const char *namespace_id(const char *type)
{
    static char id[64];
    char path[64];
    ssize_t length;

    snprintf(path, sizeof(path), "/proc/self/ns/%s", type);
    length = readlink(path, id, sizeof(id) - 1);
    if (length == -1)
        snprintf(id, sizeof(id), "%s:[?]", type);
    else
        id[length] = '\0';
    return id;
}
