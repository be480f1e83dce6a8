/* run.c - run, start, restart, attach: what begins with a monitor. */
#include <json-c/json.h>

#include "base.h"
#include "cli.h"
#include "client.h"
#include "config_write.h"
#include "control.h"
#include "keys.h"
#include "monitor.h"
#include "packets.h"
#include "record.h"
#include "self.h"
#include "terminal.h"
#include "times.h"
#include "verbs.h"

/* ---- container.json --------------------------------------------------------------- */

static void describe_network(struct json_object *object,
                             const struct run_options *options)
{
    struct json_object *modes = json_object_new_object();

    add_json_text(modes, "network", options->modes.network);
    add_json_text(modes, "pid", options->modes.pid);
    add_json_text(modes, "ipc", options->modes.ipc);
    add_json(object, "modes", modes);
    add_json_texts(object, "ports", options->network.ports.items);
    add_json_texts(object, "dns", options->network.dns.items);
    add_json_texts(object, "search", options->network.search.items);
    add_json_texts(object, "hosts", options->network.hosts.items);
    add_json_number(object, "networkRate", options->network.rate);
}

static struct json_object *describe(const struct config *config,
                                    const struct run_options *options)
{
    struct json_object *object = json_object_new_object();
    struct json_object *log = json_object_new_object();
    const struct process *process = &config->process;

    add_json_text(object, "created", time_text());
    add_json_text(object, "image",
                  options->image ? options->image : options->rootfs);
    add_json_text(object, "imageId", options->image ? options->image_id : "");
    if (options->image)
        add_json_texts(object, "layers", options->layers);
    else
        add_json_text(object, "rootfs", options->rootfs);
    add_json_texts(object, "command", (const char *const *)process->args);
    add_json_number(object, "entrypointWords", options->entrypoint_words);
    add_json_bool(object, "terminal", process->terminal);
    add_json_bool(object, "openStdin", process->stdin_open);
    add_json_bool(object, "removeAtEnd", options->remove);
    add_json_text(object, "restart", options->restart.policy);
    add_json_number(object, "mostRestarts", options->restart.most);
    add_json_text(object, "stopSignal", options->stop_signal);
    add_json_number(object, "stopTimeout", options->stop_timeout);
    add_json_number(log, "maxSize", options->log.size);
    add_json_number(log, "maxFile", options->log.files);
    add_json(object, "log", log);
    add_json_texts(object, "labels", options->labels.items);
    add_json_text(object, "user", process->user.name);
    add_json_texts(object, "groups", process->user.groups);
    add_json_bool(object, "init", process->init);
    add_json_bool(object, "builtInFilter", config->linux_.built_in_filter);
    add_json_number(object, "mostWritten", config->root.most_written);
    describe_network(object, options);
    return object;
}

/* ---- run --------------------------------------------------------------------------- */

static void write_cid_file(const char *path, const char *id)
{
    if (!write_text(AT_FDCWD, path, O_EXCL, 0644, id))
        fail("--cidfile %s", path);
}

static void make_container(struct record *record, struct config *config,
                           const struct run_options *options, const char *id)
{
    struct store store;

    open_store(&store, options->data_root);
    sweep_records(&store);
    config->linux_.cgroups_path = format_text("toy-docker/container-%s", id);
    config->root.path = "root";
    make_record(record, &store, options->name, id, write_config(config),
                describe(config, options));
}

/* From a monitor that was started to the command's end, if we stay with it. */
static int accompany_run(const struct record *record,
                         const struct monitor *monitor, bool input,
                         const char *detach_keys)
{
    return attend_container(&(struct attachment){
        .socket = monitor->socket,
        .input = input,
        .terminal = get_bool(record->json, "terminal"),
        .signals = record,
        .detach = detach_keys,
    });
}

int run_verb(int argc, char **argv, const struct globals *globals)
{
    static struct config config;
    struct run_options options = {.data_root = globals->data_root};
    char *id = make_id();
    struct winsize size;
    struct monitor monitor;
    struct record record;
    int failure;

    closefrom(STDERR_FILENO + 1);
    umask(022);
    parse_run(argc, argv, id, &config, &options);
    protect_own_file(globals->argv);
    begin_parent(); /* a signal from here on is for the command */
    make_container(&record, &config, &options, id);
    if (options.cid_file)
        write_cid_file(options.cid_file, id);
    monitor = start_monitor(&record, !options.detach,
                            get_own_size(&size) ? &size : NULL);
    failure = wait_until_started(&monitor);
    if (failure)
        return failure;
    if (options.detach) {
        puts(id);
        return EXIT_SUCCESS;
    }
    return accompany_run(&record, &monitor, config.process.stdin_open,
                         options.detach_keys);
}

