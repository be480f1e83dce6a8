/* times.c - RFC 3339, and docker's words for when and how long. */
#include "times.h"

#include <ctype.h>

#include "base.h"

enum { SECOND = 1000000000 };

uint64_t nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

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

    if (seconds < 1)
        return format_text("Less than a second");
    if (seconds >= 60 && seconds < 120)
        return format_text("About a minute");
    if (seconds >= 3600 && seconds < 7200)
        return format_text("About an hour");
    for (size_t i = 0; i < COUNT(units); i++)
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

/* ---- points in time -------------------------------------------------------- */

/* "1h30m10.5s": how long ago. */
static bool parse_ago(const char *text, struct timespec *time)
{
    double ago, now;

    clock_gettime(CLOCK_REALTIME, time);
    now = (double)time->tv_sec + (double)time->tv_nsec / SECOND;
    if (!read_duration(text, &ago) || ago > now)
        return false;
    time->tv_sec = (time_t)(now - ago);
    time->tv_nsec = (long)((now - ago - (double)time->tv_sec) * SECOND);
    return true;
}

/* ".25" */
static const char *parse_fraction(const char *text, long *nanoseconds)
{
    *nanoseconds = 0;
    if (*text != '.')
        return text;
    text++;
    for (long unit = SECOND / 10; isdigit((unsigned char)*text); unit /= 10)
        *nanoseconds += (*text++ - '0') * unit;
    return text;
}

static bool parse_seconds(const char *text, struct timespec *time)
{
    char *end;

    errno = 0;
    time->tv_sec = strtol(text, &end, 10);
    return isdigit((unsigned char)*text) && errno == 0 &&
           !*parse_fraction(end, &time->tv_nsec);
}

/* RFC 3339, or the beginning of it; without a zone it is the machine's. */
static bool parse_date(const char *text, struct timespec *time)
{
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M",
                                        "%Y-%m-%d"};
    struct tm parts = {0}, offset = {0};
    const char *rest = NULL;
    char sign;

    for (size_t i = 0; !rest && i < COUNT(forms); i++)
        rest = strptime(text, forms[i], &parts);
    if (!rest)
        return false;
    rest = parse_fraction(rest, &time->tv_nsec);
    sign = *rest;
    if (!sign) {
        parts.tm_isdst = -1;
        time->tv_sec = mktime(&parts);
        return true;
    }
    time->tv_sec = timegm(&parts);
    if (strcmp(rest, "Z") == 0)
        return true;
    rest = strptime(rest + 1, "%H:%M", &offset);
    time->tv_sec -=
        (sign == '-' ? -60 : 60) * (60 * offset.tm_hour + offset.tm_min);
    return (sign == '+' || sign == '-') && rest && !*rest;
}

time_t read_time(const char *text)
{
    struct timespec time;

    return text && parse_date(text, &time) ? time.tv_sec : 0;
}

const char *parse_time(const char *text, void *value)
{
    struct timespec time;

    if (!parse_date(text, &time) && !parse_seconds(text, &time) &&
        !parse_ago(text, &time))
        return "2026-11-22T05:00:00Z, seconds since 1970, or how long ago: "
               "1h30m, 10s";
    format_time(value, &time);
    return NULL;
}
