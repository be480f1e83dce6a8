/* load.c - reading images' archives. */
#include "load.h"

#include <sys/utsname.h>

#include "base.h"
#include "blob.h"
#include "image.h"
#include "json.h"
#include "paths.h"
#include "times.h"
#include "unpack.h"

enum { MOST_BYTES = 4 << 20 };

/* What is being loaded. */
struct source {
    const struct store *store;
    const char *work;
    int folder;       /* the archive's files */
    const char *name; /* for an image that has none; or NULL */
    size_t count;     /* images that were loaded */
};

static int open_or_stdin(const char *path)
{
    int fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                    : open(path, O_RDONLY | O_CLOEXEC);

    if (fd == -1)
        fail("open %s", path);
    return fd;
}

/* A new folder in the work folder. */
static int make_folder(const char *work, const char *name)
{
    char *path = format_text("%s/%s", work, name);
    int fd;

    if (mkdir(path, 0755) == -1)
        fail("mkdir %s", path);
    fd = open_folder(AT_FDCWD, path);
    if (fd == -1)
        fail("open %s", path);
    free(path);
    return fd;
}

/* ---- layers ------------------------------------------------------------------- */

static void expect_digest(const char *name, const char *expected,
                          const char *found)
{
    if (expected && strcmp(expected, found) != 0)
        fail_plainly("the archive is damaged, or somebody has changed it",
                     "%s: its digest is %s, not %s", name, found, expected);
}

char *add_layer(const struct store *store, const char *work, int fd,
                const char *name, const char *stored, const char *plain)
{
    char *stored_found, *plain_found;
    int folder = make_folder(work, "layer");
    struct blob *blob = open_blob(fd, name);

    unpack(blob, folder, true);
    close_blob(blob, &stored_found, &plain_found);
    expect_digest(name, stored, stored_found);
    expect_digest(name, plain, plain_found);
    close(folder);
    publish_layer(store, "layer", plain_found); /* held until the end */
    free(stored_found);
    return plain_found;
}

static bool has_layer(const struct store *store, const char *digest)
{
    int lock = lock_store(store);
    bool found = hold_layer(store, digest) != -1;

    close(lock);
    return found;
}

static void need_layer(const struct source *source, const char *path,
                       const char *stored, const char *plain)
{
    int fd;

    if (has_layer(source->store, plain))
        return;
    fd = open_in_root(source->folder, path, O_RDONLY | O_NONBLOCK);
    if (fd == -1)
        fail("open %s in the archive", path);
    free(add_layer(source->store, source->work, fd, path, stored, plain));
}

/* ---- an image --------------------------------------------------------------------- */

/* The text of a file of the archive; with a digest, the one it must have. */
static char *read_text(const struct source *source, const char *path,
                       const char *digest)
{
    char *text = read_in_root(source->folder, path, MOST_BYTES);
    char *found;

    if (!text)
        fail("read %s in the archive", path);
    found = digest_of(text, strlen(text));
    expect_digest(path, digest, found);
    free(found);
    return text;
}

static const char *blob_path(struct json descriptor)
{
    const char *digest = require_text(descriptor, "digest");

    if (!is_digest(digest))
        refuse_json(get_member(descriptor, "digest"), "is no SHA-256 digest");
    return format_text("blobs/sha256/%s", digits_of(digest));
}

static void save(struct source *source, const char *name, const char *config)
{
    int lock = lock_store(source->store);
    char *full = full_name(name);

    if (!full)
        fail_plainly("--name NAME:TAG gives it another",
                     "\"%.200s\" is no name for an image", name);
    save_image(source->store, full, config);
    close(lock);
    printf("Loaded image: %s\n", full);
    source->count++;
    free(full);
}

/* ---- OCI layouts -------------------------------------------------------------------- */

const char *architecture(void)
{
    static struct utsname machine;

    uname(&machine);
    if (strcmp(machine.machine, "x86_64") == 0)
        return "amd64";
    return strcmp(machine.machine, "aarch64") == 0 ? "arm64" : machine.machine;
}

static bool is_for_us(struct json descriptor)
{
    struct json platform = get_object(descriptor, "platform");

    return !is_there(platform) ||
           (strcmp(require_text(platform, "os"), "linux") == 0 &&
            strcmp(require_text(platform, "architecture"), architecture()) ==
                0);
}

/* Its own name. Some have a tag alone; what it belongs to is --name. */
static const char *name_in_layout(const struct source *source,
                                  struct json descriptor)
{
    struct json annotations = get_object(descriptor, "annotations");
    const char *name = get_text(annotations, "io.containerd.image.name");
    const char *own = source->name;

    if (!name)
        name = get_text(annotations, "org.opencontainers.image.ref.name");
    if (name && strpbrk(name, ":/"))
        return name;
    if (!own)
        fail_plainly("--name NAME gives it one", "the image has no name%s%.80s",
                     name ? ", only the tag " : "", name ? name : "");
    return name && !strchr(own, ':') ? format_text("%s:%s", own, name) : own;
}

