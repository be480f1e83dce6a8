/* image.c - images in the store. */
#include "image.h"

#include <ctype.h>
#include <ftw.h>
#include <json-c/json.h>

#include "base.h"
#include "digest.h"
#include "layers.h"
#include "names.h"
#include "paths.h"
#include "record.h"

enum { MOST_BYTES = 8 << 20 };

/* ---- names -------------------------------------------------------------------- */

static bool is_small(char c)
{
    return islower((unsigned char)c) || isdigit((unsigned char)c);
}

/* The colon of a host's port, which the first slash ends. */
static bool is_port(const char *c, const char *slash)
{
    return *c == ':' && slash > c + 1 &&
           c + 1 + strspn(c + 1, "0123456789") == slash;
}

/* Components between slashes: small letters, digits, . _ -, of which none of the
 * last three is the first; the first component may have a port. Then perhaps a
 * colon and a tag. */
static bool is_name(const char *name, const char *colon)
{
    const char *end = colon ? colon : name + strlen(name);
    const char *tag = colon ? colon + 1 : "latest";
    const char *slash = strchr(name, '/');

    if (name == end || strlen(name) > 200 || end[-1] == '/')
        return false;
    for (const char *c = name; c < end; c++)
        if (c == name || c[-1] == '/'
                ? !is_small(*c)
                : !is_small(*c) && !strchr("._-/", *c) && !is_port(c, slash))
            return false;
    if (!isalnum((unsigned char)*tag) && *tag != '_')
        return false;
    for (; *tag; tag++)
        if (!isalnum((unsigned char)*tag) && !strchr("._-", *tag))
            return false;
    return true;
}

char *full_name(const char *name)
{
    static const char *const usual[] = {"docker.io/library/", "docker.io/",
                                        "localhost/"};
    const char *slash, *colon;

    for (size_t i = 0; i < COUNT(usual); i++)
        if (strncmp(name, usual[i], strlen(usual[i])) == 0) {
            name += strlen(usual[i]);
            break;
        }
    slash = strrchr(name, '/');
    colon = strrchr(slash ? slash : name, ':');
    if (!is_name(name, colon))
        return NULL;
    return format_text("%s%s", name, colon ? "" : ":latest");
}

/* ---- files ---------------------------------------------------------------------- */

static int open_images(const struct store *store)
{
    int fd =
        openat(store->folder, "images", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd == -1)
        fail("open %s/images", store->path);
    return fd;
}

static void exchange(char *name, char from, char to)
{
    for (; *name; name++)
        if (*name == from)
            *name = to;
}

const char **layers_of(struct json config)
{
    struct json array = get_array(require_object(config, "rootfs"), "diff_ids");
    size_t count = count_elements(array);
    const char **layers = allocate(count, sizeof(*layers));

    if (count == 0 || count > MOST_LAYERS)
        refuse_json(array, "must be 1 to %d layers", MOST_LAYERS);
    for (size_t i = 0; i < count; i++) {
        layers[i] = text_at(array, i);
        if (!is_digest(layers[i]))
            refuse_json(get_element(array, i), "is no SHA-256 digest");
    }
    return layers;
}

static struct image read_image(int folder, const char *file)
{
    char *text = read_in_root(folder, file, MOST_BYTES);
    struct image image = {.name = format_text("%s", file)};
    struct json json;

    if (!text)
        fail("read the image %s", file);
    json = parse_json(text, image.name);
    exchange(image.name, '%', '/');
    image.id = require_text(json, "id");
    get_unsigned(json, "size", INT64_MAX, &image.size);
    image.config = require_object(json, "config");
    image.created = get_text(image.config, "created");
    if (!image.created)
        image.created = "";
    image.layers = layers_of(image.config);
    free(text);
    return image;
}

static int is_no_dot(const struct dirent *entry)
{
    return *entry->d_name != '.';
}

struct image *list_images(const struct store *store, size_t *count)
{
    int folder = open_images(store), found;
    struct dirent **entries = NULL;
    struct image *images;

