/* commit.c - commit: an image of what a container has changed. */
#include <sys/wait.h>

#include "base.h"
#include "cgroup.h"
#include "changes.h"
#include "commit_config.h"
#include "digest.h"
#include "image.h"
#include "load.h"
#include "pack.h"
#include "record.h"
#include "times.h"
#include "verbs.h"

/* ---- standing still -------------------------------------------------------------- */

/* It lets the container go on once nobody has the other end of its pipe open:
 * also if we are killed. */
static struct {
    pid_t pid; /* 0: there is none */
    int pipe;
} keeper;

static noreturn void keep(const struct cgroup *cgroup, int pipe)
{
    char byte;

    if (setsid() == -1) /* the keys of our terminal are not for it */
        warn("setsid: %s", strerror(errno));
    while (read(pipe, &byte, 1) == -1 && errno == EINTR)
        continue;
    thaw_cgroup(cgroup);
    _exit(EXIT_SUCCESS);
}

static void thaw(void)
{
    if (keeper.pid == 0)
        return;
    close(keeper.pipe);
    while (waitpid(keeper.pid, NULL, 0) == -1 && errno == EINTR)
        continue;
    keeper.pid = 0;
}

static void freeze(const struct record *record)
{
    struct cgroup cgroup = {0};
    struct state state;
    int ends[2];
    pid_t pid;

    if (look_at_record(record, &state) != RECORD_RUNNING || !state.cgroups_path)
        return;
    open_cgroup(&cgroup, state.cgroups_path);
    if (atexit(thaw) != 0 || pipe2(ends, O_CLOEXEC) == -1)
        fail("pipe");
    fflush(NULL);
    pid = fork();
    if (pid == -1)
        fail("fork");
    if (pid == 0) {
        close(ends[1]);
        keep(&cgroup, ends[0]);
    }
    close(ends[0]);
    keeper.pid = pid;
    keeper.pipe = ends[1];
    /* one that has just ended stands still */
    if (status_of(&state) == STATUS_RUNNING)
        freeze_cgroup(&cgroup);
    close_cgroup(&cgroup);
}

/* ---- layers ------------------------------------------------------------------------- */

/* The archive of a layer, a file that has no name any more. */
static int pack(const char *work, const struct changes *changes)
{
    char *path = format_text("%s/tar", work);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd == -1 || unlink(path) == -1)
        fail("make %s", path);
    pack_changes(fd, changes);
    if (lseek(fd, 0, SEEK_SET) == -1)
        fail("seek in %s", path);
    free(path);
    return fd;
}

/* The configuration without what the container adds: the image's; or one for
 * the folder below, which becomes the first layer. */
static struct json_object *base_config(const struct commit *commit,
                                       const struct store *store,
                                       const char *work, int below)
{
    const char *id = get_text(commit->record.json, "imageId");
    struct changes base;
    char *layer;

    if (id && *id) {
        int lock = lock_store(store);
        struct image image = find_image(store, id);

        close(lock);
        return image.config.value;
    }
    list_files(&base, below);
    layer = add_layer(store, work, pack(work, &base), "base", NULL, NULL);
    return make_image_config(commit, layer);
}

static void make_image(const struct commit *commit, const struct store *store,
                       const char *work, bool pause)
{
    struct json_object *config;
    struct changes changes;
    const char *text, *id;
    char *layer;
    int tar, lock;

    if (pause)
        freeze(&commit->record);
    find_changes(&changes, &commit->record, store->path);
    tar = pack(work, &changes);
    thaw();
    config = base_config(commit, store, work, changes.below);
    layer = add_layer(store, work, tar, "changes", NULL, NULL);
    add_container(config, commit, layer);
    text = json_line(config);
    id = digest_of(text, strlen(text));
    lock = lock_store(store);
    save_image(store,
               commit->name ? commit->name
                            : format_text("%s:%s", no_name, digits_of(id)),
               text);
    close(lock);
    puts(id);
}

int commit_verb(int argc, char **argv, const struct globals *globals)
{
    static struct commit commit;
    const char *work;
    bool pause = true;
    const struct flag flags[] = {
        {"author", 'a', "TEXT", "who has made it", parse_text, &commit.author},
        {"message", 'm', "TEXT", "what for", parse_text, &commit.message},
        {"change", 'c', "TEXT", "a Dockerfile's line: CMD [\"sh\"]", parse_list,
         &commit.instructions},
        {"pause", 'p', NULL, "the container stands still (=false: it does not)",
         parse_switch, &pause},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    struct store store;

    if (!words[0] || (words[1] && words[2]))
        fail_plainly(NULL, "commit: a container is wanted, and perhaps "
                           "NAME[:TAG] for the image");
    commit.name = words[1] ? need_image_name(words[1]) : NULL;
    commit.created = time_text();
    require_record(&commit.record, globals->data_root, words[0]);
    work = begin_image_work(&store, globals->data_root);
    make_image(&commit, &store, work, pause);
    return EXIT_SUCCESS;
}
