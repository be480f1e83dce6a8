/* image_verbs.c - import, load, images, rmi. */
#include <fnmatch.h>
#include <json-c/json.h>
#include <time.h>

#include "base.h"
#include "digest.h"
#include "image.h"
#include "load.h"
#include "record.h"
#include "table.h"
#include "template.h"
#include "times.h"
#include "verbs.h"

/* Every one of these verbs has it. */
#define DATA_ROOT(to)                                                          \
    {                                                                          \
        "data-root", 0, "DIR", "the store (/var/lib/toy-docker)", parse_text,  \
            to                                                                 \
    }

const char no_name[] = "<none>";

const char *begin_image_work(struct store *store, const char *data_root)
{
    const char *work;
    int lock;

    umask(022);
    open_store(store, data_root);
    work = make_work_folder(store);
    lock = lock_store(store);
    sweep_unused_layers(store);
    close(lock);
    return work;
}

char *need_image_name(const char *text)
{
    char *name = full_name(text);

    if (!name)
        fail_plainly(NULL,
                     "\"%.200s\" is no name for an image: small letters, "
                     "digits, . _ - and /, and perhaps :TAG",
                     text);
    return name;
}

int import_verb(int argc, char **argv, const struct globals *globals)
{
    const char *data_root = globals->data_root, *work;
    const struct flag flags[] = {DATA_ROOT(&data_root), {0}};
    char **words = parse_flags(argc, argv, flags, "");
    struct store store;
    char *name;

    if (!words[0] || !words[1] || words[2])
        fail_plainly(NULL, "import: TARBALL, or - for standard input, and "
                           "NAME[:TAG] are wanted");
    name = need_image_name(words[1]);
    work = begin_image_work(&store, data_root);
    import_image(&store, work, words[0], name);
    return EXIT_SUCCESS;
}

int load_verb(int argc, char **argv, const struct globals *globals)
{
    const char *data_root = globals->data_root, *input = "-", *name = NULL;
    const struct flag flags[] = {
        {"input", 'i', "FILE", "an archive or a folder (-: standard input)",
         parse_text, &input},
        {"name", 0, "NAME[:TAG]", "for an image that has none", parse_text,
         &name},
        DATA_ROOT(&data_root),
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    struct store store;
    const char *work;

    if (words[0])
        fail_plainly("load -i FILE", "load takes no \"%.80s\"", words[0]);
    if (strcmp(input, "-") == 0 && isatty(STDIN_FILENO))
        fail_plainly("load -i FILE", "load: standard input is a terminal");
    if (name)
        need_image_name(name);
    work = begin_image_work(&store, data_root);
    load_images(&store, work, input, name);
    return EXIT_SUCCESS;
}

/* ---- images --------------------------------------------------------------------- */

/* "3 weeks ago" */
static char *human_age(const char *created)
{
    time_t then = read_time(created);

    return then == 0 ? format_text("N/A")
                     : format_text("%s ago", duration_text(time(NULL) - then));
}

/* The name without its tag, which goes to *tag. */
static char *split_name(const char *name, const char **tag)
{
    const char *colon = strrchr(name, ':');
    char *repository = format_text("%.*s", (int)(colon - name), name);

    *tag = strcmp(repository, no_name) == 0 ? no_name : colon + 1;
    return repository;
}

static const char *id_text(const struct image *image, bool whole)
{
    return whole ? image->id : format_text("%.12s", digits_of(image->id));
}

static struct json_object *describe(const struct image *image, bool whole)
{
    struct json_object *object = json_object_new_object();
    const char *tag;
    char *repository = split_name(image->name, &tag);

    add_json_text(object, "Repository", repository);
    add_json_text(object, "Tag", tag);
    add_json_text(object, "ID", id_text(image, whole));
    add_json_text(object, "CreatedAt", image->created);
    add_json_text(object, "CreatedSince", human_age(image->created));
    add_json_text(object, "Size", size_words(image->size, 1000));
    return object;
}

static const char *const heads[][2] = {
    {"Repository", "REPOSITORY"}, {"Tag", "TAG"},
    {"ID", "IMAGE ID"},           {"CreatedAt", "CREATED AT"},
    {"CreatedSince", "CREATED"},  {"Size", "SIZE"}};

static const char usual_table[] = "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t"
                                  "{{.CreatedSince}}\t{{.Size}}";

/* The newest first. */
static int compare_created(const void *a, const void *b)
{
    const struct image *first = a, *second = b;

    return strcmp(second->created, first->created);
}

/* By its name, as it is shown or was loaded; "*" stands for any part of it. */
static bool is_asked(const struct image *image, const char *word)
{
    const char *tag;
    char *repository = split_name(image->name, &tag);
    char *full = word ? full_name(word) : NULL;

    return !word || (full && strcmp(full, image->name) == 0) ||
           fnmatch(word, image->name, FNM_PATHNAME) == 0 ||
           fnmatch(word, repository, FNM_PATHNAME) == 0;
}

int images_verb(int argc, char **argv, const struct globals *globals)
{
    const char *data_root = globals->data_root;
    const char *format = NULL;
    bool quiet = false, all = false, whole = false;
    const struct flag flags[] = {
        {"format", 0, "table|json|TEMPLATE", "how it is printed (table)",
         parse_format, &format},
        {"quiet", 'q', NULL, "the ids alone", parse_switch, &quiet},
        {"all", 'a', NULL, "as always: there are no others", parse_switch,
         &all},
        {"no-trunc", 0, NULL, "whole ids", parse_switch, &whole},
        DATA_ROOT(&data_root),
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    struct json_object *list;
    struct image *images;
    struct store store;
    size_t found, count = 0;
    int lock;

    if (words[0] && words[1])
        fail_plainly("a * in it stands for the rest", "images takes one name");
    open_store(&store, data_root);
    lock = lock_store(&store);
    images = list_images(&store, &found);
    close(lock);
    for (size_t i = 0; i < found; i++)
        if (is_asked(&images[i], words[0]))
            images[count++] = images[i];
    qsort(images, count, sizeof(*images), compare_created);
    list = json_object_new_array();
    for (size_t i = 0; i < count; i++)
        if (quiet)
            puts(id_text(&images[i], whole));
        else
            json_object_array_add(list, describe(&images[i], whole));
    if (!quiet)
        print_list(describe_heads(heads, COUNT(heads)), list,
                   format ? format : usual_table);
    return EXIT_SUCCESS;
}

/* ---- rmi ------------------------------------------------------------------------- */

/* True if other images have all that this one has. */
static bool has_twin(const struct image *images, size_t count,
                     const struct image *image)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(images[i].id, image->id) == 0 &&
            strcmp(images[i].name, image->name) != 0)
            return true;
    return false;
}

