/* config_json.c - the members of config.json that are for all systems. */
#include "config_json.h"

#include <sched.h>

#include "base.h"
#include "namespaces.h"

void *load_objects(struct json object, const char *name, size_t size,
                   void (*load)(struct json one, void *place), size_t *count)
{
    struct json array = get_array(object, name);
    char *things;

    *count = count_elements(array);
    things = allocate(*count, size);
    for (size_t i = 0; i < *count; i++)
        load(object_at(array, i), things + i * size);
    return things;
}

struct pair *load_pairs(struct json object, size_t *count)
{
    struct pair *pairs = allocate(count_members(object), sizeof(*pairs));
    const char *const *names = member_names(object);

    for (*count = 0; names[*count]; ++*count)
        pairs[*count] = (struct pair){
            names[*count], text_of(get_entry(object, names[*count]))};
    return pairs;
}

/* 1.0.0 to whatever comes before 2: newer ones only add members. */
static void check_version(struct json document)
{
    const char *version = require_text(document, "ociVersion");

    if (strncmp(version, "1.", 2) != 0)
        refuse_json(get_member(document, "ociVersion"),
                    "\"%.40s\" is not a version 1", version);
}

static void load_root(struct json document, const char *bundle,
                      struct config *config)
{
    struct json root = require_object(document, "root");
    const char *path = require_text(root, "path");
    struct stat status;

    config->root.path = *path == '/' ? format_text("%s", path)
                                     : format_text("%s/%s", bundle, path);
    config->root.readonly = get_bool(root, "readonly");
    if (stat(config->root.path, &status) == -1)
        fail("root.path %s", config->root.path);
    if (!S_ISDIR(status.st_mode))
        refuse_json(get_member(root, "path"), "\"%.200s\" is not a folder",
                    path);
}

static const char *load_name(struct json document, const char *member,
                             const struct config *config)
{
    const char *name = get_text(document, member);

    if (!name || !*name)
        return NULL;
    if (strlen(name) > 64)
        refuse_json(get_member(document, member), "is longer than 64 bytes");
    if (!has_namespace(config, CLONE_NEWUTS))
        refuse_json(get_member(document, member),
                    "needs a uts namespace, or it would be the host's");
    return name;
}

static void load_annotations(struct json document, struct config *config)
{
    struct json annotations = get_object(document, "annotations");

    if (is_there(get_entry(annotations, "")))
        refuse_json(get_entry(annotations, ""), "a name must not be empty");
    config->annotations = load_pairs(annotations, &config->annotation_count);
    /* what podman makes of --group-add keep-groups, for crun */
    for (size_t i = 0; i < config->annotation_count; i++)
        if (strcmp(config->annotations[i].name,
                   "run.oci.keep_original_groups") == 0)
            config->process.user.keep_groups =
                strcmp(config->annotations[i].value, "1") == 0;
}

static char *no_args[] = {NULL};
static const struct process no_process = {
    .stdin_open = true, .args = no_args, .cwd = "/"};

void load_bundle(const char *bundle, const char *file, struct config *config)
{
    char *path = file && *file == '/'
                   ? format_text("%s", file)
                   : format_text("%s/%s", bundle, file ? file : "config.json");
    char *text = read_file(path);
    struct json document, process;

    if (!text)
        fail("read %s", path);
    document = parse_json(text, "config.json");
    *config = (struct config){.source = text};
    check_version(document);
    load_hooks(document, &config->hooks);
    load_root(document, bundle, config);
    process = get_object(document, "process");
    if (is_there(process))
        load_process(process, &config->process);
    else
        config->process = no_process; /* only start needs one */
    load_linux(document, config);
    load_mounts(document, bundle, config);
    config->hostname = load_name(document, "hostname", config);
    config->domainname = load_name(document, "domainname", config);
    load_annotations(document, config);
    free(path);
}
