/* record.c - containers in the store. */
#include "record.h"

#include <ctype.h>
#include <json-c/json.h>
#include <nettle/base16.h>
#include <sys/file.h>
#include <sys/random.h>

#include "base.h"
#include "config_json.h"
#include "names.h"
#include "paths.h"
#include "tree.h"
#include "verbs.h"

enum { MOST_BYTES = 4 << 20 };

const char containers_folder[] = "containers";

static const char container_file[] = "container.json";
static const char status_file[] = "status.json";
static const char config_file[] = "config.json";

/* ---- files ------------------------------------------------------------------ */

/* Kept for the day when the disk is full: how a container ended must fit. */
static const char reserve_file[] = "reserve";

static void make_reserve(const struct record *record)
{
    static const char block[4096] = "so many bytes are kept\n";
    int fd = openat(record->folder, reserve_file,
                    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    /* without it, too, a container can live */
    if (fd != -1 && write(fd, block, sizeof(block)) == -1)
        explain("write(\"%s\") = -1 # %s", reserve_file, strerror(errno));
    if (fd != -1)
        close(fd);
}

/* Under a name of this writer alone until it is whole: "update" and the monitor
 * do it at the same time. */
static bool try_to_write(const struct record *record, const char *name,
                         const char *text)
{
    char *new_name = format_text(".%s.%d", name, (int)getpid());
    bool done = replace_file(record->folder, name, new_name, text, true);

    free(new_name);
    return done;
}

/* Writes a file of the folder, whole or not at all, also if the machine stops
 * meanwhile. */
static void write_whole(const struct record *record, const char *name,
                        const char *text)
{
    if (!try_to_write(record, name, text))
        fail("write %s/%s", record->path, name);
}

void save_record(const struct record *record)
{
    write_whole(record, container_file, json_line(record->json.value));
}

struct json read_record_config(const struct record *record)
{
    char *text = read_in_root(record->folder, config_file, MOST_BYTES);
    struct json json;

    if (!text)
        fail("read %s/%s", record->path, config_file);
    json = parse_json(text, config_file);
    free(text);
    return json;
}

void save_record_config(const struct record *record, struct json config)
{
    write_whole(record, config_file, json_text(config.value));
}

bool save_status(const struct record *record)
{
    struct json_object *object = json_object_new_object();
    const char *text;
    bool done;

    add_json_text(object, "started", record->status.started);
    add_json_text(object, "finished", record->status.finished);
    add_json_text(object, "address", record->status.address);
    add_json_texts(object, "ports", record->status.ports);
    add_json_number(object, "exitStatus", (uint64_t)record->status.exit_status);
    add_json_bool(object, "outOfMemory", record->status.out_of_memory);
    add_json_number(object, "restarts", record->status.restarts);
    add_json_number(object, "monitor", (uint64_t)record->status.monitor);
    text = json_line(object);
    done = try_to_write(record, status_file, text);
    if (!done) {
        unlinkat(record->folder, reserve_file, 0);
        done = try_to_write(record, status_file, text);
    }
    if (!done)
        warn("cannot write %s/%s: %s", record->path, status_file,
             strerror(errno));
    json_object_put(object);
    return done;
}

void read_status(struct record *record)
{
    char *text = read_in_root(record->folder, status_file, MOST_BYTES);
    struct json json = {.path = ""};
    uint64_t exit_status = 0, monitor = 0;

    if (text)
        json = parse_json(text, status_file);
    else if (errno != ENOENT)
        fail("read %s/%s", record->path, status_file);
    get_unsigned(json, "exitStatus", 255, &exit_status);
    get_unsigned(json, "monitor", INT32_MAX, &monitor);
    record->status.restarts = 0;
    get_unsigned(json, "restarts", UINT64_MAX, &record->status.restarts);
    record->status.started = get_text(json, "started");
    record->status.finished = get_text(json, "finished");
    record->status.address = get_text(json, "address");
    record->status.ports = (const char *const *)load_texts(json, "ports");
    record->status.out_of_memory = get_bool(json, "outOfMemory");
    record->status.exit_status = (int)exit_status;
    record->status.monitor = (pid_t)monitor;
    free(text);
}

/* ---- opening one ------------------------------------------------------------- */

bool read_record(struct record *record)
{
    char *text = read_in_root(record->folder, container_file, MOST_BYTES);

    if (!text)
        return false;
    record->json = parse_json(text, container_file);
    record->name = require_text(record->json, "name");
    free(text);
    return true;
}

bool open_record(struct record *record, const char *data_root, const char *id)
{
    *record = (struct record){
        .id = format_text("%s", id),
        .path = format_text("%s/%s/%s", data_root, containers_folder, id),
    };
    record->folder = open_folder(AT_FDCWD, record->path);
    if (record->folder == -1) {
        if (errno != ENOENT)
            fail("open %s", record->path);
        return false;
    }
    if (!read_record(record)) {
        if (errno != ENOENT)
            fail("read %s/%s", record->path, container_file);
        close(record->folder);
        return false;
    }
    read_status(record);
    return true;
}

void close_record(struct record *record)
{
    close(record->folder);
    free(record->path);
    free(record->id);
}

/* ---- making one ------------------------------------------------------------------ */

char *make_id(void)
{
    unsigned char bytes[ID_LENGTH / 2];
    char *id = format_text("%*s", ID_LENGTH, "");

    do {
        if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
            fail("getrandom");
        base16_encode_update(id, sizeof(bytes), bytes);
        /* a short id of digits alone would be taken for a number */
    } while (strspn(id, "0123456789") >= SHORT_ID);
    return id;
}

/* What could not be made is taken back. */
static noreturn void give_up(const struct record *record)
{
    int number = errno;

    remove_tree(AT_FDCWD, record->path);
    errno = number;
    fail("write the files of %s", record->path);
}

static const struct record *find_name(const struct record *records,
                                      size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(records[i].name, name) == 0)
            return &records[i];
    return NULL;
}

