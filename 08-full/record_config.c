/* record_config.c - what config.json has no words for. */
#include "record_config.h"

#include <sched.h>
#include <signal.h>

#include "base.h"
#include "cli_network.h"
#include "config_json.h"
#include "etc_files.h"
#include "network.h"
#include "signals.h"
#include "syscalls.h"

/* Open while the container runs, so that nobody removes one. */
static struct {
    int *folders;
    size_t count;
} held;

static const char **hold_layers(struct json digests, const char *data_root)
{
    size_t count = count_elements(digests);
    const char **paths = allocate(count, sizeof(*paths));
    struct store store;
    int lock;

    held.folders = allocate(count, sizeof(*held.folders));
    open_store(&store, data_root);
    lock = lock_store(&store);
    for (size_t i = 0; i < count; i++) {
        const char *digest = text_at(digests, i);
        int fd = hold_layer(&store, digest);

        if (fd == -1)
            fail_plainly("load the image again", "layer %s is missing", digest);
        held.folders[held.count++] = fd;
        paths[i] = layer_path(&store, digest);
    }
    close(lock);
    return paths;
}

void release_layers(void)
{
    while (held.count > 0)
        close(held.folders[--held.count]);
}

static void load_root(const struct record *record, const char *data_root,
                      struct config *config)
{
    const char *rootfs = get_text(record->json, "rootfs");
    const char **layers;

    config->root.store = data_root;
    config->root.work = record->path;
    config->root.path = format_text("%s/root", record->path);
    config->root.stays = !get_bool(record->json, "removeAtEnd");
    config->root.most_written = UNLIMITED;
    get_unsigned(record->json, "mostWritten", UINT64_MAX,
                 &config->root.most_written);
    if (rootfs) {
        layers = allocate(1, sizeof(*layers));
        layers[0] = rootfs;
    } else {
        layers = hold_layers(get_array(record->json, "layers"), data_root);
    }
    config->root.layers = layers;
}

static void load_list(struct json object, const char *name, struct list *to)
{
    struct json array = get_array(object, name);

    for (size_t i = 0; i < count_elements(array); i++)
        parse_list(text_at(array, i), to);
}

/* ---- namespaces of other containers --------------------------------------------- */

static pid_t find_process(const char *flag, const char *data_root,
                          const char *word, int *pidfd)
{
    struct record other;
    struct state state;
    bool recorded = find_record(&other, data_root, word);
    const char *id = recorded ? other.id : word;
    bool found =
        !check_id(id) && look_at_state(&state, default_state_root(), id);

    if (!found && !recorded)
        fail_plainly("ps lists those that there are",
                     "--%s container:%s: it does not exist", flag, word);
    *pidfd = found ? open_state_process(&state) : -1;
    if (found)
        close(state.folder);
    if (*pidfd == -1)
        fail_plainly(recorded ? format_text("start %s first", word) : NULL,
                     "--%s container:%s: it is not running", flag, word);
    return state.pid;
}

/* The descriptor keeps the namespace: the process may end, and another get its
 * number. */
char *hold_namespace(const char *flag, const char *data_root, const char *word,
                     const char *file)
{
    int pidfd;
    pid_t pid = find_process(flag, data_root, word, &pidfd);
    char *path = format_text("/proc/%d/ns/%s", (int)pid, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd == -1)
        fail("open %s", path);
    /* asked now, so it is that process's namespace */
    if (sys_pidfd_send_signal(pidfd, 0) == -1)
        fail_plainly(NULL, "--%s container:%s: it has ended", flag, word);
    close(pidfd);
    free(path);
    return format_text("/proc/self/fd/%d", fd);
}

/* "container:NAME" of --network, --pid, --ipc: three at most. */
static void join_others(const struct record *record, const char *data_root,
                        struct config *config)
{
    static const struct {
        const char *flag, *file;
        int type;
    } kinds[] = {{"network", "net", CLONE_NEWNET},
                 {"pid", "pid", CLONE_NEWPID},
                 {"ipc", "ipc", CLONE_NEWIPC}};
    static struct joined_namespace joined[3];
    struct json modes = get_object(record->json, "modes");

    for (size_t i = 0; i < 3; i++) {
        const char *mode = get_text(modes, kinds[i].flag);
        const char *other = mode ? container_in(mode) : NULL;

        if (!other)
            continue;
        joined[config->linux_.joined_count++] = (struct joined_namespace){
            .type = kinds[i].type,
            .path =
                hold_namespace(kinds[i].flag, data_root, other, kinds[i].file),
        };
        config->linux_.namespaces &= ~(uint64_t)kinds[i].type;
    }
    config->linux_.joined = joined;
}

static void load_network(struct json container, struct config *config)
{
    const char *mode = get_text(get_object(container, "modes"), "network");
    struct network *network = allocate(1, sizeof(*network));

    if (!mode || strcmp(mode, "bridge") != 0)
        return;
    *network = (struct network){.pool = -1, .lease = -1};
    load_list(container, "ports", &network->ports);
    load_list(container, "dns", &network->dns);
    load_list(container, "search", &network->search);
    load_list(container, "hosts", &network->hosts);
    get_unsigned(container, "networkRate", UINT64_MAX, &network->rate);
    config->network = network;
}

void load_identity(struct json container, struct config *config)
{
    struct process *process = &config->process;
    struct user *to = &process->user;
    const char *name = get_text(container, "user");

    if (name && *name)
        to->name = name;
    to->groups = (const char *const *)load_texts(container, "groups");
    to->additional_gid_count = 0; /* they are looked up anew */
    to->primary_group_too = true;
    process->capabilities.root_only = true;
    config->linux_.built_in_filter = get_bool(container, "builtInFilter");
}

void load_record(const struct record *record, const char *data_root,
                 struct config *config)
{
    struct process *process = &config->process;

    load_bundle(record->path, NULL, config);
    load_identity(record->json, config);
    process->init = get_bool(record->json, "init");
    process->stdin_open = get_bool(record->json, "openStdin");
    load_root(record, data_root, config);
    join_others(record, data_root, config);
    load_network(record->json, config);
    add_record_files(config, record->path);
}

int stop_signal_of(struct json container)
{
    const char *text = get_text(container, "stopSignal");
    int number = text ? find_signal(text) : 0;

    return number ? number : SIGTERM;
}

void open_log_of(const struct record *record, struct container_log *log)
{
    struct json options = get_object(record->json, "log");
    uint64_t size = LOG_SIZE, files = LOG_FILES;

    get_unsigned(options, "maxSize", UINT64_MAX, &size);
    get_unsigned(options, "maxFile", 1000, &files);
    open_container_log(log, record->folder, size, (unsigned)files);
}
