/* signals.c - as people and programs write them. */
#include "signals.h"

#include <signal.h>
#include <strings.h>

#include "base.h"

int find_signal(const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);

    if (!*end && end != text)
        return number >= 1 && number < NSIG ? (int)number : 0;
    if (strncasecmp(text, "SIG", 3) == 0)
        text += 3;
    for (int i = 1; i < NSIG; i++) {
        const char *name = sigabbrev_np(i);

        if (name && strcasecmp(text, name) == 0)
            return i;
    }
    return 0;
}

const char *parse_signal(const char *text, void *value)
{
    *(int *)value = find_signal(text);
    return *(int *)value ? NULL : "a signal such as TERM, SIGTERM or 15";
}
