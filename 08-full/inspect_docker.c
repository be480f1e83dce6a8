/* inspect_docker.c - containers and images in docker's words. */
#include <arpa/inet.h>
#include <json-c/json.h>

#include "base.h"
#include "config_json.h"
#include "inspect.h"
#include "ports.h"

/* ---- JSON --------------------------------------------------------------------- */

/* NULL is "", as docker has it. */
static void add_text(struct json_object *object, const char *name,
                     const char *text)
{
    add_json(object, name, json_object_new_string(text ? text : ""));
}

static void add_number(struct json_object *object, const char *name,
                       int64_t number)
{
    add_json(object, name, json_object_new_int64(number));
}

/* A copy of what is there; null otherwise. */
static void add_copy(struct json_object *object, const char *name,
                     struct json value)
{
    add_json(object, name, json_object_get(value.value));
}

static const char *text_or(struct json object, const char *name,
                           const char *other)
{
    const char *text = get_text(object, name);

    return text ? text : other;
}

/* ---- how it is ------------------------------------------------------------------ */

static struct json_object *describe_state_of(const struct subject *subject)
{
    static const char never[] = "0001-01-01T00:00:00Z";
    struct json_object *object = json_object_new_object();
    const struct record *record = &subject->record;
    const char *started = subject->recorded ? record->status.started : NULL;
    const char *finished = subject->recorded ? record->status.finished : NULL;
    bool paused = strcmp(subject->status, "paused") == 0;
    bool restarting = strcmp(subject->status, "restarting") == 0;

    add_text(object, "Status", subject->status);
    add_json_bool(object, "Running",
                  paused || restarting ||
                      strcmp(subject->status, "running") == 0);
    add_json_bool(object, "Paused", paused);
    add_json_bool(object, "Restarting", restarting);
    add_json_bool(object, "OOMKilled", record->status.out_of_memory);
    add_json_bool(object, "Dead", false);
    add_number(object, "Pid", subject->pid);
    add_number(object, "ExitCode", record->status.exit_status);
    add_text(object, "Error", "");
    add_text(object, "StartedAt", started ? started : never);
    add_text(object, "FinishedAt", finished ? finished : never);
    return object;
}

/* ---- ports, mounts --------------------------------------------------------------- */

/* {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]} */
static struct json_object *describe_ports(const char *const *texts)
{
    struct json_object *object = json_object_new_object();

    for (; texts && *texts; texts++) {
        struct json_object *binding = json_object_new_object(), *list;
        struct port port;
        char address[INET_ADDRSTRLEN];
        char *key;

        read_port(*texts, &port);
        key = format_text("%u/%s", port.container,
                          port.protocol == IPPROTO_UDP ? "udp" : "tcp");
        inet_ntop(AF_INET, &port.address, address, sizeof(address));
        add_text(binding, "HostIp", address);
        add_json(binding, "HostPort",
                 json_object_new_string(port.host ? format_text("%u", port.host)
                                                  : ""));
        if (!json_object_object_get_ex(object, key, &list)) {
            list = json_object_new_array();
            add_json(object, key, list);
        }
        json_object_array_add(list, binding);
        free(key);
    }
    return object;
}

bool is_everyones_mount(const char *destination)
{
    static const char *const places[] = {
        "/proc", "/sys",       "/dev",          "/tmp",
        "/run",  "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"};

    for (size_t i = 0; i < COUNT(places); i++) {
        size_t length = strlen(places[i]);

        /* the first three with all below them */
        if (strncmp(destination, places[i], length) == 0 &&
            (!destination[length] || (i < 3 && destination[length] == '/')))
            return true;
    }
    return false;
}

static bool has_option(struct json options, const char *first,
                       const char *second)
{
    for (size_t i = 0; i < count_elements(options); i++)
        if (strcmp(text_at(options, i), first) == 0 ||
            strcmp(text_at(options, i), second) == 0)
            return true;
    return false;
}

static struct json_object *describe_mounts(struct json config)
{
    struct json_object *array = json_object_new_array();
    struct json mounts = get_array(config, "mounts");

    for (size_t i = 0; i < count_elements(mounts); i++) {
        struct json mount = object_at(mounts, i);
        struct json options = get_array(mount, "options");
        const char *destination = text_or(mount, "destination", "");
        struct json_object *object;
        bool bind = has_option(options, "bind", "rbind");
        bool read_only = has_option(options, "ro", "rro");

        if (is_everyones_mount(destination))
            continue;
        object = json_object_new_object();
        add_text(object, "Type", bind ? "bind" : get_text(mount, "type"));
        add_text(object, "Source", bind ? get_text(mount, "source") : "");
        add_text(object, "Destination", destination);
        add_text(object, "Mode", read_only ? "ro" : "");
        add_json_bool(object, "RW", !read_only);
        add_text(object, "Propagation", bind ? "rprivate" : "");
        json_object_array_add(array, object);
    }
    return array;
}