static void load_manifest(struct source *source, struct json descriptor,
                          const char *name)
{
    const char *path = blob_path(descriptor);
    struct json manifest = parse_json(
        read_text(source, path, get_text(descriptor, "digest")), path);
    struct json config = require_object(manifest, "config");
    struct json layers = get_array(manifest, "layers");
    const char *config_path = blob_path(config);
    char *text = read_text(source, config_path, get_text(config, "digest"));
    const char **digests = layers_of(parse_json(text, config_path));

    for (size_t i = 0; digests[i]; i++) {
        struct json layer = object_at(layers, i);

        need_layer(source, blob_path(layer), get_text(layer, "digest"),
                   digests[i]);
    }
    save(source, name, text);
}

/* An image for several machines is an index of its own. */
static struct json choose(struct source *source, struct json descriptor)
{
    const char *type = get_text(descriptor, "mediaType");
    const char *path = blob_path(descriptor);
    struct json index, list;

    if (!type || (!strstr(type, "index") && !strstr(type, "manifest.list")))
        return descriptor;
    index = parse_json(read_text(source, path, get_text(descriptor, "digest")),
                       path);
    list = get_array(index, "manifests");
    for (size_t i = 0; i < count_elements(list); i++)
        if (is_for_us(object_at(list, i)))
            return object_at(list, i);
    fail_plainly(NULL, "%s: no image for %s", path, architecture());
}

static void load_layout(struct source *source, char *text)
{
    struct json list = get_array(parse_json(text, "index.json"), "manifests");

    for (size_t i = 0; i < count_elements(list); i++) {
        struct json descriptor = object_at(list, i);

        if (is_for_us(descriptor))
            load_manifest(source, choose(source, descriptor),
                          name_in_layout(source, descriptor));
    }
}

/* ---- what docker save writes ------------------------------------------------------- */

/* The configuration's file is named by its digest: "HEX.json", or as a blob. */
static char *digest_in_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *digest = format_text("sha256:%.64s", slash ? slash + 1 : path);

    if (is_digest(digest))
        return digest;
    free(digest);
    return NULL;
}

static void load_saved_image(struct source *source, struct json image)
{
    const char *path = require_text(image, "Config");
    char *text = read_text(source, path, digest_in_name(path));
    struct json layers = get_array(image, "Layers");
    struct json names = get_array(image, "RepoTags");
    const char **digests = layers_of(parse_json(text, path));

    for (size_t i = 0; digests[i]; i++)
        need_layer(source, text_at(layers, i), NULL, digests[i]);
    for (size_t i = 0; i < count_elements(names); i++)
        save(source, text_at(names, i), text);
    if (count_elements(names) > 0)
        return;
    if (!source->name)
        fail_plainly("--name NAME:TAG gives it one", "the image has no name");
    save(source, source->name, text);
}

static void load_saved(struct source *source, char *text)
{
    /* the document is an array, which no other of ours is */
    struct json json =
        parse_json(format_text("{\"\": %s}", text), "manifest.json");
    struct json list = get_array(json, "");

    for (size_t i = 0; i < count_elements(list); i++)
        load_saved_image(source, object_at(list, i));
}

/* ---- both ------------------------------------------------------------------------------ */

static int open_source(const char *work, const char *path)
{
    int fd = open_or_stdin(path), folder;
    char *stored, *plain;
    struct stat status;
    struct blob *blob;

    if (fstat(fd, &status) == -1)
        fail("stat %s", path);
    if (S_ISDIR(status.st_mode))
        return fd;
    folder = make_folder(work, "archive");
    blob = open_blob(fd, path);
    unpack(blob, folder, false);
    close_blob(blob, &stored, &plain);
    free(stored);
    free(plain);
    return folder;
}

void load_images(const struct store *store, const char *work, const char *path,
                 const char *name)
{
    struct source source = {
        .store = store,
        .work = work,
        .folder = open_source(work, path),
        .name = name,
    };
    char *text;

    if ((text = read_in_root(source.folder, "manifest.json", MOST_BYTES)))
        load_saved(&source, text);
    else if ((text = read_in_root(source.folder, "index.json", MOST_BYTES)))
        load_layout(&source, text);
    else
        fail_with_hint("docker save and OCI layouts have one; a root file "
                       "system in a tar archive is for import",
                       "%s: read manifest.json or index.json", path);
    if (source.count == 0)
        fail_plainly(NULL, "%s: no image for linux/%s", path, architecture());
}

void import_image(const struct store *store, const char *work, const char *path,
                  const char *name)
{
    char *layer = add_layer(store, work, open_or_stdin(path), path, NULL, NULL);
    char *config = format_text(
        "{\"created\":\"%s\",\"architecture\":\"%s\",\"os\":\"linux\","
        "\"config\":{},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]}}",
        time_text(), architecture(), layer);
    int lock = lock_store(store);

    save_image(store, name, config);
    close(lock);
    puts(digest_of(config, strlen(config)));
    free(config);
    free(layer);
}
