/* cli_mounts.c - what docker's words about mounts mean. */
#include "base.h"
#include "cli_flags.h"

/* The options in `first`, then those in `text`, where commas part them. */
static void *copy_options(const char *text, const char *const *first)
{
    struct list options = {0};
    char *rest = *text ? format_text("%s", text) : NULL;
    char *word;

    for (; *first; first++)
        parse_list(*first, &options);
    while ((word = strsep(&rest, ",")))
        parse_list(word, &options);
    return options.items;
}

/* One that was asked for, and takes the place of docker's own. */
static void add_own(struct config *config, const struct mount *mount)
{
    static struct list taken;
    size_t length = strlen(mount->destination);

    while (length > 1 && mount->destination[length - 1] == '/')
        length--;
    for (size_t i = 0; i < taken.count; i++)
        if (strlen(taken.items[i]) == length &&
            strncmp(taken.items[i], mount->destination, length) == 0)
            fail_plainly("of -v, --mount and --tmpfs only one has a folder",
                         "duplicate mount point: %s", taken.items[i]);
    parse_list(format_text("%.*s", (int)length, mount->destination), &taken);
    add_mount(config, mount);
}

/* ---- -v ----------------------------------------------------------------------- */

/* all that is mounted below it comes along, and is read-only as well */
static const char *const all_below[] = {"rbind", NULL};

/* What a word behind -v's second colon means as a mount option; docker takes one
 * of each kind. */
struct volume_word {
    const char *word, *option;
    enum { ACCESS, PROPAGATION, OWNERS, LABEL, COPY, CONSISTENCY } kind;
};

static const struct volume_word volume_words[] = {
    {"ro", "rro", ACCESS},
    {"rw", "", ACCESS},
    {"private", "private", PROPAGATION},
    {"rprivate", "rprivate", PROPAGATION},
    {"slave", "slave", PROPAGATION},
    {"rslave", "rslave", PROPAGATION},
    {"shared", "shared", PROPAGATION},
    {"rshared", "rshared", PROPAGATION},
    /* podman's: owners as the --userns has them inside */
    {"idmap", "idmap", OWNERS},
    /* what the folder has already, or no other system needs */
    {"z", "", LABEL},
    {"Z", "", LABEL},
    {"nocopy", "", COPY},
    {"cached", "", CONSISTENCY},
    {"delegated", "", CONSISTENCY},
    {"consistent", "", CONSISTENCY},
};

static const struct volume_word *find_volume_word(const char *text)
{
    for (size_t i = 0; i < COUNT(volume_words); i++)
        if (strcmp(text, volume_words[i].word) == 0)
            return &volume_words[i];
    return NULL;
}

static bool is_propagation(const char *text)
{
    const struct volume_word *word = find_volume_word(text);

    return word && word->kind == PROPAGATION;
}

/* "ro,rslave" as mount options; NULL if they are none, or contradict. */
static char *options_of_volume(const char *text)
{
    char *copy = format_text("%s", text), *rest = copy, *part;
    char *all = or_empty(NULL);
    unsigned kinds = 0;

    while ((part = strsep(&rest, ","))) {
        const struct volume_word *word = find_volume_word(part);

        if (!word || kinds & 1u << word->kind)
            return NULL;
        kinds |= 1u << word->kind;
        all =
            append(all, "%s%s", *all && *word->option ? "," : "", word->option);
    }
    free(copy);
    return all;
}

const char *parse_volume(const char *text, void *value)
{
    const char *colon = strchr(text, ':');
    const char *option = colon ? strchr(colon + 1, ':') : NULL;
    char *options = options_of_volume(option ? option + 1 : "rw");

    free(options);
    if (!colon || colon == text || colon[1] != '/' || strchr("/:", colon[2]))
        return "HOST:CONTAINER or HOST:CONTAINER:ro, CONTAINER absolute "
               "and not /";
    if (!options)
        return "HOST:CONTAINER:OPTIONS, these such as ro,rslave, and one of a "
               "kind";
    return parse_list(text, value);
}

