/* verbs.c - start, state, pause, resume, list. */
#include "verbs.h"

#include <json-c/json.h>

#include "base.h"
#include "cgroup.h"
#include "config_json.h"
#include "control.h"
#include "hooks.h"
#include "listener.h"
#include "notify.h"
#include "state.h"
#include "syscalls.h"
#include "table.h"

static const struct flag no_flags[] = {{0}};

/* A bundle's container, which has a state and no record? */
static bool is_of_a_bundle(const struct globals *globals, const char *word)
{
    char *state = format_text("%s/%s", globals->root, word);
    char *folder =
        format_text("%s/%s/%s", globals->data_root, containers_folder, word);
    bool found =
        globals->own_root || (!check_id(word) && access(state, F_OK) == 0 &&
                              access(folder, F_OK) == -1);

    free(state);
    free(folder);
    return found;
}

bool names_record(const struct globals *globals, const char *word,
                  struct record *record)
{
    return !is_of_a_bundle(globals, word) &&
           find_record(record, globals->data_root, word);
}

bool name_records(const struct globals *globals, char **words)
{
    struct record record;

    if (*words && is_of_a_bundle(globals, *words))
        return false;
    for (; *words; words++)
        if (names_record(globals, *words, &record))
            return true;
    return false;
}

void require_state(struct state *state, const struct globals *globals,
                   const char *id)
{
    struct record record;

    if (open_state(state, globals->root, id))
        return;
    if (names_record(globals, id, &record))
        fail_plainly(NULL, "container %s is not running", record.name);
    if (!globals->own_root)
        fail_plainly(hint_for(globals->data_root, id), "no such container: %s",
                     id);
    fail_plainly(NULL, "container %s does not exist", id);
}

void open_groups(const struct state *state, struct cgroup *cgroup)
{
    if (state->cgroups_path)
        open_cgroup(cgroup, state->cgroups_path);
}

/* Its part of the talk of sync.h; the last word is the command's begin. */
static void pass_on_listener(const struct state *state, int connection,
                             int listener)
{
    struct json seccomp =
        get_object(get_object(saved_config(state), "linux"), "seccomp");

    send_listener(require_text(seccomp, "listenerPath"),
                  get_text(seccomp, "listenerMetadata"), listener, state,
                  "created", state->pid);
    close(listener);
    send_go(connection);
}

/* One that fails takes the container with it. */
static void run_poststart_hooks(const struct state *state)
{
    struct cgroup cgroup = {0};
    struct hooks hooks;
    char *failure;

    load_hooks(saved_config(state), &hooks);
    failure = try_hooks(&hooks, POSTSTART_HOOK, state, "running", state->pid,
                        environ);
    if (!failure)
        return;
    open_groups(state, &cgroup);
    kill_all(state, &cgroup);
    fail_plainly(NULL, "%s", failure);
}

