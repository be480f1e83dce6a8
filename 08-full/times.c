/* times.c - RFC 3339, and docker's words for how long. */
#include "times.h"

#include <ctype.h>

#include "base.h"

void format_time(char text[40], const struct timespec *time)
{
    struct tm parts;
    size_t length;

    gmtime_r(&time->tv_sec, &parts);
    length = strftime(text, 20, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + length, 40 - length, ".%09ldZ", time->tv_nsec);
}

char *time_text(void)
{
    struct timespec now;
    char text[40];

    clock_gettime(CLOCK_REALTIME, &now);
    format_time(text, &now);
    return format_text("%s", text);
}

time_t read_time(const char *text)
{
    struct tm parts = {0};
    int offset = 0, hours = 0, minutes = 0;
    char sign = 'Z';

    if (!text || sscanf(text, "%d-%d-%dT%d:%d:%d%n", &parts.tm_year,
                        &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                        &parts.tm_min, &parts.tm_sec, &offset) != 6)
        return 0;
    sscanf(text + offset, "%*[.0-9]%n", &offset);
    sscanf(text + offset, "%c%d:%d", &sign, &hours, &minutes);
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    offset = sign == '+' || sign == '-' ? hours * 3600 + minutes * 60 : 0;
    return timegm(&parts) - (sign == '-' ? -offset : offset);
}

char *duration_text(long seconds)
{
    static const struct {
        long below, unit; /* seconds */
        const char *name;
    } units[] = {
        {60, 1, "second"},
        {3600, 60, "minute"},
        {48 * 3600, 3600, "hour"},
        {14 * 86400, 86400, "day"},
        {60 * 86400, 7 * 86400, "week"},
        {730 * 86400, 30 * 86400, "month"},
    };
    size_t count = COUNT(units);

    if (seconds < 1)
        return format_text("Less than a second");
    if (seconds >= 60 && seconds < 120)
        return format_text("About a minute");
    if (seconds >= 3600 && seconds < 7200)
        return format_text("About an hour");
    for (size_t i = 0; i < count; i++)
        if (seconds < units[i].below)
            return format_text("%ld %s%s", seconds / units[i].unit,
                               units[i].name,
                               seconds / units[i].unit == 1 ? "" : "s");
    return format_text("%ld years", seconds / (365 * 86400));
}

bool read_duration(const char *text, double *seconds)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9},
                 {"h", 3600},  {"m", 60},    {"s", 1}};

    *seconds = 0;
    while (isdigit((unsigned char)*text)) {
        char *end;
        double number = strtod(text, &end);
        size_t i = 0;

        while (i < COUNT(units) &&
               strncmp(end, units[i].name, strlen(units[i].name)) != 0)
            i++;
        if (i == COUNT(units))
            return false;
        *seconds += number * units[i].seconds;
        text = end + strlen(units[i].name);
    }
    return !*text;
}
