/*
 * container_log.h - what a container has written: a record's file log, and those
 * that are full: log.1 is the oldest ever, the next one log.2, ...
 *
 * One JSON object a line, as docker's driver "json-file" writes them:
 *
 *     {"log":"hello\n","stream":"stdout","time":"2026-11-22T04:59:00.123456789Z"}
 *
 * Bytes are kept until their line ends, or there are 16 KiB of them: then "log"
 * has no "\n" at its end. A byte that is no UTF-8 becomes U+FFFD. What cannot be
 * written (a full disk) is kept as well, and no more is taken: nothing is lost.
 * A writer that is killed leaves at most half a line, which readers skip.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum container_stream { CONTAINER_STDOUT, CONTAINER_STDERR };

enum {
    LOG_SIZE = 10 << 20, /* the usual most of bytes in one file */
    LOG_FILES = 3,       /* and of files */
    LOG_CHUNK = 16 << 10,
    LOG_LINE = 6 * LOG_CHUNK + 128, /* as JSON, at the worst */
};

/* About 130 KiB, of which only what is used is touched: static, best. */
struct container_log {
    int folder, file; /* file -1: not open */
    uint64_t size, most;
    unsigned files, number; /* at most; of the last one that was full */
    bool complained;
    struct {
        char text[LOG_CHUNK]; /* begins a line that is not there as a whole */
        size_t length;
    } streams[2];
    char line[LOG_LINE]; /* as JSON, of which `done` bytes are written */
    size_t length, done;
};

/*
 * Opens the log in a record's folder (a descriptor, which stays the caller's);
 * what earlier runs wrote stays. A file has at most `most` bytes, and there are
 * at most `files` files: the oldest goes. Ends the program on failure.
 */
void open_container_log(struct container_log *log, int folder, uint64_t most,
                        unsigned files);

/*
 * Adds what the container wrote. Returns how many of the bytes were taken: less
 * than `length` if the disk is full (stderr is told once). Call it again with
 * the others, after a second say, and read no more from the container meanwhile.
 */
size_t write_container_log(struct container_log *log,
                           enum container_stream stream, const char *data,
                           size_t length);

/*
 * Ends the log; lines that are not finished are written as they are. False if
 * that cannot be done now: call it again. The struct may be opened again.
 */
bool close_container_log(struct container_log *log);

/* The name of file number `number` in the record's folder; 0 is the one that is
 * written to. Static, until the next call. */
const char *log_file_name(unsigned number);

/* The lowest number above `number` that a file in the folder has; 0 if none. */
unsigned next_log_number(int folder, unsigned number);