/* "/usr:/data:ro", as -v has it */
static struct json_object *describe_binds(struct json config)
{
    struct json_object *mounts = describe_mounts(config);
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < json_object_array_length(mounts); i++) {
        struct json mount = {json_object_array_get_idx(mounts, i), ""};
        const char *mode = get_text(mount, "Mode");

        if (strcmp(get_text(mount, "Type"), "bind") == 0)
            append_json_text(array,
                             format_text("%s:%s%s%s", get_text(mount, "Source"),
                                         get_text(mount, "Destination"),
                                         *mode ? ":" : "", mode));
    }
    json_object_put(mounts);
    return array;
}

/* ---- what was asked for ----------------------------------------------------------- */

/* 0 where there is no limit. */
static int64_t limit_in(struct json resources, const char *part,
                        const char *name)
{
    int64_t value = 0;

    get_integer(get_object(resources, part), name, INT64_MIN, INT64_MAX,
                &value);
    return value;
}

static struct json_object *describe_restart(struct json container)
{
    struct json_object *object = json_object_new_object();
    uint64_t most = 0;

    get_unsigned(container, "mostRestarts", UINT64_MAX, &most);
    add_text(object, "Name", text_or(container, "restart", "no"));
    add_number(object, "MaximumRetryCount", (int64_t)most);
    return object;
}

static struct json_object *describe_host_config(struct json config,
                                                struct json container)
{
    struct json_object *object = json_object_new_object();
    struct json modes = get_object(container, "modes");
    struct json resources =
        get_object(get_object(config, "linux"), "resources");
    const char *pid = get_text(modes, "pid");
    int64_t quota = limit_in(resources, "cpu", "quota");
    int64_t period = limit_in(resources, "cpu", "period");
    int64_t memory = limit_in(resources, "memory", "limit");

    add_json(object, "Binds", describe_binds(config));
    add_text(object, "NetworkMode", text_or(modes, "network", ""));
    add_text(object, "PidMode", pid && strcmp(pid, "private") != 0 ? pid : "");
    add_text(object, "IpcMode", text_or(modes, "ipc", ""));
    add_json(
        object, "PortBindings",
        describe_ports((const char *const *)load_texts(container, "ports")));
    add_json(object, "RestartPolicy", describe_restart(container));
    add_json_bool(object, "AutoRemove", get_bool(container, "removeAtEnd"));
    add_json_bool(object, "ReadonlyRootfs",
                  get_bool(get_object(config, "root"), "readonly"));
    add_json_bool(object, "Init", get_bool(container, "init"));
    /* docker's 0 is no limit; its -1 is for swap beside one of memory */
    add_number(object, "Memory", memory > 0 ? memory : 0);
    add_number(object, "MemorySwap",
               memory > 0 ? limit_in(resources, "memory", "swap") : 0);
    add_number(object, "MemoryReservation",
               limit_in(resources, "memory", "reservation"));
    add_number(object, "NanoCpus",
               quota > 0 && period > 0 ? quota * 1000000 / period * 1000 : 0);
    add_number(object, "CpuShares", limit_in(resources, "cpu", "shares"));
    add_text(object, "CpusetCpus",
             text_or(get_object(resources, "cpu"), "cpus", ""));
    add_number(object, "PidsLimit", limit_in(resources, "pids", "limit"));
    add_text(object, "CgroupParent", "toy-docker");
    return object;
}

/* docker's labels are NAME=VALUE in a list with us. */
static struct json_object *describe_labels(struct json container)
{
    struct json_object *object = json_object_new_object();
    struct json labels = get_array(container, "labels");

    for (size_t i = 0; i < count_elements(labels); i++) {
        const char *label = text_at(labels, i), *value = strchr(label, '=');
        char *name = format_text("%.*s", (int)strcspn(label, "="), label);

        add_text(object, name, value ? value + 1 : "");
        free(name);
    }
    return object;
}

static struct json_object *describe_config(struct json config,
                                           struct json container)
{
    struct json_object *object = json_object_new_object();
    struct json process = get_object(config, "process");
    struct json args = get_array(process, "args");
    uint64_t words = 0;

