/*
 * files.h - whole files of text, and folders. Nothing here follows a link in a
 * path's last part.
 */
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <sys/types.h>

/* read_file() of the formatted path: NULL and errno if that fails. */
char *read_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Opens a folder to be read; -1 and errno if there is none. */
int open_folder(int parent, const char *name);

/* The same for readdir(3); NULL and errno. */
DIR *list_folder(int parent, const char *name);

/* Makes the file with this text. `how` is O_TRUNC or O_EXCL, for one that is
 * there. False and errno if that fails. */
bool write_text(int parent, const char *name, int how, mode_t mode,
                const char *text);

/*
 * Writes a file for root alone, whole or not at all; with `safe` also if the
 * machine stops meanwhile. False and errno if that fails. Until it is whole it
 * is in the same folder as `new_name`, which only one process at a time may
 * write.
 */
bool replace_file(int parent, const char *name, const char *new_name,
                  const char *text, bool safe);

/* A file in memory, to be read from its beginning. Unlike a pipe it neither
 * fills up nor wants to be read by somebody at the same time. -1 and errno if
 * that fails. */
int make_memory_file(const char *text);
