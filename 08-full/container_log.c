/* container_log.c - writing a container's log. */
#include "container_log.h"

#include "base.h"
#include "times.h"

/* ---- names ----------------------------------------------------------------- */

static const char prefix[] = "log.";

const char *log_file_name(unsigned number)
{
    static char name[16];

    if (number == 0)
        return "log";
    snprintf(name, sizeof(name), "%s%u", prefix, number);
    return name;
}

unsigned next_log_number(int folder, unsigned number)
{
    DIR *files = list_folder(folder, ".");
    struct dirent *entry;
    unsigned next = 0;

    if (!files)
        fail("read the container's folder");
    while ((entry = readdir(files))) {
        unsigned one = 0;

        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
            one = (unsigned)strtoul(entry->d_name + strlen(prefix), NULL, 10);
        if (one > number && (next == 0 || one < next))
            next = one;
    }
    closedir(files);
    return next;
}

/* ---- files ----------------------------------------------------------------- */

static bool open_file(struct container_log *log)
{
    struct stat status;

    log->file =
        openat(log->folder, log_file_name(0),
               O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (log->file == -1 || fstat(log->file, &status) == -1)
        return false;
    log->size = (uint64_t)status.st_size;
    return true;
}

/* log becomes log.N: one step, so that whoever reads sees it before or after. */
static bool rotate(struct container_log *log)
{
    unsigned kept = log->files - 1, old;
    int result = kept == 0
                   ? unlinkat(log->folder, log_file_name(0), 0)
                   : renameat(log->folder, log_file_name(0), log->folder,
                              log_file_name(log->number + 1));

    if (result == -1 && errno != ENOENT)
        return false;
    if (kept > 0)
        log->number++;
    old = log->number > kept ? log->number - kept : 0;
    while (old > 0 && unlinkat(log->folder, log_file_name(old), 0) == 0)
        old--;
    close(log->file);
    log->file = -1;
    return true;
}

static bool complain(struct container_log *log)
{
    if (!log->complained)
        warn("write the container's log: %s (%s); it waits until that works",
             strerror(errno), errno_name(errno));
    log->complained = true;
    return false;
}

/* Writes log->line. False if that cannot be done now. */
static bool flush_line(struct container_log *log)
{
    bool begun = log->done > 0;

    if (log->done == log->length)
        return true;
    if (log->file != -1 && !begun && log->size > 0 &&
        log->size + log->length > log->most && !rotate(log))
        return complain(log);
    if (log->file == -1 && !open_file(log))
        return complain(log);
    while (log->done < log->length) {
        ssize_t count =
            write(log->file, log->line + log->done, log->length - log->done);

        if (count == -1 && errno != EINTR)
            return complain(log);
        if (count > 0) {
            log->done += (size_t)count;
            log->size += (uint64_t)count;
        }
    }
    log->complained = false;
    return true;
}

void open_container_log(struct container_log *log, int folder, uint64_t most,
                        unsigned files)
{
    char last = '\n';
    unsigned number = 0;

    log->folder = folder;
    log->most = most;
    log->files = files;
    do
        log->number = number;
    while ((number = next_log_number(folder, number)) != 0);
    log->complained = false;
    log->streams[0].length = log->streams[1].length = 0;
    log->length = log->done = 0;
    if (!open_file(log) || (log->size > 0 && pread(log->file, &last, 1,
                                                   (off_t)log->size - 1) == -1))
        fail("open the container's log");
    /* a writer was killed in the middle of a line */
    if (last != '\n')
        log->line[log->length++] = '\n';
}

/* ---- lines ----------------------------------------------------------------- */

/* How many bytes the UTF-8 character at `text` has; 0 if it is none, or only
 * its beginning is there. See utf-8(7) and RFC 3629. */
static size_t character_size(const char *text, size_t left)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t size = *byte < 0x80 ? 1 : *byte < 0xe0 ? 2 : *byte < 0xf0 ? 3 : 4;
    unsigned char least = *byte == 0xe0 ? 0xa0 : *byte == 0xf0 ? 0x90 : 0x80;
    unsigned char most = *byte == 0xed ? 0x9f : *byte == 0xf4 ? 0x8f : 0xbf;

    if (size == 1)
        return 1;
    if (*byte < 0xc2 || *byte > 0xf4 || size > left || byte[1] < least ||
        byte[1] > most)
        return 0;
    for (size_t i = 2; i < size; i++)
        if (byte[i] >> 6 != 2)
            return 0;
    return size;
}