/* docker's daemon is in another folder, and makes what is missing. */
static char *source_of_volume(char *source)
{
    char *path;

    if (!strchr(source, '/') && *source != '.')
        fail_plainly(
            format_text("-v ./%s: a folder here; podman has volumes", source),
            "-v %s: a volume with a name is not supported", source);
    path = absolute_path(source);
    if (make_dir(path) == -1 && errno != EEXIST && errno != ENOTDIR)
        fail("-v: make the folder %s", path);
    return path;
}

static void add_volume(struct config *config, const char *text,
                       bool docker_form)
{
    char *source = format_text("%s", text);
    char *destination = strchr(source, ':');
    char *option;

    *destination++ = '\0';
    option = strchr(destination, ':');
    if (option)
        *option++ = '\0';
    add_own(config,
            &(struct mount){
                .destination = destination,
                .type = "bind",
                .source = docker_form ? source_of_volume(source) : source,
                .options = copy_options(
                    options_of_volume(option ? option : "rw"), all_below),
            });
}

/* ---- --tmpfs -------------------------------------------------------------------- */

const char *parse_tmpfs(const char *text, void *value)
{
    if (*text != '/' || strchr("/:", text[1]))
        return "CONTAINER or CONTAINER:OPTIONS, CONTAINER absolute and not /";
    return parse_list(text, value);
}

static void add_tmpfs(struct config *config, const char *destination,
                      const char *options)
{
    static const char *const defaults[] = {"nosuid", "nodev", "noexec", NULL};

    add_own(config, &(struct mount){
                        .destination = destination,
                        .type = "tmpfs",
                        .source = "tmpfs",
                        .options = copy_options(options, defaults),
                    });
}

/* ---- --mount --------------------------------------------------------------------- */

struct request {
    const char *type, *source, *target, *readonly;
    const char *propagation, *size, *mode, *nonrecursive;
};

/* The member of `request` that the key is for, or NULL. */
static const char **member(struct request *request, const char *key)
{
    const struct {
        const char *key, **value;
    } keys[] = {
        {"type", &request->type},
        {"source", &request->source},
        {"src", &request->source},
        {"target", &request->target},
        {"destination", &request->target},
        {"dst", &request->target},
        {"readonly", &request->readonly},
        {"ro", &request->readonly},
        {"bind-propagation", &request->propagation},
        {"bind-nonrecursive", &request->nonrecursive},
        {"tmpfs-size", &request->size},
        {"tmpfs-mode", &request->mode},
    };

    for (size_t i = 0; i < COUNT(keys); i++)
        if (strcmp(key, keys[i].key) == 0)
            return keys[i].value;
    return NULL;
}

static bool is_true(const char *text)
{
    return text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
}

static bool is_switch(const char *text)
{
    return !text || is_true(text) || strcmp(text, "false") == 0 ||
           strcmp(text, "0") == 0;
}

/* Takes "KEY=VALUE,..." apart; false if a key is unknown. */
static bool read_keys(const char *text, struct request *to)
{
    char *rest = format_text("%s", text), *word;

    *to = (struct request){.type = "volume"}; /* docker's default */
    while ((word = strsep(&rest, ","))) {
        char *value = strchr(word, '=');
        const char **place;

        if (value)
            *value++ = '\0';
        place = member(to, word);
        if (!place)
            return false;
        *place = value ? value : "true";
    }
    return true;
}

static bool is_mount(const struct request *request)
{
    bool bind = strcmp(request->type, "bind") == 0;
    uint64_t size;

    if (!bind && strcmp(request->type, "tmpfs") != 0)
        return false;
    return request->target && *request->target == '/' && request->target[1] &&
           bind == (request->source && *request->source) &&
           is_switch(request->readonly) && is_switch(request->nonrecursive) &&
           (bind ? !request->size && !request->mode
                 : !request->propagation && !request->nonrecursive) &&
           (!request->propagation || is_propagation(request->propagation)) &&
           (!request->size || !parse_size(request->size, &size)) &&
           (!request->mode ||
            strspn(request->mode, "01234567") == strlen(request->mode));
}