/* ---- start ------------------------------------------------------------------------- */

/* Returns false if it runs already, as docker does without a word. */
static bool lock_to_start(struct record *record)
{
    for (;;) {
        enum record_state how = record_state_of(record);

        if (is_up(how))
            return false;
        if (how == RECORD_RESTARTING)
            fail_plainly(format_text("stop %s first", record->name),
                         "container %s is about to start again", record->name);
        if (lock_record(record, false))
            return true;
        usleep(10000); /* a monitor begins, or is about to end */
    }
}

/* With what is said of its input, signals and keys. */
static int attach_container(const struct record *record, struct attachment to)
{
    struct winsize size;
    enum record_state how = record_state_of(record);

    to.socket =
        how == RECORD_RUNNING ? connect_in(record->folder, attach_socket) : -1;
    if (to.socket == -1)
        fail_plainly(how == RECORD_PAUSED ? "unpause it first"
                                          : "logs prints what it has written",
                     "cannot attach to container %s: it is %s", record->name,
                     record_word(how));
    send_packet(to.socket, PACKET_ATTACH, NULL, 0, true);
    to.input = to.input && get_bool(record->json, "openStdin");
    to.terminal = get_bool(record->json, "terminal");
    /* the true size comes next: that it changes makes a shell show its prompt,
     * and an editor its screen */
    if (to.terminal && get_own_size(&size)) {
        size.ws_row++;
        send_packet(to.socket, PACKET_SIZE, &size, sizeof(size), true);
    }
    return attend_container(&to);
}

/* Starts it again, unless it runs; and stays with it if `attached`, with our
 * standard input if `input`. Returns the exit status for the program. */
static int start_container(struct record *record, bool attached, bool input)
{
    struct winsize size;
    struct monitor monitor;
    int failure;

    if (!lock_to_start(record))
        return attached ? attach_container(
                              record, (struct attachment){.input = input,
                                                          .signals = record})
                        : EXIT_SUCCESS;
    monitor =
        start_monitor(record, attached, get_own_size(&size) ? &size : NULL);
    failure = wait_until_started(&monitor);
    if (failure || !attached) {
        close(monitor.socket);
        return failure;
    }
    return accompany_run(record, &monitor,
                         input && get_bool(record->json, "openStdin"), NULL);
}

int start_records(char **words, bool attached, bool input,
                  const struct globals *globals)
{
    struct record *record;
    int status, failure = EXIT_SUCCESS;

    protect_own_file(globals->argv);
    record = find_records(words, globals->data_root, &status);
    if ((attached || input) && record->id && record[1].id)
        fail_plainly(NULL, "start: one container can be attached to");
    for (; record->id && !failure; record++) {
        failure = start_container(record, attached || input, input);
        if (!failure && !attached && !input)
            puts(record->word);
    }
    return failure ? failure : status;
}

int restart_verb(int argc, char **argv, const struct globals *globals)
{
    int number = 0, seconds = AS_RECORDED, status, failure = EXIT_SUCCESS;
    char **words = read_stop_flags(argc, argv, &number, &seconds);
    struct record *record;

    protect_own_file(globals->argv);
    record = find_records(words, globals->data_root, &status);
    for (; record->id && !failure; record++) {
        stop_container(record, number, seconds);
        failure = start_container(record, false, false);
        if (!failure)
            puts(record->word);
    }
    return failure ? failure : status;
}

/* ---- attach ------------------------------------------------------------------------- */

int attach_verb(int argc, char **argv, const struct globals *globals)
{
    bool no_input = false, signals = true;
    const char *keys = NULL;
    const struct flag flags[] = {
        {"no-stdin", 0, NULL, "without our standard input", parse_switch,
         &no_input},
        {"sig-proxy", 0, NULL, "=false: keep signals for ourselves",
         parse_switch, &signals},
        {"detach-keys", 0, "KEYS", "what to type to leave (ctrl-p,ctrl-q)",
         parse_detach_keys, &keys},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    struct record record;

    if (!words[0] || words[1])
        fail_plainly(NULL, "attach: one container is wanted");
    require_record(&record, globals->data_root, words[0]);
    require_terminal(!no_input && get_bool(record.json, "openStdin") &&
                     get_bool(record.json, "terminal"));
    return attach_container(
        &record, (struct attachment){.input = !no_input,
                                     .signals = signals ? &record : NULL,
                                     .detach = keys});
}
