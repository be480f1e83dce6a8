/* records.c - all containers of a store, and the one that a word means. */
#include <sys/file.h>

#include "base.h"
#include "names.h"
#include "record.h"
#include "tree.h"

static bool is_id(const char *text)
{
    return strlen(text) == ID_LENGTH &&
           strspn(text, "0123456789abcdef") == ID_LENGTH;
}

/* The newest first: RFC 3339's times are in the order of their letters. */
static int compare_created(const void *a, const void *b)
{
    const struct record *first = a, *second = b;

    return strcmp(require_text(second->json, "created"),
                  require_text(first->json, "created"));
}

struct record *list_records(const char *data_root, size_t *count)
{
    char *path = format_text("%s/%s", data_root, containers_folder);
    struct dirent **entries = NULL;
    int found = scandir(path, &entries, NULL, NULL);
    struct record *records;

    if (found == -1 && (errno != ENOENT || (data_root != default_data_root &&
                                            access(data_root, F_OK) == -1)))
        fail("read %s", path);
    records = allocate(found > 0 ? (size_t)found : 0, sizeof(*records));
    *count = 0;
    for (int i = 0; i < found; i++) {
        if (is_id(entries[i]->d_name) &&
            open_record(&records[*count], data_root, entries[i]->d_name))
            ++*count;
        free(entries[i]);
    }
    free(entries);
    free(path);
    qsort(records, *count, sizeof(*records), compare_created);
    return records;
}

/* A name before a beginning of an id, as docker has it. */
static size_t choose_record(const struct record *records, size_t count,
                            const char *word)
{
    size_t length = strlen(word), found = count;

    for (size_t i = 0; i < count; i++)
        if (strcmp(records[i].name, word) == 0 ||
            strcmp(records[i].id, word) == 0)
            return i;
    for (size_t i = 0; i < count && *word; i++) {
        if (strncmp(records[i].id, word, length) != 0)
            continue;
        if (found != count)
            fail_plainly("more of its digits",
                         "\"%.80s\" is the beginning of "
                         "several containers' ids",
                         word);
        found = i;
    }
    return found;
}

bool find_record(struct record *record, const char *data_root, const char *word)
{
    size_t count, chosen;
    struct record *records;

    if (is_id(word) && open_record(record, data_root, word))
        return true;
    records = list_records(data_root, &count);
    chosen = choose_record(records, count, word);
    for (size_t i = 0; i < count; i++)
        if (i == chosen)
            *record = records[i];
        else
            close_record(&records[i]);
    free(records);
    return chosen < count;
}

char *hint_for(const char *data_root, const char *word)
{
    size_t count;
    struct record *records = list_records(data_root, &count);

    for (size_t i = 0; i < count; i++)
        if (is_near(word, records[i].name))
            return format_text("did you mean %s?", records[i].name);
    return format_text("ps -a lists those that there are");
}

void require_record(struct record *record, const char *data_root,
                    const char *word)
{
    if (!find_record(record, data_root, word))
        fail_plainly(hint_for(data_root, word), "no such container: %.80s",
                     word);
}

static bool is_locked(int folder, const char *name)
{
    int fd = open_folder(folder, name);
    bool locked = fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == -1;

    if (fd != -1)
        close(fd);
    return locked;
}

/* One without container.json, and without anybody who is about to write it: that
 * one would have the store's lock. */
static void sweep_halves(const struct store *store)
{
    int lock = lock_store(store), folder;
    DIR *entries;
    struct dirent *entry;

    folder = openat(store->folder, containers_folder,
                    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    entries = folder == -1 ? NULL : fdopendir(folder);
    while (entries && (entry = readdir(entries))) {
        char *file = format_text("%s/container.json", entry->d_name);

        if (is_id(entry->d_name) &&
            faccessat(folder, file, F_OK, AT_SYMLINK_NOFOLLOW) == -1 &&
            errno == ENOENT && !is_locked(folder, entry->d_name) &&
            remove_tree(folder, entry->d_name) == -1)
            warn("cannot remove the rest of container %s: %s", entry->d_name,
                 strerror(errno));
        free(file);
    }
    if (entries)
        closedir(entries);
    close(lock);
}

void sweep_records(const struct store *store)
{
    size_t count;
    struct record *records = list_records(store->path, &count);

    for (size_t i = 0; i < count; i++)
        if (get_bool(records[i].json, "removeAtEnd") &&
            lock_record(&records[i], false))
            remove_record(&records[i]);
        else
            close_record(&records[i]);
    free(records);
    sweep_halves(store);
}
