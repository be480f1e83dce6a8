/* config_linux.c - config.json: linux. */
#include <sched.h>

#include "base.h"
#include "config_json.h"
#include "mount_options.h"
#include "namespaces.h"
#include "syscalls.h"
#include "sysctl.h"

/* ---- namespaces ---------------------------------------------------------- */

static int load_type(struct json namespace)
{
    const char *type = require_text(namespace, "type");
    int flag = find_namespace(type);

    if (!flag)
        refuse_json(get_member(namespace, "type"),
                    "\"%.80s\" is not a namespace", type);
    return flag;
}

/* True if `path` is the namespace that the runtime is in. */
static bool is_own(struct json namespace, const char *path, int flag)
{
    char *file = format_text("/proc/self/ns/%s", namespace_file(flag));
    struct stat theirs, ours;
    bool same;

    if (*path != '/')
        refuse_json(get_member(namespace, "path"),
                    "\"%.200s\" is not an absolute path", path);
    if (stat(path, &theirs) == -1)
        fail("%s.path %s", namespace.path, path);
    same = stat(file, &ours) == 0 && theirs.st_ino == ours.st_ino &&
           theirs.st_dev == ours.st_dev;
    free(file);
    return same;
}

/* A process that makes mounts needs one apart, and comes back to the caller's as
 * to any other that is joined. */
static void join_host_mounts(struct config *config,
                             struct joined_namespace *joined)
{
    joined[config->linux_.joined_count++] = (struct joined_namespace){
        CLONE_NEWNS, format_text("/proc/%d/ns/mnt", (int)getpid())};
    config->linux_.host_mounts = true;
}

static void load_namespaces(struct json linux_, struct config *config)
{
    struct json array = get_array(linux_, "namespaces");
    size_t count = count_elements(array);
    struct joined_namespace *joined = allocate(count + 1, sizeof(*joined));
    int seen = 0;

    config->linux_.joined = joined;
    for (size_t i = 0; i < count; i++) {
        struct json namespace = object_at(array, i);
        const char *path = get_text(namespace, "path");
        int flag = load_type(namespace);

        if (seen & flag)
            refuse_json(get_member(namespace, "type"), "\"%s\" is there twice",
                        get_text(namespace, "type"));
        seen |= flag;
        if (!path || !*path)
            config->linux_.namespaces |= (uint64_t)(unsigned)flag;
        /* the host's own by another name is the host's */
        else if (!is_own(namespace, path, flag))
            joined[config->linux_.joined_count++] =
                (struct joined_namespace){flag, path};
    }
    if (!has_namespace(config, CLONE_NEWNS))
        join_host_mounts(config, joined);
}

void load_joined(struct json linux_, struct config *config)
{
    struct json array = get_array(linux_, "namespaces");
    size_t count = count_elements(array);
    struct joined_namespace *joined = allocate(count + 1, sizeof(*joined));
    bool mounts = false;

    for (size_t i = 0; i < count; i++) {
        struct json namespace = object_at(array, i);
        const char *path = get_text(namespace, "path");

        mounts |= load_type(namespace) == CLONE_NEWNS;
        if (path && *path)
            joined[config->linux_.joined_count++] =
                (struct joined_namespace){load_type(namespace), path};
    }
    config->linux_.joined = joined;
    if (!mounts)
        join_host_mounts(config, joined);
}

/* ---- what goes with them ----------------------------------------------------- */

/* The container's process has to be somebody: root. */
static void require_root(struct json linux_, const char *name,
                         const struct id_mapping *mappings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (mappings[i].container == 0 && mappings[i].size > 0)
            return;
    refuse_json(get_member(linux_, name),
                "a new user namespace needs a mapping of its id 0");
}

/* A namespace that is joined has its mappings already. */
static void load_id_mappings(struct json linux_, struct config *config)
{
    struct id_mappings *mappings = &config->linux_.mappings;

    load_mappings(linux_, mappings);
    if (config->linux_.namespaces & CLONE_NEWUSER) {
        require_root(linux_, "uidMappings", mappings->uids,
                     mappings->uid_count);
        require_root(linux_, "gidMappings", mappings->gids,
                     mappings->gid_count);
    } else if (mappings->uid_count + mappings->gid_count > 0 &&
               !has_namespace(config, CLONE_NEWUSER)) {
        refuse_json(get_member(linux_, mappings->uid_count ? "uidMappings"
                                                           : "gidMappings"),
                    "needs a user namespace");
    }
}

static size_t load_offset(struct json offsets, const char *name,
                          struct time_offset *to)
{
    struct json clock = get_object(offsets, name);
    uint64_t nanosecs = 0;

    get_integer(clock, "secs", INT64_MIN, INT64_MAX, &to->secs);
    get_unsigned(clock, "nanosecs", 999999999, &nanosecs);
    to->nanosecs = (uint32_t)nanosecs;
    return is_there(clock);
}

