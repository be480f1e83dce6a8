/* tree.c - removing folders without walking down into them. */
#include "tree.h"

#include "base.h"

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Moves `name` from the folder `from` into `top`, under a name that is free
 * there. */
static int move_up(int from, const char *name, int top)
{
    static unsigned long number;
    char other[32];

    do {
        snprintf(other, sizeof(other), ".moved-%lu", number++);
        if (renameat(from, name, top, other) == 0)
            return 0;
    } while (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR);
    return -1;
}

/* Removes all that is in the folder `fd`, which is closed; the folders in it
 * are emptied, too: what they have of folders moves up to `top`. */
static int empty_into(int fd, int top)
{
    DIR *folder = fd == -1 ? NULL : fdopendir(fd);
    struct dirent *entry;
    int result = 0;

    if (!folder)
        return -1;
    while (result == 0 && (entry = readdir(folder)))
        if (!is_dot(entry->d_name) &&
            unlinkat(dirfd(folder), entry->d_name, 0) == -1)
            result = errno == EISDIR || errno == EPERM
                       ? move_up(dirfd(folder), entry->d_name, top)
                       : -1;
    closedir(folder);
    return result;
}

/* Goes once through the entries of `top`. Returns how many it removed. */
static int remove_entries(int top)
{
    DIR *folder = list_folder(top, ".");
    struct dirent *entry;
    int count = 0;

    if (!folder)
        return -1;
    while (count != -1 && (entry = readdir(folder))) {
        if (is_dot(entry->d_name))
            continue;
        if (unlinkat(top, entry->d_name, 0) == -1 &&
            ((errno != EISDIR && errno != EPERM) ||
             empty_into(open_folder(top, entry->d_name), top) == -1 ||
             unlinkat(top, entry->d_name, AT_REMOVEDIR) == -1))
            count = -1;
        else
            count++;
    }
    closedir(folder);
    return count;
}

int remove_tree(int parent, const char *name)
{
    int top, count;

    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -1;
    top = open_folder(parent, name);
    if (top == -1)
        return -1;
    do
        count = remove_entries(top);
    while (count > 0);
    int number = errno;
    close(top);
    errno = number;
    return count == -1 ? -1 : unlinkat(parent, name, AT_REMOVEDIR);
}