/* Where a text that goes on is cut, so that no character is: before its last
 * three bytes if one of them begins what may be one. */
static size_t place_to_cut(const char *text, size_t length)
{
    for (size_t i = length - 1; i > 0 && i + 3 >= length; i--)
        if ((unsigned char)text[i] >= 0xc0)
            return character_size(text + i, length - i) == 0 ? i : length;
    return length;
}

static void put(struct container_log *log, const char *text, size_t length)
{
    memcpy(log->line + log->length, text, length);
    log->length += length;
}

static void put_text(struct container_log *log, const char *text)
{
    put(log, text, strlen(text));
}

static void put_character(struct container_log *log, const char *text,
                          size_t size)
{
    static const char letters[] = "\b\f\n\r\t\"\\", codes[] = "bfnrt\"\\";
    const char *letter = *text ? strchr(letters, *text) : NULL;
    char code[8];

    if (size == 0) {
        put_text(log, "\\ufffd");
    } else if (letter) {
        put_text(log, "\\");
        put(log, codes + (letter - letters), 1);
    } else if ((unsigned char)*text < 0x20) {
        snprintf(code, sizeof(code), "\\u%04x", *text);
        put_text(log, code);
    } else {
        put(log, text, size);
    }
}

/* Makes log->line of the first `length` bytes that are kept of the stream. */
static void encode(struct container_log *log, enum container_stream stream,
                   size_t length)
{
    char *text = log->streams[stream].text, time[40];
    struct timespec now;
    size_t size;

    clock_gettime(CLOCK_REALTIME, &now);
    format_time(time, &now);
    log->length = log->done = 0;
    put_text(log, "{\"log\":\"");
    for (size_t i = 0; i < length; i += size ? size : 1) {
        size = character_size(text + i, length - i);
        put_character(log, text + i, size);
    }
    put_text(log, stream == CONTAINER_STDOUT ? "\",\"stream\":\"stdout\""
                                             : "\",\"stream\":\"stderr\"");
    put_text(log, ",\"time\":\"");
    put_text(log, time);
    put_text(log, "\"}\n");
    log->streams[stream].length -= length;
    memmove(text, text + length, log->streams[stream].length);
}

/* Takes bytes as far as the line goes, or there is room. Returns how many. */
static size_t keep(struct container_log *log, enum container_stream stream,
                   const char *data, size_t length)
{
    size_t *kept = &log->streams[stream].length;
    const char *end = memchr(data, '\n', length);

    if (end)
        length = (size_t)(end - data) + 1;
    if (length > LOG_CHUNK - *kept)
        length = LOG_CHUNK - *kept;
    memcpy(log->streams[stream].text + *kept, data, length);
    *kept += length;
    return length;
}

size_t write_container_log(struct container_log *log,
                           enum container_stream stream, const char *data,
                           size_t length)
{
    const char *text = log->streams[stream].text;
    size_t taken = 0;

    while (flush_line(log) && taken < length) {
        size_t *kept = &log->streams[stream].length;

        taken += keep(log, stream, data + taken, length - taken);
        if (text[*kept - 1] == '\n')
            encode(log, stream, *kept);
        else if (*kept == LOG_CHUNK)
            encode(log, stream, place_to_cut(text, *kept));
    }
    return taken;
}

bool close_container_log(struct container_log *log)
{
    for (int stream = CONTAINER_STDOUT; stream <= CONTAINER_STDERR; stream++) {
        if (!flush_line(log))
            return false;
        if (log->streams[stream].length > 0)
            encode(log, (enum container_stream)stream,
                   log->streams[stream].length);
    }
    if (!flush_line(log))
        return false;
    close(log->file);
    log->file = -1;
    return true;
}