    get_unsigned(container, "entrypointWords", SIZE_MAX, &words);
    add_text(object, "Hostname", get_text(config, "hostname"));
    add_text(object, "Domainname", get_text(config, "domainname"));
    add_text(object, "User", get_text(container, "user"));
    add_json_bool(object, "OpenStdin", get_bool(container, "openStdin"));
    add_json_bool(object, "Tty", get_bool(process, "terminal"));
    add_copy(object, "Env", get_array(process, "env"));
    add_json(object, "Cmd", copy_elements(args, words, SIZE_MAX));
    add_text(object, "Image", get_text(container, "image"));
    add_text(object, "WorkingDir", get_text(process, "cwd"));
    add_json(object, "Entrypoint", copy_elements(args, 0, words));
    add_json(object, "Labels", describe_labels(container));
    add_text(object, "StopSignal", get_text(container, "stopSignal"));
    return object;
}

/* ---- the network -------------------------------------------------------------------- */

static struct json_object *describe_network(const struct subject *subject,
                                            struct json container)
{
    struct json_object *object = json_object_new_object();
    struct json_object *networks = json_object_new_object();
    struct json_object *network = json_object_new_object();
    struct addresses addresses = addresses_of(subject);
    const char *mode = get_text(get_object(container, "modes"), "network");

    add_text(network, "IPAddress", addresses.own);
    add_text(network, "Gateway", addresses.gateway);
    add_json(networks, mode ? mode : "none", network);
    add_json(object, "Networks", networks);
    add_text(object, "IPAddress", addresses.own);
    add_text(object, "Gateway", addresses.gateway);
    add_json(object, "Ports",
             subject->pid ? describe_ports(subject->record.status.ports)
                          : json_object_new_object());
    return object;
}

/* ---- all of it ----------------------------------------------------------------------- */

struct json_object *describe_container(const struct subject *subject)
{
    struct json_object *object = json_object_new_object();
    struct json config = config_of(subject);
    struct json container = subject->container;
    struct json process = get_object(config, "process");
    struct json args = get_array(process, "args");
    struct json_object *arguments = copy_elements(args, 1, SIZE_MAX);

    add_text(object, "Id", subject->id);
    add_text(object, "Created",
             subject->recorded ? require_text(container, "created")
                               : subject->state.created);
    add_text(object, "Path", count_elements(args) ? text_at(args, 0) : "");
    add_json(object, "Args", arguments ? arguments : json_object_new_array());
    add_json(object, "State", describe_state_of(subject));
    add_text(object, "Image", get_text(container, "imageId"));
    add_json(object, "Name",
             json_object_new_string(format_text("/%s", subject->name)));
    add_number(object, "RestartCount",
               (int64_t)subject->record.status.restarts);
    add_text(object, "LogPath",
             subject->recorded ? format_text("%s/log", subject->record.path)
                               : "");
    add_text(object, "Driver", "overlay2");
    add_text(object, "Platform", "linux");
    add_json(object, "HostConfig", describe_host_config(config, container));
    add_json(object, "Mounts", describe_mounts(config));
    add_json(object, "Config", describe_config(config, container));
    add_json(object, "NetworkSettings", describe_network(subject, container));
    return object;
}

/* What the image says nothing of is there, too. */
static struct json_object *describe_image_config(struct json config)
{
    static const char *const lists[] = {"Cmd", "Entrypoint", "Env", "Labels"};
    static const char *const texts[] = {"User", "WorkingDir"};
    struct json_object *object = json_object_new_object();

    for (size_t i = 0; i < COUNT(lists); i++)
        add_json(object, lists[i], NULL);
    for (size_t i = 0; i < COUNT(texts); i++)
        add_text(object, texts[i], "");
    if (is_there(config)) {
        json_object_object_foreach(config.value, name, value)
        {
            add_json(object, name, json_object_get(value));
        }
    }
    return object;
}

struct json_object *describe_image(const struct image *image)
{
    struct json_object *object = json_object_new_object();
    struct json_object *names = json_object_new_array();
    struct json_object *layers = json_object_new_array();
    struct json_object *root = json_object_new_object();

    append_json_text(names, image->name);
    for (size_t i = 0; image->layers[i]; i++)
        append_json_text(layers, image->layers[i]);
    add_text(root, "Type", "layers");
    add_json(root, "Layers", layers);
    add_text(object, "Id", image->id);
    add_json(object, "RepoTags", names);
    add_text(object, "Created", image->created);
    add_text(object, "Architecture", get_text(image->config, "architecture"));
    add_text(object, "Os", get_text(image->config, "os"));
    add_number(object, "Size", (int64_t)image->size);
    add_json(object, "Config",
             describe_image_config(get_object(image->config, "config")));
    add_json(object, "RootFS", root);
    return object;
}