/* Two letters at least, as docker's. */
static void check_name(const char *name)
{
    bool good = isalnum((unsigned char)*name) && name[1] && strlen(name) <= 200;

    for (const char *c = name; *c; c++)
        good = good && (isalnum((unsigned char)*c) || strchr("_.-", *c));
    if (!good)
        fail_plainly(NULL,
                     "--name \"%.80s\": must be letters, digits, and _ . - "
                     "after the first, at least two and at most 200",
                     name);
}

static const char *choose_name(const char *data_root, const char *wanted)
{
    size_t count;
    struct record *records = list_records(data_root, &count);
    const struct record *other;
    const char *name = wanted;

    if (wanted) {
        check_name(wanted);
        other = find_name(records, count, wanted);
        if (other)
            fail_plainly(format_text("rm %s, or another name", wanted),
                         "the name \"%s\" is taken by container %.*s", wanted,
                         SHORT_ID, other->id);
    }
    while (!name || (!wanted && find_name(records, count, name)))
        name = make_up_name();
    for (size_t i = 0; i < count; i++)
        close_record(&records[i]);
    free(records);
    return name;
}

void make_record(struct record *record, const struct store *store,
                 const char *name, const char *id, const char *config,
                 struct json_object *container)
{
    /* nobody else takes the name meanwhile */
    int lock = lock_store(store);

    *record = (struct record){
        .id = format_text("%s", id),
        .name = choose_name(store->path, name),
        .path = format_text("%s/%s/%s", store->path, containers_folder, id),
        .json = {.value = container, .path = ""},
    };
    add_json_text(container, "name", record->name);
    if (mkdir(record->path, 0700) == -1)
        fail_with_hint(store_hint, "mkdir %s", record->path);
    record->folder = open_folder(AT_FDCWD, record->path);
    if (record->folder == -1)
        give_up(record);
    /* before it is a container that others can see, and sweep */
    lock_record(record, true);
    if (mkdirat(record->folder, "root", 0755) == -1)
        give_up(record);
    make_reserve(record);
    if (!try_to_write(record, config_file, config) ||
        !try_to_write(record, container_file, json_line(container)))
        give_up(record);
    close(lock);
}

/* ---- how it is ------------------------------------------------------------------- */

bool lock_record(const struct record *record, bool wait)
{
    while (flock(record->folder, LOCK_EX | (wait ? 0 : LOCK_NB)) == -1) {
        if (errno == EWOULDBLOCK)
            return false;
        if (errno != EINTR)
            fail("lock %s", record->path);
    }
    return true;
}

void unlock_record(const struct record *record)
{
    flock(record->folder, LOCK_UN);
}

/* Only looked at: who wants the lock for himself does not notice. */
bool has_monitor(const struct record *record)
{
    bool held = flock(record->folder, LOCK_SH | LOCK_NB) == -1;

    if (!held)
        unlock_record(record);
    return held;
}

enum record_state look_at_record(const struct record *record,
                                 struct state *state)
{
    bool lives = has_monitor(record);
    struct record now = *record;

    *state = (struct state){.folder = -1};
    if (lives && look_at_state(state, default_state_root(), record->id)) {
        if (status_of(state) == STATUS_RUNNING)
            return RECORD_RUNNING;
        if (status_of(state) == STATUS_PAUSED)
            return RECORD_PAUSED;
        close(state->folder);
        state->folder = -1;
    }
    /* as it is now, and not when the record was opened */
    read_status(&now);
    if (!now.status.started)
        return RECORD_CREATED;
    /* it has just ended, and the monitor is about to say how */
    for (int i = 0; lives && !now.status.finished && i < 100; i++) {
        usleep(10000);
        read_status(&now);
        lives = has_monitor(record);
    }
    if (lives && strcmp(require_text(record->json, "restart"), "no") != 0 &&
        faccessat(record->folder, "stopped", F_OK, 0) == -1)
        return RECORD_RESTARTING;
    /* removed meanwhile, with how it had ended */
    if (faccessat(record->folder, container_file, F_OK, 0) == -1)
        return RECORD_EXITED;
    return now.status.finished ? RECORD_EXITED : RECORD_DEAD;
}

enum record_state record_state_of(const struct record *record)
{
    struct state state;
    enum record_state how = look_at_record(record, &state);

    if (is_up(how))
        close(state.folder);
    return how;
}

bool is_up(enum record_state state)
{
    return state == RECORD_RUNNING || state == RECORD_PAUSED;
}

const char *record_word(enum record_state state)
{
    static const char *const words[] = {"created",    "running", "paused",
                                        "restarting", "exited",  "dead"};

    return words[state];
}

/* ---- the end ---------------------------------------------------------------------- */

void discard_remains(const struct record *record)
{
    struct state state;

    if (open_state(&state, default_state_root(), record->id))
        delete_container(&state);
}

void remove_record(struct record *record)
{
    int parent;

    discard_remains(record);
    /* first what makes it a container: a kill leaves no half of one */
    unlinkat(record->folder, container_file, 0);
    parent = open_folder(record->folder, "..");
    if (parent == -1 || remove_tree(parent, record->id) == -1)
        fail("remove %s", record->path);
    close(parent);
    close(record->folder);
    record->folder = -1;
}
