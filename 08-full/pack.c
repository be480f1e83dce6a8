/* pack.c - from changes to a tar stream. */
#include "pack.h"

#include <limits.h>
#include <search.h>
#include <sys/xattr.h>

#include "base.h"
#include "names.h"
#include "tar.h"
#include "unpack.h"

/* A file that has more than one name, and the first that was packed. */
struct linked_file {
    dev_t device;
    ino_t inode;
    char *name;
};

struct packing {
    const struct changes *changes;
    FILE *tar;
    void *linked; /* a tree of struct linked_file; see tsearch(3) */
};

static void expect_written(const struct packing *packing)
{
    if (ferror(packing->tar))
        fail_with_hint(errno == ENOSPC ? "nothing of it stays" : NULL,
                       "write the layer's archive");
}

/* ---- a file ------------------------------------------------------------------ */

static int compare_files(const void *a, const void *b)
{
    const struct linked_file *first = a, *second = b;

    if (first->inode != second->inode)
        return first->inode < second->inode ? -1 : 1;
    return first->device < second->device ? -1
         : first->device > second->device ? 1
                                          : 0;
}

/* The name under which the file was packed already, or NULL. */
static const char *find_first_name(struct packing *packing, const char *name,
                                   const struct stat *status)
{
    struct linked_file *file, **found;

    if (S_ISDIR(status->st_mode) || status->st_nlink < 2)
        return NULL;
    file = malloc(sizeof(*file));
    if (!file)
        fail("allocate memory");
    *file = (struct linked_file){status->st_dev, status->st_ino, NULL};
    found = tsearch(file, &packing->linked, compare_files);
    if (!found)
        fail("allocate memory");
    if (*found == file)
        file->name = format_text("%s", name);
    else
        free(file);
    return *found == file ? NULL : (*found)->name;
}

/* `file` is "/proc/self/fd/N": the very file, whatever has its name by now.
 * Returns the attributes for the archive. */
static char *read_attributes(const char *file, size_t *size)
{
    static char names[XATTR_LIST_MAX], value[XATTR_SIZE_MAX];
    ssize_t length = listxattr(file, names, sizeof(names));
    char *text = NULL;
    FILE *to = open_memstream(&text, size);

    if (!to)
        fail("allocate memory");
    for (char *name = names; length != -1 && name < names + length;
         name += strlen(name) + 1) {
        char *full = format_text("SCHILY.xattr.%s", name);
        ssize_t count = is_kept_attribute(name)
                          ? getxattr(file, name, value, sizeof(value))
                          : -1;

        if (count != -1)
            write_tar_attribute(to, full, value, (size_t)count);
        free(full);
    }
    if (fclose(to) != 0)
        fail("allocate memory");
    return text;
}

/* So many bytes as were announced, whatever the file has become meanwhile. */
static void write_data(const struct packing *packing, const char *file,
                       off_t size)
{
    static char bytes[64 << 10];
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    off_t left = size;

    if (fd == -1)
        fail("open a file of the container");
    while (left > 0 && !ferror(packing->tar)) {
        ssize_t most = left < (off_t)sizeof(bytes) ? (ssize_t)left
                                                   : (ssize_t)sizeof(bytes);
        ssize_t count = read(fd, bytes, (size_t)most);

        if (count == -1)
            fail("read a file of the container");
        if (count == 0)
            memset(bytes, 0, (size_t)(count = most));
        fwrite(bytes, 1, (size_t)count, packing->tar);
        left -= count;
    }
    fill_tar_block(packing->tar, size);
    close(fd);
}

/* ---- entries ------------------------------------------------------------------ */

static void pack_entry(struct packing *packing, int fd, const char *name,
                       const struct stat *status)
{
    const char *first = find_first_name(packing, name, status);
    char *file = format_text("/proc/self/fd/%d", fd), *attributes = NULL;
    bool plain = S_ISREG(status->st_mode) && !first;
    char link[PATH_MAX] = "";
    size_t size = 0;

    if (S_ISLNK(status->st_mode) &&
        readlinkat(fd, "", link, sizeof(link) - 1) == -1)
        fail("read the link %s", name);
    if (plain || S_ISDIR(status->st_mode))
        attributes = read_attributes(file, &size);
    write_tar_header(packing->tar, name, status, first ? first : link,
                     first != NULL, attributes, size);
    if (plain)
        write_data(packing, file, status->st_size);
    free(attributes);
    free(file);
}

/* An entry that is gone meanwhile is left out. */
static void pack_path(struct packing *packing, const char *path)
{
    int fd = open_entry(packing->changes->upper, path);
    struct stat status;
    char *name;

    if (fd == -1)
        return;
    stat_entry(packing->changes, fd, &status);
    name = format_text(S_ISDIR(status.st_mode) ? "%s/" : "%s", path + 1);
    if (strstr(path, "/.wh.")) {
        make_harmless(name);
        warn("%.200s is left out: in a layer this name would say that a file "
             "is removed",
             name);
    } else if (!S_ISSOCK(status.st_mode)) {
        pack_entry(packing, fd, path[1] ? name : "./", &status);
    }
    free(name);
    close(fd);
}

static void pack_whiteout(const struct packing *packing, const char *path)
{
    static const struct stat status = {.st_mode = S_IFREG | 0600};
    const char *name = strrchr(path, '/') + 1;
    char *mark =
        format_text("%.*s.wh.%s", (int)(name - path - 1), path + 1, name);

    write_tar_header(packing->tar, mark, &status, NULL, false, NULL, 0);
    free(mark);
}

static void free_linked_file(void *data)
{
    struct linked_file *file = data;

    free(file->name);
    free(file);
}

void pack_changes(int fd, const struct changes *changes)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    struct packing packing = {
        .changes = changes,
        .tar = copy == -1 ? NULL : fdopen(copy, "w"),
    };

    if (!packing.tar)
        fail("write the layer's archive");
    if (changes->upper != -1)
        pack_path(&packing, "/"); /* its mode and owner */
    for (size_t i = 0; i < changes->count; i++) {
        if (changes->list[i].kind == 'D')
            pack_whiteout(&packing, changes->list[i].path);
        else
            pack_path(&packing, changes->list[i].path);
        expect_written(&packing);
    }
    end_tar(packing.tar);
    fflush(packing.tar);
    expect_written(&packing);
    fclose(packing.tar);
    tdestroy(packing.linked, free_linked_file);
}