int start_verb(int argc, char **argv, const struct globals *globals)
{
    bool attached = false, input = false;
    const struct flag flags[] = {
        {"attach", 'a', NULL, "stay with it", parse_switch, &attached},
        {"interactive", 'i', NULL, "with our standard input", parse_switch,
         &input},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    struct message message = {0};
    struct state state;
    const char *id;
    int connection, process, ready;

    if (name_records(globals, words))
        return start_records(words, attached, input, globals);
    id = only_id(words);
    require_state(&state, globals, id);
    if (status_of(&state) != STATUS_CREATED)
        fail_plainly(NULL, "cannot start container %s: it is %s, not created",
                     id, status_word(status_of(&state)));
    if (!is_there(get_object(saved_config(&state), "process")))
        fail_plainly(NULL,
                     "cannot start container %s: its config.json has no "
                     "process",
                     id);
    ready = listen_for_ready(&state);
    connection = connect_to_start(&state);
    send_go(connection);
    /* closed by execve; see sync.h */
    while (receive_message(connection, &message) != MESSAGE_CLOSED) {
        if (message.kind == MESSAGE_FAILED)
            end_with_failure(&message.failure);
        if (message.kind == MESSAGE_LISTENER)
            pass_on_listener(&state, connection, message.fd);
    }
    forget_start(&state);
    run_poststart_hooks(&state);
    process = open_state_process(&state);
    unlock_state(&state);
    wait_until_ready(ready, process);
    return EXIT_SUCCESS;
}

int state_verb(int argc, char **argv, const struct globals *globals)
{
    const char *id = only_id(parse_flags(argc, argv, no_flags, ""));
    struct state state;

    if (!look_at_state(&state, globals->root, id))
        fail_plainly(NULL, "container %s does not exist", id);
    fputs(json_text(describe_state(&state)), stdout);
    return EXIT_SUCCESS;
}

/* ---- pause, resume ------------------------------------------------------------ */

static void open_to_pause(struct state *state, struct cgroup *cgroup,
                          const char *id, const struct globals *globals)
{
    require_state(state, globals, id);
    if (!state->cgroups_path)
        fail_plainly(NULL, "container %s has no cgroups: nothing can be paused",
                     id);
    open_groups(state, cgroup);
}

static void pause_one(const char *id, const char *name,
                      const struct globals *globals)
{
    struct cgroup cgroup = {0};
    struct state state;
    enum status status;

    open_to_pause(&state, &cgroup, id, globals);
    status = status_of(&state);
    if (status != STATUS_RUNNING && status != STATUS_CREATED)
        fail_plainly(NULL, "cannot pause container %s: it is %s", name,
                     status_word(status));
    if (!freeze_cgroup(&cgroup))
        fail_plainly(NULL, "cannot pause container %s: it has just ended",
                     name);
}

static void resume_one(const char *id, const char *name,
                       const struct globals *globals)
{
    struct cgroup cgroup = {0};
    struct state state;
    enum status status;

    open_to_pause(&state, &cgroup, id, globals);
    status = status_of(&state);
    if (status != STATUS_PAUSED)
        fail_plainly(NULL, "cannot resume container %s: it is %s, not paused",
                     name, status_word(status));
    thaw_cgroup(&cgroup);
}

static void require_how(const struct record *record, const char *verb,
                        enum record_state wanted)
{
    enum record_state how = record_state_of(record);

    if (how != wanted)
        fail_plainly(NULL, "cannot %s container %s: it is %s", verb,
                     record->word, record_word(how));
}

/* runc's form takes one id and prints nothing, docker's several names, which it
 * prints. */
static int for_each(int argc, char **argv, const struct globals *globals,
                    void (*act)(const char *id, const char *name,
                                const struct globals *globals))
{
    char **words = parse_flags(argc, argv, no_flags, "");
    struct record *record;
    int status;

    if (!name_records(globals, words)) {
        act(only_id(words), words[0], globals);
        return EXIT_SUCCESS;
    }
    record = find_records(words, globals->data_root, &status);
    for (; record->id; record++) {
        require_how(record, argv[0],
                    act == resume_one ? RECORD_PAUSED : RECORD_RUNNING);
        act(record->id, record->word, globals);
        puts(record->word);
    }
    return status;
}

int pause_verb(int argc, char **argv, const struct globals *globals)
{
    return for_each(argc, argv, globals, pause_one);
}

int resume_verb(int argc, char **argv, const struct globals *globals)
{
    return for_each(argc, argv, globals, resume_one);
}

/* ---- list --------------------------------------------------------------------- */

static const char *parse_table_format(const char *text, void *value)
{
    *(bool *)value = strcmp(text, "json") == 0;
    return has_word("json table", text) ? NULL : "table or json";
}

/* An array of all containers' states. */
static struct json_object *read_states(const char *root)
{
    struct json_object *array = json_object_new_array();
    struct dirent **entries = NULL;
    int count = scandir(root, &entries, NULL, alphasort);

    if (count == -1 && errno != ENOENT)
        fail("read %s", root);
    for (int i = 0; i < count; i++) {
        struct state state;

        if (!check_id(entries[i]->d_name) &&
            look_at_state(&state, root, entries[i]->d_name)) {
            json_object_array_add(array, describe_state(&state));
            close(state.folder);
        }
    }
    return array;
}

static const char *text_in(struct json_object *object, const char *name)
{
    return json_object_get_string(json_object_object_get(object, name));
}

static void print_table(struct json_object *array)
{
    static const char *const heads[] = {"ID",     "PID",     "STATUS",
                                        "BUNDLE", "CREATED", "OWNER"};
    static const char *const names[] = {"id",     "pid",     "status",
                                        "bundle", "created", "owner"};
    struct table table = {.columns = COUNT(heads)};

    add_row(&table, heads);
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        const char *cells[COUNT(names)];

        for (size_t j = 0; j < COUNT(names); j++)
            cells[j] = text_in(json_object_array_get_idx(array, i), names[j]);
        add_row(&table, cells);
    }
    print_rows(&table, 0, 0, "\n");
}

int list_verb(int argc, char **argv, const struct globals *globals)
{
    bool json = false, quiet = false;
    const struct flag flags[] = {
        {"format", 'f', "table|json", "how it is printed (table)",
         parse_table_format, &json},
        {"quiet", 'q', NULL, "the ids alone", parse_switch, &quiet},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    struct json_object *array;

    if (words[0])
        fail_plainly(NULL, "list takes no \"%.80s\"", words[0]);
    array = read_states(globals->root);
    if (quiet) {
        for (size_t i = 0; i < json_object_array_length(array); i++)
            puts(text_in(json_object_array_get_idx(array, i), "id"));
    } else if (json) {
        puts(json_line(array));
    } else {
        print_table(array);
    }
    return EXIT_SUCCESS;
}
