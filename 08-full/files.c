/* files.c - reading and writing them as a whole. */
#include "files.h"

#include <stdarg.h>
#include <sys/mman.h>

#include "base.h"

char *read_path(const char *format, ...)
{
    char *path, *text;
    va_list arguments;
    int number;

    va_start(arguments, format);
    if (vasprintf(&path, format, arguments) == -1)
        fail("allocate memory");
    va_end(arguments);
    text = read_file(path);
    number = errno;
    free(path);
    errno = number;
    return text;
}

int open_folder(int parent, const char *name)
{
    return openat(parent, name,
                  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

DIR *list_folder(int parent, const char *name)
{
    int fd = open_folder(parent, name);

    return fd == -1 ? NULL : fdopendir(fd);
}

/* The second write tells why the first one took a part. */
static bool write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t put = write(fd, text, length);

        if (put == -1)
            return false;
        text += put;
        length -= (size_t)put;
    }
    return true;
}

static bool write_and_sync(int parent, const char *name, int how, mode_t mode,
                           const char *text, bool safe)
{
    int fd = openat(parent, name,
                    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | how, mode);
    bool written = fd != -1 && write_all(fd, text, strlen(text)) &&
                   (!safe || fsync(fd) == 0);
    int number = errno;

    if (fd != -1 && close(fd) == -1)
        return false;
    errno = number;
    return written;
}

bool write_text(int parent, const char *name, int how, mode_t mode,
                const char *text)
{
    return write_and_sync(parent, name, how, mode, text, false);
}

bool replace_file(int parent, const char *name, const char *new_name,
                  const char *text, bool safe)
{
    int number;

    if (write_and_sync(parent, new_name, O_TRUNC, 0600, text, safe) &&
        renameat(parent, new_name, parent, name) == 0)
        return true;
    number = errno;
    unlinkat(parent, new_name, 0);
    errno = number;
    return false;
}

int make_memory_file(const char *text)
{
    int fd = memfd_create("text", MFD_CLOEXEC);
    size_t length = strlen(text);

    if (fd == -1 || (write(fd, text, length) == (ssize_t)length &&
                     lseek(fd, 0, SEEK_SET) == 0))
        return fd;
    close(fd);
    return -1;
}