const char *parse_mount(const char *text, void *value)
{
    struct request request;

    if (!read_keys(text, &request))
        return "KEY=VALUE,... with the keys type, source, target, readonly, "
               "bind-propagation, bind-nonrecursive, tmpfs-size, tmpfs-mode";
    if (strcmp(request.type, "volume") == 0)
        fail_plainly("type=bind,source=FOLDER,target=...; podman has volumes",
                     "--mount %s: type=volume is not supported", text);
    if (!is_mount(&request))
        return "type=bind,source=HOST,target=CONTAINER[,readonly] or "
               "type=tmpfs,target=CONTAINER[,tmpfs-size=SIZE]";
    return parse_list(text, value);
}

static void add_bind(struct config *config, const struct request *request)
{
    static const char *const alone[] = {"bind", NULL};
    char *source = absolute_path(request->source);
    const char *read_only = is_true(request->readonly) ? "rro" : "";
    const char *propagation = request->propagation ? request->propagation : "";
    struct stat status;

    if (stat(source, &status) == -1)
        fail_with_hint(errno == ENOENT ? "-v makes a folder that is missing"
                                       : NULL,
                       "--mount: source %s", source);
    add_own(config, &(struct mount){
                        .destination = request->target,
                        .type = "bind",
                        .source = source,
                        .options = copy_options(
                            format_text("%s%s%s", read_only,
                                        *read_only && *propagation ? "," : "",
                                        propagation),
                            is_true(request->nonrecursive) ? alone : all_below),
                    });
}

static void add_request(struct config *config, const char *text)
{
    struct request request;

    read_keys(text, &request); /* parse_mount has looked at it */
    if (strcmp(request.type, "bind") == 0) {
        add_bind(config, &request);
        return;
    }
    /* docker's words behind a --mount have no nodev and the like before them
     * that could be taken back */
    add_tmpfs(config, request.target,
              format_text("mode=%s%s%s%s", request.mode ? request.mode : "1777",
                          request.size ? ",size=" : "",
                          request.size ? request.size : "",
                          is_true(request.readonly) ? ",ro" : ""));
}

/* ---- /dev/shm -------------------------------------------------------------------- */

static void set_up_shm(struct config *config, const struct flags *flags)
{
    static const char *const options[] = {"nosuid", "noexec", "nodev",
                                          "mode=1777", NULL};
    struct mount shm = {.destination = "/dev/shm", .source = "shm"};
    uint64_t size = flags->shm_size;

    if (strcmp(flags->run.modes.ipc, "host") == 0) {
        shm.type = "bind";
        shm.source = "/dev/shm";
        shm.options = all_below;
    } else if (size) {
        shm.type = "tmpfs";
        shm.options = copy_options(
            format_text("size=%llu",
                        size == UNLIMITED ? 0 : (unsigned long long)size),
            options);
    }
    if (shm.type)
        add_mount(config, &shm);
}

void use_mount_flags(struct config *config, const struct flags *flags)
{
    if (flags->docker_form)
        set_up_shm(config, flags);
    for (size_t i = 0; i < flags->volumes.count; i++)
        add_volume(config, flags->volumes.items[i], flags->docker_form);
    for (size_t i = 0; i < flags->mounts.count; i++)
        add_request(config, flags->mounts.items[i]);
    for (size_t i = 0; i < flags->tmpfs.count; i++) {
        char *destination = format_text("%s", flags->tmpfs.items[i]);
        char *options = strchr(destination, ':');

        if (options)
            *options++ = '\0';
        add_tmpfs(config, destination, options ? options : "");
    }
}
