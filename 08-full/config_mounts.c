/* config_mounts.c - config.json: mounts, and lists of paths. */
#include <sched.h>

#include "base.h"
#include "config_json.h"
#include "idmap.h"
#include "labels.h"
#include "mount_options.h"
#include "namespaces.h"

static void load_range(struct json range, void *place)
{
    *(struct id_mapping *)place = (struct id_mapping){
        .container =
            (uint32_t)require_unsigned(range, "containerID", UINT32_MAX),
        .host = (uint32_t)require_unsigned(range, "hostID", UINT32_MAX),
        .size = (uint32_t)require_unsigned(range, "size", UINT32_MAX),
    };
}

void load_mappings(struct json object, struct id_mappings *to)
{
    to->uids = load_objects(object, "uidMappings", sizeof(*to->uids),
                            load_range, &to->uid_count);
    to->gids = load_objects(object, "gidMappings", sizeof(*to->gids),
                            load_range, &to->gid_count);
}

/* The mount's own, or the container's user namespace. */
static void load_mount_mappings(struct json mount, const struct config *config,
                                struct mount *to)
{
    load_mappings(mount, &to->mappings);
    if (!to->mappings.uid_count != !to->mappings.gid_count)
        refuse_json(mount, "uidMappings and gidMappings need each other");
    if (!is_id_mapped(to))
        return;
    if (strcmp(to->type, "bind") != 0)
        refuse_json(mount, "only a bind can be id-mapped");
    if (!to->mappings.uid_count && !has_namespace(config, CLONE_NEWUSER))
        refuse_json(get_member(mount, "options"),
                    "\"idmap\" needs mappings, or a user namespace");
}

/* A bind has no file system to give an option to; for mount(8), which other
 * runtimes call by its flags, that is no error. A misspelt flag is one. */
static void check_bind_option(struct json array, const char *option)
{
    if (has_word("async nomand nolazytime", option)) /* it is so */
        return;
    if (!strchr(option, '=') && !has_word("sync dirsync lazytime mand", option))
        refuse_json(array, "\"%.80s\" is not supported for a bind", option);
    warn("%s: \"%.80s\" has no effect on a bind", array.path, option);
}

static void check_options(struct json mount, const char *const *list,
                          const char *type)
{
    bool bind = strcmp(type, "bind") == 0;
    struct json array = get_array(mount, "options");
    struct mount_options options = {0};

    for (; *list; list++)
        if (read_option(*list, &options) == OPTION_OF_SYSTEM && bind)
            check_bind_option(array, *list);
    if (options.copy_up && strcmp(type, "tmpfs") != 0)
        refuse_json(array, "\"tmpcopyup\" is for a tmpfs");
}

/* A destination without a slash in front is taken from "/", as in older
 * versions of the specification. */
static void load_mount(struct json mount, const char *bundle,
                       const struct config *config, struct mount *to)
{
    const char *path = require_text(mount, "destination");
    const char *type = get_text(mount, "type");
    const char *source = get_text(mount, "source");

    to->destination = *path == '/' ? path : format_text("/%s", path);
    if (strspn(to->destination, "/.") == strlen(to->destination))
        refuse_json(get_member(mount, "destination"), "\"%.80s\" is no place",
                    path);
    to->options = (const char *const *)load_texts(mount, "options");
    if (read_options(to->options).bind || (type && strcmp(type, "bind") == 0)) {
        source = require_text(mount, "source");
        to->type = "bind";
        to->source =
            *source == '/' ? source : format_text("%s/%s", bundle, source);
    } else {
        type = require_text(mount, "type");
        to->type = strcmp(type, "cgroup2") == 0 ? "cgroup" : type;
        to->source = source && *source ? source : type;
    }
    check_options(mount, to->options, to->type);
    load_mount_mappings(mount, config, to);
}

/* SELinux lets the container use files of its own label alone. The kernel's own
 * file systems have theirs. */
static void set_context(struct mount *mount, const char *label)
{
    size_t count = 0;
    const char **options;

    if (has_word("bind proc sysfs mqueue cgroup", mount->type))
        return;
    while (mount->options[count])
        count++;
    options = allocate(count + 1, sizeof(*options));
    memcpy(options, mount->options, count * sizeof(*options));
    options[count] = format_text("context=%s", label);
    mount->options = options;
}

static const char *const dev_options[] = {"nosuid", "mode=755", "size=64k",
                                          NULL};
static const struct mount own_dev = {.destination = "/dev",
                                     .type = "tmpfs",
                                     .source = "tmpfs",
                                     .options = dev_options};

void load_mounts(struct json document, const char *bundle,
                 struct config *config)
{
    struct json array = get_array(document, "mounts");
    const char *label =
        load_label(get_object(document, "linux"), "mountLabel", has_selinux());
    size_t count = count_elements(array);
    bool has_dev = false;

    config->mounts = allocate(count + 1, sizeof(*config->mounts));
    for (size_t i = 0; i < count; i++) {
        struct mount *mount = &config->mounts[i];

        load_mount(object_at(array, i), bundle, config, mount);
        if (label)
            set_context(mount, label);
        has_dev = has_dev || strcmp(mount->destination, "/dev") == 0;
    }
    if (!has_dev) {
        /* the devices must be there, and not be made in the image */
        memmove(&config->mounts[1], config->mounts, count * sizeof(own_dev));
        config->mounts[0] = own_dev;
    }
    config->mount_count = count + !has_dev;
}

const char *const *load_paths(struct json object, const char *name)
{
    struct json array = get_array(object, name);
    char **paths = load_texts(object, name);

    for (size_t i = 0; paths[i]; i++)
        if (*paths[i] != '/')
            refuse_json(get_element(array, i),
                        "\"%.200s\" is not an absolute path", paths[i]);
    return (const char *const *)paths;
}