/* Tells of the container that needs it. */
static bool is_used(const struct store *store, const struct image *image)
{
    size_t count;
    struct record *records = list_records(store->path, &count);

    for (size_t i = 0; i < count; i++) {
        const char *id = get_text(records[i].json, "imageId");

        if (!id || strcmp(id, image->id) != 0)
            continue;
        warn("image %s is being used by container %.*s (%s)\n"
             "hint: rm %s first; or rmi -f",
             image->name, SHORT_ID, records[i].id, records[i].name,
             records[i].name);
        return true;
    }
    free(records);
    return false;
}

/* False if it is not there, or a container needs it; the others of the words go
 * all the same. */
static bool remove_image(const struct store *store, const char *name,
                         bool force)
{
    struct image image, *images;
    size_t count;
    bool twin;

    if (!look_for_image(store, name, &image)) {
        warn("there is no image \"%.200s\"\nhint: images lists them", name);
        return force;
    }
    images = list_images(store, &count);
    twin = has_twin(images, count, &image);
    if (!twin && !force && is_used(store, &image))
        return false;
    forget_image(store, &image);
    if (strncmp(image.name, no_name, strlen(no_name)) != 0)
        printf("Untagged: %s\n", image.name);
    if (twin)
        return true;
    printf("Deleted: %s\n", image.id);
    sweep_unused_layers(store);
    for (const char **layer = image.layers; *layer; layer++)
        if (access(layer_path(store, *layer), F_OK) == -1)
            printf("Deleted: %s\n", *layer);
    return true;
}

int rmi_verb(int argc, char **argv, const struct globals *globals)
{
    const char *data_root = globals->data_root;
    bool force = false;
    const struct flag flags[] = {
        {"force", 'f', NULL, "also one that a container was made of",
         parse_switch, &force},
        DATA_ROOT(&data_root),
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    struct store store;
    int lock, status = EXIT_SUCCESS;

    if (!words[0])
        fail_plainly(NULL, "rmi: the image's name is missing");
    begin_image_work(&store, data_root);
    lock = lock_store(&store);
    for (; *words; words++)
        if (!remove_image(&store, *words, force))
            status = EXIT_STAGE_FAILED;
    close(lock);
    return status;
}
