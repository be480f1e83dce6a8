/* paths.c - opening paths inside a root file system. */
#include "paths.h"

#include <limits.h>

#include "base.h"
#include "syscalls.h"

enum { MAX_LINKS = 40, MAX_TRIES = 128 };

static int open_resolved(int root, const char *path, int flags,
                         uint64_t resolve)
{
    struct open_how how = {
        .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
    };

    /* EAGAIN: a rename or mount somewhere made the kernel unsure of "..".
     * An attacker can cause it for ever, so we do not try for ever. */
    for (int i = 0; i < MAX_TRIES; i++) {
        int fd = sys_openat2(root, path, &how);

        if (fd != -1 || errno != EAGAIN)
            return fd;
    }
    return -1;
}

int open_in_root(int root, const char *path, int flags)
{
    return open_resolved(root, path, flags, 0);
}

int open_plain_in_root(int root, const char *path, int flags)
{
    return open_resolved(root, path, flags, RESOLVE_NO_SYMLINKS);
}

/* Makes `name`, which has no slash, directly in `folder`. Neither mkdirat
 * nor O_EXCL follows a link that appears in its place meanwhile. */
static int make_entry(int folder, const char *name, bool file)
{
    int fd;

    if (!file) {
        if (mkdirat(folder, name, 0755) == -1 && errno != EEXIST)
            return -1;
        return openat(folder, name,
                      O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    fd = openat(folder, name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd == -1)
        return -1;
    close(fd);
    return openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* The path that `path` means once its dangling link, the component from
 * `start` to `end` in `folder`, is replaced by what it points to. NULL if
 * there is no link. */
static char *follow_link(int folder, const char *path, size_t start, size_t end)
{
    char *name = format_text("%.*s", (int)(end - start), path + start);
    char target[PATH_MAX];
    ssize_t length = readlinkat(folder, name, target, sizeof(target) - 1);

    free(name);
    if (length == -1)
        return NULL;
    target[length] = '\0';
    if (*target == '/')
        return format_text("%s%s", target, path + end);
    return format_text("%.*s%s%s", (int)start, path, target, path + end);
}

/* One walk down `path`: returns a descriptor, or -1 and errno; or -1 and in
 * *instead the path to try next. */
static int walk_and_make(int root, const char *path, bool want_file,
                         char **instead)
{
    int folder = open_in_root(root, "/", O_PATH | O_DIRECTORY);
    size_t start = strspn(path, "/");

    while (folder != -1 && path[start]) {
        size_t end = start + strcspn(path + start, "/");
        size_t next = end + strspn(path + end, "/");
        char *prefix = format_text("%.*s", (int)end, path);
        int fd = open_in_root(root, prefix, O_PATH);

        if (fd == -1 && errno == ENOENT) {
            *instead = follow_link(folder, path, start, end);
            if (!*instead)
                fd = make_entry(folder, prefix + start,
                                want_file && !path[next]);
        }
        int number = errno;
        free(prefix);
        close(folder);
        errno = number;
        folder = fd;
        start = next;
    }
    return folder;
}

int make_in_root(int root, const char *path, bool want_file)
{
    char *current = format_text("%s", path);
    int fd = -1;

    for (int i = 0; i < MAX_LINKS; i++) {
        char *instead = NULL;

        fd = walk_and_make(root, current, want_file, &instead);
        if (!instead)
            break;
        free(current);
        current = instead;
        errno = ELOOP;
    }
    free(current);
    return fd;
}

char *read_in_root(int root, const char *path, size_t limit)
{
    /* O_NONBLOCK: the image may have put a FIFO there */
    int fd = open_in_root(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    char *text = NULL;
    ssize_t length = -1;

    if (fd == -1)
        return NULL;
    if (fstat(fd, &status) == -1 || !S_ISREG(status.st_mode))
        errno = EINVAL;
    else if ((size_t)status.st_size > limit)
        errno = EFBIG;
    else if ((text = malloc((size_t)status.st_size + 1)))
        length = pread(fd, text, (size_t)status.st_size, 0);
    int number = errno;
    close(fd);
    if (length == -1) {
        free(text);
        errno = number;
        return NULL;
    }
    text[length] = '\0';
    return text;
}

const char *path_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    return strncmp(path, folder, length) == 0 && path[length] == '/'
             ? path + length
             : NULL;
}