    found = scandirat(folder, ".", &entries, is_no_dot, alphasort);
    if (found == -1)
        fail("read %s/images", store->path);
    images = allocate((size_t)found, sizeof(*images));
    for (int i = 0; i < found; i++) {
        images[i] = read_image(folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    close(folder);
    *count = (size_t)found;
    return images;
}

bool look_for_image(const struct store *store, const char *name,
                    struct image *to)
{
    const char *digits = strncmp(name, "sha256:", 7) == 0 ? name + 7 : name;
    bool hexadecimal = strlen(digits) >= 4 &&
                       strspn(digits, "0123456789abcdef") == strlen(digits);
    char *full = full_name(name);
    size_t count, found = SIZE_MAX;
    struct image *images = list_images(store, &count);

    for (size_t i = 0; i < count; i++)
        if (full && strcmp(images[i].name, full) == 0) {
            *to = images[i];
            return true;
        }
    for (size_t i = 0; hexadecimal && i < count; i++) {
        if (strncmp(digits_of(images[i].id), digits, strlen(digits)) != 0)
            continue;
        if (found != SIZE_MAX && strcmp(images[i].id, images[found].id) != 0)
            fail_plainly(NULL, "\"%s\" is the beginning of several images' ids",
                         digits);
        found = i;
    }
    if (found != SIZE_MAX)
        *to = images[found];
    return found != SIZE_MAX;
}

struct image find_image(const struct store *store, const char *name)
{
    const char *full = full_name(name), *shown = full ? full : name;
    const char *hint = "load and import bring images, images lists them; a "
                       "folder is --rootfs DIR";
    struct image image, *images;
    size_t count;

    if (look_for_image(store, name, &image))
        return image;
    images = list_images(store, &count);
    for (size_t i = 0; i < count; i++)
        if (is_near(shown, images[i].name))
            hint = format_text("did you mean %s?", images[i].name);
    fail_plainly(hint, "there is no image \"%.200s\"", shown);
}

static uint64_t counted_size; /* nftw has no place for it */

static int count_size(const char *path, const struct stat *status, int type,
                      struct FTW *place)
{
    (void)path;
    (void)place;
    if (type == FTW_F && S_ISREG(status->st_mode))
        counted_size += (uint64_t)status->st_size;
    return 0;
}

void save_image(const struct store *store, const char *name, const char *config)
{
    struct json_object *object = json_object_new_object();
    struct json_object *parsed = json_tokener_parse(config);
    struct json json = {.value = parsed, .path = ""};
    char *file = format_text("%s", name);
    int folder = open_images(store);

    counted_size = 0;
    for (const char **layer = layers_of(json); *layer; layer++)
        if (nftw(layer_path(store, *layer), count_size, 32, FTW_PHYS) == -1)
            fail("read the layer %s", *layer);
    add_json_text(object, "id", digest_of(config, strlen(config)));
    add_json_number(object, "size", counted_size);
    add_json(object, "config", parsed);
    exchange(file, '/', '%');
    if (!replace_file(folder, file, ".new", json_line(object), true) ||
        fsync(folder) == -1)
        fail("write the image %s", name);
    close(folder);
    free(file);
    json_object_put(object);
}

void forget_image(const struct store *store, const struct image *image)
{
    char *file = format_text("%s", image->name);
    int folder = open_images(store);

    exchange(file, '/', '%');
    if (unlinkat(folder, file, 0) == -1 || fsync(folder) == -1)
        fail("remove the image %s", image->name);
    close(folder);
    free(file);
}

void sweep_unused_layers(const struct store *store)
{
    size_t count, record_count, used_count = 0;
    struct image *images = list_images(store, &count);
    struct record *records = list_records(store->path, &record_count);
    const char **used =
        allocate((count + record_count) * MOST_LAYERS, sizeof(*used));

    for (size_t i = 0; i < count; i++)
        for (const char **layer = images[i].layers; *layer; layer++)
            used[used_count++] = *layer;
    for (size_t i = 0; i < record_count; i++) {
        struct json layers = get_array(records[i].json, "layers");

        for (size_t j = 0; j < count_elements(layers) && j < MOST_LAYERS; j++)
            used[used_count++] = text_at(layers, j);
    }
    sweep_layers(store, used);
    free(used);
    free(images); /* what they point to belongs to their documents */
    free(records);
}
