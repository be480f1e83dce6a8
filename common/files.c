/* files.c - reading and writing small files. */
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* close(2) that keeps the errno of the failure before it. */
static void close_quietly(int fd)
{
    int number = errno;

    close(fd);
    errno = number;
}

int write_file(const char *path, const char *format, ...)
{
    char text[4096];
    va_list arguments;
    int fd, length;
    ssize_t written;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof(text)) {
        errno = E2BIG;
        return -1;
    }

    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        return -1;
    written = write(fd, text, (size_t)length);
    close_quietly(fd);
    return written == length ? 0 : -1;
}

char *read_file(const char *path)
{
    size_t size = 0, space = 4096;
    char *text = malloc(space);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    if (fd == -1 || !text) {
        free(text);
        if (fd != -1)
            close_quietly(fd);
        return NULL;
    }
    while ((got = read(fd, text + size, space - size - 1)) > 0) {
        size += (size_t)got;
        if (space - size > 1)
            continue;
        space *= 2;
        char *larger = realloc(text, space);
        if (!larger) {
            got = -1;
            break;
        }
        text = larger;
    }
    close_quietly(fd);
    if (got == -1) {
        free(text);
        return NULL;
    }
    text[size] = '\0';
    return text;
}

int make_dir(const char *path)
{
    char *copy = format_text("%s", path);
    char *slash = copy + 1;
    struct stat status;
    int number = 0;

    /* each folder above it, then itself; a failure shows in the last mkdir */
    while (*copy && (slash = strchr(slash, '/'))) {
        *slash = '\0';
        mkdir(copy, 0755);
        *slash++ = '/';
    }
    free(copy);
    if (mkdir(path, 0755) == -1)
        number = errno;
    if (number && stat(path, &status) == 0)
        number = S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    errno = number;
    return number ? -1 : 0;
}

/* What the dangling link at `path` would name if it were followed. */
static char *link_target(const char *path, const char *text)
{
    const char *slash = strrchr(path, '/');

    if (*text == '/' || !slash)
        return format_text("%s", text);
    return format_text("%.*s/%s", (int)(slash - path), path, text);
}

int make_file(const char *path)
{
    char text[PATH_MAX];
    ssize_t length;
    int fd = open(path, O_PATH | O_CLOEXEC);
    int result = 0;
    char *other;

    if (fd != -1)
        return close(fd);
    if (errno != ENOENT)
        return -1; /* a loop of links, say */
    length = readlink(path, text, sizeof(text) - 1);
    if (length > 0) {
        text[length] = '\0';
        other = link_target(path, text);
        result = make_file(other);
        free(other);
        return result;
    }

    other = format_text("%s", path);
    if (strrchr(other, '/') > other) {
        *strrchr(other, '/') = '\0';
        result = make_dir(other);
    }
    free(other);
    if (result == -1)
        return -1;
    fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
    return fd == -1 ? -1 : close(fd);
}

char *format_text(const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) == -1)
        die("allocate memory");
    va_end(arguments);
    return text;
}

bool has_word(const char *text, const char *word)
{
    static const char separators[] = ", \t\n";
    size_t length = strlen(word);

    while (*(text += strspn(text, separators))) {
        size_t found = strcspn(text, separators);

        if (found == length && strncmp(text, word, length) == 0)
            return true;
        text += found;
    }
    return false;
}
