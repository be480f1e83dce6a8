/* image_run.c - run IMAGE: what the image says of its container. */
#include <sys/xattr.h>

#include "base.h"
#include "cli.h"
#include "config_json.h"
#include "image.h"
#include "ports.h"

static char **join(char **first, char **second)
{
    size_t count = 0, more = 0;
    char **joined;

    while (first[count])
        count++;
    while (second[more])
        more++;
    joined = allocate(count + more, sizeof(*joined));
    for (size_t i = 0; i < count; i++)
        joined[i] = first[i];
    for (size_t i = 0; i < more; i++)
        joined[count + i] = second[i];
    return joined;
}

void set_entrypoint(struct process *process, struct run_options *options,
                    const char *entrypoint)
{
    char *first[] = {(char *)entrypoint, NULL};

    if (!*entrypoint)
        return;
    process->args = join(first, process->args);
    options->entrypoint_words = 1;
}

/* docker's rule: what the user types replaces Cmd, and goes behind Entrypoint;
 * who gives another entrypoint gets no Cmd either. */
static void set_args(struct process *process, struct json config,
                     struct run_options *options, const char *entrypoint)
{
    char **first;

    if (entrypoint) {
        set_entrypoint(process, options, entrypoint);
        return;
    }
    if (!process->args[0])
        process->args = load_texts(config, "Cmd");
    first = load_texts(config, "Entrypoint");
    process->args = join(first, process->args);
    options->entrypoint_words = count_elements(get_array(config, "Entrypoint"));
    free(first);
}

/* -P: what has no port of the host's yet gets one. */
static void publish_all(struct json exposed, struct list *ports)
{
    for (const char *const *name = member_names(exposed); *name; name++) {
        struct port wanted, port;
        bool found = false;

        /* not sctp, nor anything of the host's */
        if (!read_port(*name, &wanted) || wanted.host)
            continue;
        for (size_t i = 0; i < ports->count; i++)
            found |= read_port(ports->items[i], &port) &&
                     port.container == wanted.container &&
                     port.protocol == wanted.protocol;
        if (!found)
            add_ports(ports, *name);
    }
}

static void use_config(struct config *config, struct json image,
                       struct run_options *options, const char *entrypoint)
{
    struct process *process = &config->process;
    struct json from = get_object(image, "config");
    struct json env = get_array(from, "Env");
    const char *text;

    for (size_t i = 0; i < count_elements(env); i++) {
        text = text_at(env, i);
        if (*text == '=' || !strchr(text, '='))
            refuse_json(get_element(env, i), "must be NAME=VALUE");
        set_environment(config, text);
    }
    text = get_text(from, "WorkingDir");
    if (text && *text)
        process->cwd = *text == '/' ? text : format_text("/%s", text);
    text = get_text(from, "User");
    if (text && *text)
        process->user.name = text;
    if (!options->stop_signal)
        options->stop_signal = get_text(from, "StopSignal");
    if (options->network.publish_all)
        publish_all(get_object(from, "ExposedPorts"), &options->network.ports);
    set_args(process, from, options, entrypoint);
}

/* A layer whose "/" hides what is below it is the last one: the kernel does not
 * look for this mark on the top of a layer. */
static bool hides_all_below(int layer)
{
    char value;

    return fgetxattr(layer, "trusted.overlay.opaque", &value, 1) == 1;
}

/* Until the program ends; fills in their digests, the topmost first. */
static void hold_layers(const struct store *store, const struct image *image,
                        struct run_options *options)
{
    size_t count = 0, used = 0;
    const char **digests;

    while (image->layers[count])
        count++;
    digests = allocate(count, sizeof(*digests));
    while (count > 0) {
        const char *digest = image->layers[--count];
        int fd = hold_layer(store, digest);

        if (fd == -1)
            fail_plainly("load it again", "image %s: layer %s is missing",
                         image->name, digest);
        digests[used++] = digest;
        if (hides_all_below(fd))
            break;
    }
    options->layers = digests;
}

void use_image(struct config *config, struct run_options *options,
               const char *entrypoint)
{
    struct store store;
    struct image image;
    int lock;

    open_store(&store, options->data_root);
    lock = lock_store(&store);
    image = find_image(&store, options->image);
    options->image_id = image.id;
    hold_layers(&store, &image, options);
    close(lock);
    close(store.folder);
    use_config(config, image.config, options, entrypoint);
    if (!config->process.args[0])
        fail_plainly("give one behind its name",
                     "image %s names no command to run", image.name);
}
