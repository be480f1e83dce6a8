/* logs.c - logs: reading what a container has written. */
#include <ctype.h>
#include <json-c/json.h>
#include <poll.h>
#include <sys/inotify.h>

#include "base.h"
#include "container_log.h"
#include "record.h"
#include "times.h"
#include "verbs.h"

static const char *parse_tail(const char *text, void *value)
{
    const char *digits = text + (*text == '-');
    char *end;

    *(uint64_t *)value = UINT64_MAX;
    if (strcmp(text, "all") == 0)
        return NULL;
    if (digits == text) /* docker's -1 is all */
        *(uint64_t *)value = strtoull(text, &end, 10);
    else
        strtoull(digits, &end, 10);
    return isdigit((unsigned char)*digits) && !*end
             ? NULL
             : "a number of lines, or all";
}

/* ---- lines --------------------------------------------------------------------- */

struct reading {
    struct record record;
    bool follow, timestamps;
    char since[40], until[40]; /* as in the log; "" */
    uint64_t tail, skipped;    /* lines */
    bool is_over;              /* the line of --until was reached */
    char *line;
    size_t size;
};

/* Reads a line; one that is not whole (yet) is none. */
static bool read_line(struct reading *reading, FILE *file)
{
    off_t start = ftello(file);
    ssize_t length = getline(&reading->line, &reading->size, file);

    if (length > 0 && reading->line[length - 1] == '\n')
        return true;
    if (ferror(file) || fseeko(file, start, SEEK_SET) == -1)
        fail("read the log");
    return false;
}

/* Not so what a killed writer left. */
static bool is_entry(const char *line)
{
    size_t length = strlen(line);

    return length > 2 && *line == '{' && line[length - 2] == '}';
}

static void print_entry(struct reading *reading, struct json_object *entry)
{
    struct json json = {.value = entry, .path = "log"};
    const char *time = require_text(json, "time");
    struct json_object *text = get_member(json, "log").value;
    FILE *to =
        strcmp(require_text(json, "stream"), "stdout") == 0 ? stdout : stderr;

    if (strcmp(time, reading->since) < 0)
        return;
    reading->is_over = *reading->until && strcmp(time, reading->until) > 0;
    if (reading->is_over)
        return;
    if (to == stderr)
        fflush(stdout); /* at one terminal they stay in their order */
    if (reading->timestamps)
        fprintf(to, "%s ", time);
    /* NUL bytes, too */
    fwrite(json_object_get_string(text), 1,
           (size_t)json_object_get_string_len(text), to);
}

static void print_lines(struct reading *reading, FILE *file)
{
    while (!reading->is_over && read_line(reading, file)) {
        struct json_object *entry;

        if (!is_entry(reading->line))
            continue;
        if (reading->skipped > 0) {
            reading->skipped--;
            continue;
        }
        entry = json_tokener_parse(reading->line);
        if (entry)
            print_entry(reading, entry);
        json_object_put(entry);
    }
}

static uint64_t count_lines(struct reading *reading, FILE *file)
{
    uint64_t count = 0;

    while (read_line(reading, file))
        count += is_entry(reading->line);
    rewind(file);
    return count;
}

/* ---- files ------------------------------------------------------------------------ */

struct log_file {
    FILE *stream;    /* NULL: none */
    unsigned number; /* that it has, or will have when it is full */
};

