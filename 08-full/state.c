/* state.c - containers on disk. */
#include "state.h"

#include <ctype.h>
#include <json-c/json.h>
#include <sys/file.h>

#include "base.h"
#include "cgroup.h"
#include "json.h"
#include "notify.h"
#include "packets.h"
#include "read_only.h"
#include "syscalls.h"
#include "times.h"

static const char file_name[] = "state.json";
static const char new_name[] = ".new";
static const char config_name[] = "config.json";
static const char socket_name[] = "start";

const char *default_state_root(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");

    if (geteuid() != 0 && runtime && *runtime == '/')
        return format_text("%s/toy-docker", runtime);
    return "/run/toy-docker";
}

const char *check_id(const char *id)
{
    static const char expected[] =
        "an id: letters, digits, and _ + . - after the first, at most 200";

    if (!isalnum((unsigned char)*id) || strlen(id) > 200)
        return expected;
    for (; *id; id++)
        if (!isalnum((unsigned char)*id) && !strchr("_+.-", *id))
            return expected;
    return NULL;
}

void require_id(const char *id)
{
    const char *expected = check_id(id), *wrong = id;

    if (!expected)
        return;
    while (isalnum((unsigned char)*wrong) ||
           (wrong > id && *wrong && strchr("_+.-", *wrong)))
        wrong++;
    if (!*wrong)
        fail_plainly(NULL, "container \"%.80s\": must be %s", id, expected);
    fail_plainly(format_text("must be %s", expected),
                 "container \"%.80s\": invalid character `%c` in the ID", id,
                 *wrong);
}

/* ---- processes ------------------------------------------------------------ */

/* When `pid` was started; 0 if there is no such process, or only its remains
 * (a zombie). See proc_pid_stat(5). */
static unsigned long long start_of(pid_t pid)
{
    char *text = read_path("/proc/%d/stat", (int)pid);
    /* the name before it may have any characters, also brackets */
    char *field = text ? strrchr(text, ')') : NULL;
    unsigned long long start = 0;
    char letter = 'X';

    /* that it cannot be looked at is not its end */
    if (!text && ((errno != ENOENT && errno != ESRCH) ||
                  access("/proc/self", F_OK) == -1))
        fail_with_hint(errno == ENOENT ? "mount -t proc proc /proc" : NULL,
                       "read /proc/%d/stat", (int)pid);
    if (!field ||
        sscanf(field + 1,
               " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
               "%*s %*s %*s %*s %llu",
               &letter, &start) != 2 ||
        strchr("XxZ", letter))
        start = 0;
    free(text);
    return start;
}

void set_state_pid(struct state *state, pid_t pid)
{
    state->pid = pid;
    state->start = start_of(pid);
}

int open_state_process(const struct state *state)
{
    int pidfd = state->pid > 0 ? sys_pidfd_open(state->pid) : -1;

    if (pidfd == -1 && (errno == EMFILE || errno == ENFILE))
        fail("pidfd_open %d", (int)state->pid); /* not that it has ended */
    /* asked after it was opened: now it cannot become another process */
    if (pidfd == -1 || (state->start && start_of(state->pid) == state->start))
        return pidfd;
    close(pidfd);
    return -1;
}

static bool is_paused(const struct state *state)
{
    struct cgroup cgroup = {0};
    bool paused;

    if (state->cgroups_path)
        open_cgroup(&cgroup, state->cgroups_path);
    paused = is_frozen(&cgroup);
    close_cgroup(&cgroup);
    return paused;
}