static void load_time_offsets(struct json linux_, struct config *config)
{
    struct json offsets = get_object(linux_, "timeOffsets");
    size_t count =
        load_offset(offsets, "monotonic",
                    &config->linux_.time_offsets.monotonic) +
        load_offset(offsets, "boottime", &config->linux_.time_offsets.boottime);

    if (count_members(offsets) != count)
        refuse_json(offsets, "the clocks are \"monotonic\" and \"boottime\"");
    if (count > 0 && !(config->linux_.namespaces & CLONE_NEWTIME))
        refuse_json(offsets, "needs a new time namespace");
}

/* ---- devices --------------------------------------------------------------- */

static mode_t load_device_type(struct json device)
{
    static const struct {
        const char *name;
        mode_t type;
    } types[] = {
        {"c", S_IFCHR}, {"u", S_IFCHR}, {"b", S_IFBLK}, {"p", S_IFIFO}};
    const char *type = require_text(device, "type");

    for (size_t i = 0; i < COUNT(types); i++)
        if (strcmp(type, types[i].name) == 0)
            return types[i].type;
    refuse_json(get_member(device, "type"), "\"%.20s\" must be c, b, u or p",
                type);
}

static unsigned load_number(struct json device, const char *name, bool needed,
                            uint64_t most, unsigned otherwise)
{
    uint64_t value = otherwise;

    if (!get_unsigned(device, name, most, &value) && needed)
        refuse_json(get_member(device, name), "is missing");
    return (unsigned)value;
}

/* Without slashes at its end. */
static const char *clean_path(const char *path)
{
    size_t length = strlen(path);

    while (length > 0 && path[length - 1] == '/')
        length--;
    return format_text("%.*s", (int)length, path);
}

static void load_device(struct json device, void *place)
{
    struct device *to = place;
    mode_t type = load_device_type(device);
    bool needed = type != S_IFIFO;

    to->path = clean_path(require_text(device, "path"));
    if (*to->path != '/')
        refuse_json(get_member(device, "path"),
                    "\"%.200s\" is not an absolute path of a file",
                    require_text(device, "path"));
    /* podman puts the type in there, too */
    to->mode =
        type | (load_number(device, "fileMode", false, 0177777, 0666) & 07777);
    to->major = load_number(device, "major", needed, 4095, 0);
    to->minor = load_number(device, "minor", needed, 1048575, 0);
    to->uid = load_number(device, "uid", false, UINT32_MAX - 1, 0);
    to->gid = load_number(device, "gid", false, UINT32_MAX - 1, 0);
}

/* ---- the rest --------------------------------------------------------------- */

/* "/a/b" is below each hierarchy's top, "a/b" below toy-docker/ there. */
static void load_cgroups_path(struct json linux_, struct config *config)
{
    const char *path = get_text(linux_, "cgroupsPath");
    char *clean, *rest, *word;

    if (!path || !*path)
        return;
    clean = format_text("%s", *path == '/' ? "" : "/toy-docker");
    rest = format_text("%s", path);
    while ((word = strsep(&rest, "/"))) {
        if (strcmp(word, "..") == 0)
            refuse_json(get_member(linux_, "cgroupsPath"),
                        "\"%.200s\" has a \"..\"", path);
        if (*word && strcmp(word, ".") != 0)
            clean = format_text("%s/%s", clean, word);
    }
    if (strlen(clean) < 2)
        refuse_json(get_member(linux_, "cgroupsPath"),
                    "\"%.200s\" is the topmost group", path);
    config->linux_.cgroups_path = clean + 1;
}

static void load_sysctl(struct json linux_, struct config *config)
{
    struct json sysctl = get_object(linux_, "sysctl");
    struct pair *pairs = load_pairs(sysctl, &config->linux_.sysctl_count);
    const char *why;

    for (struct pair *pair = pairs; pair->name; pair++)
        if (!sysctl_path(pair->name, config, &why))
            refuse_json(get_entry(sysctl, pair->name), "%s", why);
    config->linux_.sysctl = pairs;
}

static void load_propagation(struct json linux_, struct config *config)
{
    const char *name = get_text(linux_, "rootfsPropagation");

    if (!name || !*name)
        return;
    if (!find_propagation(name))
        refuse_json(get_member(linux_, "rootfsPropagation"),
                    "\"%.80s\" is not shared, slave, private or unbindable",
                    name);
    config->linux_.rootfs_propagation = name;
}

void load_linux(struct json document, struct config *config)
{
    struct json linux_ = require_object(document, "linux");

    if (count_members(get_object(linux_, "intelRdt")))
        refuse_json(get_member(linux_, "intelRdt"), "is not supported");
    load_namespaces(linux_, config);
    load_id_mappings(linux_, config);
    load_time_offsets(linux_, config);
    config->linux_.devices =
        load_objects(linux_, "devices", sizeof(struct device), load_device,
                     &config->linux_.device_count);
    load_cgroups_path(linux_, config);
    load_resources(linux_, config);
    load_sysctl(linux_, config);
    load_propagation(linux_, config);
    load_net_devices(linux_, config);
    config->linux_.seccomp = load_seccomp(linux_);
    config->linux_.memory_policy = load_memory_policy(linux_);
    config->linux_.personality = load_personality(linux_);
    config->linux_.masked_paths = load_paths(linux_, "maskedPaths");
    config->linux_.readonly_paths = load_paths(linux_, "readonlyPaths");
}