/* NULL if it is not there. */
static FILE *open_log_file(const struct record *record, unsigned number)
{
    int fd = openat(record->folder, log_file_name(number),
                    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    FILE *stream = fd == -1 ? NULL : fdopen(fd, "r");

    if (!stream && (fd != -1 || errno != ENOENT))
        fail("open %s/%s", record->path, log_file_name(number));
    return stream;
}

static bool is_written_to(const struct record *record, FILE *stream)
{
    struct stat own, newest;

    return fstat(fileno(stream), &own) == 0 &&
           fstatat(record->folder, log_file_name(0), &newest,
                   AT_SYMLINK_NOFOLLOW) == 0 &&
           own.st_ino == newest.st_ino;
}

/* Opens the next newer file than `file`, or the oldest one. Who writes may be
 * some files ahead at any moment: "log" is the next one only if, afterwards,
 * no other is. */
static struct log_file open_next(const struct record *record,
                                 const struct log_file *file)
{
    struct log_file next = {0};
    bool missed;

    if (file->stream && is_written_to(record, file->stream))
        return next;
    do {
        if (next.stream)
            fclose(next.stream);
        next.number = next_log_number(record->folder, file->number);
        next.stream = open_log_file(record, next.number);
        if (next.number == 0)
            missed = next_log_number(record->folder, file->number) != 0;
        else
            missed = !next.stream;
    } while (missed);
    if (next.number == 0)
        next.number = file->number + 1;
    return next;
}

static uint64_t count_all_lines(struct reading *reading)
{
    struct log_file file = {0}, next;
    uint64_t lines = 0;

    while ((next = open_next(&reading->record, &file)).stream) {
        if (file.stream)
            fclose(file.stream);
        file = next;
        lines += count_lines(reading, file.stream);
    }
    if (file.stream)
        fclose(file.stream);
    return lines;
}

/* Prints what is new; *current becomes the newest file. */
static void print_news(struct reading *reading, struct log_file *current)
{
    struct log_file next;

    if (!current->stream && reading->tail != UINT64_MAX) {
        uint64_t lines = count_all_lines(reading);

        reading->skipped = lines > reading->tail ? lines - reading->tail : 0;
    }
    do {
        next = open_next(&reading->record, current);
        /* it gets no more once there is a newer one */
        if (current->stream) {
            print_lines(reading, current->stream);
            if (next.stream)
                fclose(current->stream);
        }
        if (next.stream)
            *current = next;
    } while (next.stream);
    if (fflush(stdout) != 0)
        fail("write to standard output");
}

/* Until something is written, or, at the latest, a second is over: the end of
 * a monitor is not told. False if nobody reads what we write. */
static bool wait_for_news(int watch)
{
    struct pollfd ready[] = {{watch, POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
    char events[4096];

    if (poll(ready, 2, 1000) > 0 && ready[0].revents &&
        read(watch, events, sizeof(events)) == -1 && errno != EINTR)
        fail("read inotify's events");
    return !(ready[1].revents & POLLERR);
}

static int watch_folder(const struct record *record)
{
    int watch = inotify_init1(IN_CLOEXEC);
    char *path = format_text("/proc/self/fd/%d", record->folder);

    if (watch == -1 ||
        inotify_add_watch(watch, path, IN_MODIFY | IN_CREATE | IN_MOVE) == -1)
        fail("watch %s", record->path);
    free(path);
    return watch;
}

static void print_log(struct reading *reading)
{
    int watch = reading->follow ? watch_folder(&reading->record) : -1;
    bool lives = reading->follow && has_monitor(&reading->record);
    struct log_file current = {0};

    print_news(reading, &current);
    /* what comes last is read after it was seen that nobody writes any more */
    while (lives && !reading->is_over && wait_for_news(watch)) {
        lives = has_monitor(&reading->record);
        print_news(reading, &current);
    }
}

int logs_verb(int argc, char **argv, const struct globals *globals)
{
    static struct reading reading = {.tail = UINT64_MAX};
    const struct flag flags[] = {
        {"follow", 'f', NULL, "go on until the container ends", parse_switch,
         &reading.follow},
        {"tail", 'n', "N", "the last N lines alone (all)", parse_tail,
         &reading.tail},
        {"since", 0, "TIME", "from then on: a date, or how long ago (10m)",
         parse_time, reading.since},
        {"until", 0, "TIME", "and not after that", parse_time, reading.until},
        {"timestamps", 't', NULL, "when each line was written", parse_switch,
         &reading.timestamps},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");

    if (!words[0] || words[1])
        fail_plainly(NULL, "logs: one container is wanted");
    require_record(&reading.record, globals->data_root, words[0]);
    print_log(&reading);
    return EXIT_SUCCESS;
}