enum status status_of(const struct state *state)
{
    if (state->pid <= 0 && state->busy)
        return STATUS_CREATING;
    if (state->pid <= 0 || !state->start ||
        start_of(state->pid) != state->start)
        return STATUS_STOPPED;
    if (is_paused(state))
        return STATUS_PAUSED;
    return faccessat(state->folder, socket_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0
             ? STATUS_CREATED
             : STATUS_RUNNING;
}

const char *status_word(enum status status)
{
    static const char *const words[] = {"creating", "created", "running",
                                        "paused", "stopped"};

    return words[status];
}

/* ---- the folder ------------------------------------------------------------- */

static void set_path(struct state *state, const char *root, const char *id)
{
    require_id(id);
    *state = (struct state){
        .id = id,
        .path = format_text("%s/%s", root, id),
        .folder = -1,
    };
}

/* False if it is not there. */
static bool open_state_folder(struct state *state)
{
    state->folder = open_folder(AT_FDCWD, state->path);
    if (state->folder == -1 && errno != ENOENT && errno != ENOTDIR)
        fail("open %s", state->path);
    return state->folder != -1;
}

/* Opens the folder and waits for its lock. False if it is not there, or was
 * removed while we waited. */
static bool lock_folder(struct state *state)
{
    if (!open_state_folder(state))
        return false;
    if (lock_state_again(state))
        return true;
    close(state->folder);
    state->folder = -1;
    return false;
}

static void write_in_folder(const struct state *state, const char *name,
                            const char *text)
{
    if (!replace_file(state->folder, name, new_name, text, false))
        fail("write %s/%s", state->path, name);
}

void make_state(struct state *state, const char *root, const char *id,
                const char *bundle, const struct config *config)
{
    int number;

    set_path(state, root, id);
    if (make_dir(root) == -1)
        fail("mkdir %s", root);
    /* of two that do this at the same time, one succeeds */
    if (mkdir(state->path, 0700) == -1) {
        if (errno == EEXIST)
            fail_plainly(NULL, "container with the id %s already exists", id);
        fail_with_hint("states are kept there: it must be writable", "mkdir %s",
                       state->path);
    }
    state->folder = open_folder(AT_FDCWD, state->path);
    if (state->folder == -1 || !lock_state_again(state)) {
        number = errno;
        rmdir(state->path);
        errno = number;
        fail("open %s", state->path);
    }
    state->bundle = bundle;
    state->rootfs = config->root.path;
    if (config->linux_.host_mounts)
        state->below_rootfs = mount_number(AT_FDCWD, state->rootfs);
    state->cgroups_path = config->linux_.cgroups_path;
    state->created = time_text();
    state->annotations = json_object_new_object();
    for (size_t i = 0; i < config->annotation_count; i++)
        add_json_text(state->annotations, config->annotations[i].name,
                      config->annotations[i].value);
    write_in_folder(state, config_name, config->source);
    save_state(state);
}

struct json saved_config(const struct state *state)
{
    char *path = format_text("%s/%s", state->path, config_name);
    char *text = read_file(path);
    struct json json = {.path = path};

    if (text)
        json = parse_json(text, path);
    else if (errno != ENOENT)
        fail("read %s", path);
    free(text); /* the path is still in messages about it */
    return json;
}

void unlock_state(const struct state *state)
{
    flock(state->folder, LOCK_UN);
}

bool lock_state_again(const struct state *state)
{
    struct stat status;

    while (flock(state->folder, LOCK_EX) == -1)
        if (errno != EINTR)
            return false;
    return fstat(state->folder, &status) == 0 && status.st_nlink > 0;
}

void remove_state(struct state *state)
{
    static const char *const names[] = {socket_name, config_name, new_name,
                                        file_name};

    if (state->folder == -1)
        return;
    for (size_t i = 0; i < COUNT(names); i++)
        unlinkat(state->folder, names[i], 0);
    remove_notify_folder(state);
    if (rmdir(state->path) == -1)
        warn("cannot remove %s: %s", state->path, strerror(errno));
    close(state->folder);
    state->folder = -1;
}

/* ---- state.json --------------------------------------------------------------- */

struct json_object *describe_for_others(const struct state *state,
                                        const char *status, pid_t pid)
{
    struct json_object *object = json_object_new_object();

    add_json_text(object, "ociVersion", SPEC_VERSION);
    add_json_text(object, "id", state->id);
    add_json_text(object, "status", status);
    if (pid)
        add_json(object, "pid", json_object_new_int(pid));
    add_json_text(object, "bundle", state->bundle);
    if (state->annotations)
        add_json(object, "annotations", json_object_get(state->annotations));
    return object;
}

/* In runc's order; "pid" of a stopped container is 0. */
struct json_object *describe_state(const struct state *state)
{
    struct json_object *object = json_object_new_object();
    enum status status = status_of(state);
    int pid = status == STATUS_STOPPED ? 0 : (int)state->pid;

