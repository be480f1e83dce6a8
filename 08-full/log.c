/* log.c - lines as those of runc, which its callers parse. */
#include "log.h"

#include <json-c/json.h>

#include "base.h"
#include "json.h"
#include "times.h"

static const char *log_path;
static bool log_json;

static void log_usage_error(const char *message)
{
    write_log("error", message);
}

void set_log(const char *path, bool json)
{
    log_path = path;
    log_json = json;
    see_usage_error = log_usage_error;
}

/* Both forms quote the message as JSON does. */
static char *format_line(const char *level, const char *message)
{
    struct json_object *quoted = json_object_new_string(message);
    const char *text = json_line(quoted);
    char *now = time_text(), *line;

    /* without the parts of a second */
    line =
        log_json
            ? format_text("{\"level\":\"%s\",\"msg\":%s,\"time\":\"%.19sZ\"}\n",
                          level, text, now)
            : format_text("time=\"%.19sZ\" level=%s msg=%s\n", now, level,
                          text);
    free(now);
    json_object_put(quoted);
    return line;
}

void write_log(const char *level, const char *message)
{
    int number = errno;
    int fd;

    if (!log_path && strcmp(level, "debug") != 0)
        return; /* stderr has it, for people */
    fd = log_path
           ? open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)
           : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fd == -1) {
        warn("cannot write the log %s: %s", log_path, strerror(errno));
    } else {
        char *line = format_line(level, message);

        /* one write: others may append to the same file */
        if (write(fd, line, strlen(line)) == -1)
            warn("cannot write the log %s: %s", log_path, strerror(errno));
        close(fd);
    }
    errno = number;
}
