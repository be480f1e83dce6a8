/* image_verbs.c - import, load, images, rmi. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../common/common.h"
#include "digest.h"
#include "image.h"
#include "load.h"
#include "record.h"
#include "sync.h"
#include "template.h"
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

/* As docker writes it: "4.26MB", powers of 1000. */
static char *human_size(uint64_t size)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double value = (double)size;
    size_t i = 0;

    for (; value >= 1000 && i < 4; i++)
        value /= 1000;
    return format_text("%.3g%s", value, units[i]);
}

/* "3 weeks ago" */
static char *human_age(const char *created)
{
    static const struct {
        const char *name;
        long seconds;
    } units[] = {{"year", 31536000}, {"month", 2592000}, {"week", 604800},
                 {"day", 86400},     {"hour", 3600},     {"minute", 60}};
    struct tm parts = {0};
    long age;

    if (!strptime(created, "%Y-%m-%dT%H:%M:%S", &parts))
        return format_text("N/A");
    age = time(NULL) - timegm(&parts);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (age >= 2 * units[i].seconds)
            return format_text("%ld %ss ago", age / units[i].seconds,
                               units[i].name);
    return format_text("%ld seconds ago", age > 0 ? age : 0);
}

/* The name without its tag, which goes to *tag. */
static char *split_name(const char *name, const char **tag)
{
    const char *colon = strrchr(name, ':');
    char *repository = format_text("%.*s", (int)(colon - name), name);

    *tag = strcmp(repository, no_name) == 0 ? no_name : colon + 1;
    return repository;
}

static struct json_object *describe(const struct image *image)
{
    struct json_object *object = json_object_new_object();
    const char *tag;
    char *repository = split_name(image->name, &tag);

    json_object_object_add(object, "Repository",
                           json_object_new_string(repository));
    json_object_object_add(object, "Tag", json_object_new_string(tag));
    json_object_object_add(object, "ID", json_object_new_string(image->id));
    json_object_object_add(object, "CreatedAt",
                           json_object_new_string(image->created));
    json_object_object_add(object, "CreatedSince",
                           json_object_new_string(human_age(image->created)));
    json_object_object_add(object, "Size",
                           json_object_new_string(human_size(image->size)));
    return object;
}

static void print_table(const struct image *images, size_t count)
{
    int widths[2] = {12, 8};
    const char *tag;

    for (size_t i = 0; i < count; i++) {
        int name = (int)strlen(split_name(images[i].name, &tag)) + 2;
        int rest = (int)strlen(tag) + 2;

        widths[0] = name > widths[0] ? name : widths[0];
        widths[1] = rest > widths[1] ? rest : widths[1];
    }
    printf("%-*s%-*s%-14s%-16s%s\n", widths[0], "REPOSITORY", widths[1], "TAG",
           "IMAGE ID", "CREATED", "SIZE");
    for (size_t i = 0; i < count; i++) {
        char *repository = split_name(images[i].name, &tag);

        printf("%-*s%-*s%-14.12s%-16s%s\n", widths[0], repository, widths[1],
               tag, digits_of(images[i].id), human_age(images[i].created),
               human_size(images[i].size));
    }
}

int images_verb(int argc, char **argv, const struct globals *globals)
{
    const char *data_root = globals->data_root;
    const char *format = NULL;
    bool quiet = false;
    const struct flag flags[] = {
        {"format", 0, "table|json|TEMPLATE", "how it is printed (table)",
         parse_format, &format},
        {"quiet", 'q', NULL, "the ids alone", parse_switch, &quiet},
        DATA_ROOT(&data_root),
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    struct image *images;
    struct store store;
    size_t count;
    int lock;

    if (words[0])
        fail_plainly(NULL, "images takes no \"%.80s\"", words[0]);
    open_store(&store, data_root);
    lock = lock_store(&store);
    images = list_images(&store, &count);
    close(lock);
    if (!quiet && !format)
        print_table(images, count);
    for (size_t i = 0; i < count; i++) {
        if (quiet)
            printf("%.12s\n", digits_of(images[i].id));
        else if (format)
            print_object(describe(&images[i]), format);
    }
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

static void refuse_if_used(const struct store *store, const struct image *image)
{
    size_t count;
    struct record *records = list_records(store->path, &count);

    for (size_t i = 0; i < count; i++) {
        const char *id = get_text(records[i].json, "imageId");

        if (id && strcmp(id, image->id) == 0)
            fail_plainly(format_text("rm %s first; or rmi -f", records[i].name),
                         "image %s is being used by container %.*s (%s)",
                         image->name, SHORT_ID, records[i].id, records[i].name);
    }
    free(records);
}

static void remove_image(const struct store *store, const char *name,
                         bool force)
{
    struct image image = find_image(store, name);
    size_t count;
    struct image *images = list_images(store, &count);
    bool twin = has_twin(images, count, &image);

    if (!twin && !force)
        refuse_if_used(store, &image);
    forget_image(store, &image);
    if (strncmp(image.name, no_name, strlen(no_name)) != 0)
        printf("Untagged: %s\n", image.name);
    if (twin)
        return;
    printf("Deleted: %s\n", image.id);
    sweep_unused_layers(store);
    for (const char **layer = image.layers; *layer; layer++)
        if (access(layer_path(store, *layer), F_OK) == -1)
            printf("Deleted: %s\n", *layer);
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
    int lock;

    if (!words[0])
        fail_plainly(NULL, "rmi: the image's name is missing");
    begin_image_work(&store, data_root);
    lock = lock_store(&store);
    for (; *words; words++)
        remove_image(&store, *words, force);
    close(lock);
    return EXIT_SUCCESS;
}