    add_json_text(object, "ociVersion", SPEC_VERSION);
    add_json_text(object, "id", state->id);
    add_json(object, "pid", json_object_new_int(pid));
    add_json_text(object, "status", status_word(status));
    add_json_text(object, "bundle", state->bundle);
    add_json_text(object, "rootfs", state->rootfs);
    add_json_text(object, "created", state->created);
    if (state->annotations && json_object_object_length(state->annotations))
        add_json(object, "annotations", json_object_get(state->annotations));
    add_json_text(object, "owner", "root");
    return object;
}

void save_state(const struct state *state)
{
    struct json_object *object = json_object_new_object();

    add_json(object, "pid", json_object_new_int(state->pid));
    add_json_number(object, "start", state->start);
    add_json_text(object, "bundle", state->bundle);
    add_json_text(object, "rootfs", state->rootfs);
    add_json_number(object, "belowRootfs", (uint64_t)state->below_rootfs);
    add_json_text(object, "cgroupsPath", state->cgroups_path);
    add_json_text(object, "created", state->created);
    add_json(object, "annotations", json_object_get(state->annotations));
    write_in_folder(state, file_name, json_line(object));
    json_object_put(object);
}

/* Without the file the container was never made: what there is can only be
 * deleted. */
static void load_state(struct state *state)
{
    char *path = format_text("%s/%s", state->path, file_name);
    char *text = read_file(path);
    uint64_t pid = 0, start = 0, below = 0;
    struct json json;

    state->bundle = state->rootfs = state->created = "";
    if (text) {
        json = parse_json(text, path);
        get_unsigned(json, "pid", INT32_MAX, &pid);
        get_unsigned(json, "start", UINT64_MAX, &start);
        get_unsigned(json, "belowRootfs", INT32_MAX, &below);
        state->bundle = require_text(json, "bundle");
        state->rootfs = require_text(json, "rootfs");
        state->created = require_text(json, "created");
        state->cgroups_path = get_text(json, "cgroupsPath");
        state->annotations = get_object(json, "annotations").value;
    } else if (errno != ENOENT) {
        fail("read %s", path);
    }
    state->pid = (pid_t)pid;
    state->start = start;
    state->below_rootfs = (int)below;
    free(text); /* the path is still in messages about it */
}

bool open_state(struct state *state, const char *root, const char *id)
{
    set_path(state, root, id);
    if (!lock_folder(state))
        return false;
    load_state(state);
    return true;
}

bool look_at_state(struct state *state, const char *root, const char *id)
{
    struct stat status;

    set_path(state, root, id);
    if (!open_state_folder(state))
        return false;
    state->busy = flock(state->folder, LOCK_SH | LOCK_NB) == -1;
    unlock_state(state);
    load_state(state);
    /* removed meanwhile: what was read may be less than there was */
    return fstat(state->folder, &status) == 0 && status.st_nlink > 0;
}

/* ---- the socket ----------------------------------------------------------------- */

int listen_for_start(const struct state *state)
{
    int fd = listen_in(state->folder, socket_name);

    if (fd == -1)
        fail("listen on %s/%s", state->path, socket_name);
    return fd;
}

int connect_to_start(const struct state *state)
{
    int fd = connect_in(state->folder, socket_name);

    if (fd == -1)
        fail("connect to %s/%s", state->path, socket_name);
    return fd;
}

void forget_start(const struct state *state)
{
    unlinkat(state->folder, socket_name, 0);
}
