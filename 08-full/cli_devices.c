/* cli_devices.c - devices of the host's that the container may open. */
#include <ftw.h>
#include <sys/sysmacros.h>

#include "base.h"
#include "cli_flags.h"

/* What is collected for the configuration. */
static struct {
    struct device *devices;
    struct device_rule *rules;
    size_t count;
} found;

/* HOST[:CONTAINER][:ACCESS] in parts; the last two have a value without it. */
struct request {
    char *host, *container, *access;
};

static bool is_access(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && length <= 3 && strspn(text, "rwm") == length;
}

static bool read_device(const char *text, struct request *to)
{
    char *rest = format_text("%s", text), *words[4] = {NULL};
    size_t count = 0;

    while (count < 4 && (words[count] = strsep(&rest, ":")))
        count++;
    *to = (struct request){words[0], words[0], (char *)"rwm"};
    if (count > 1 && is_access(words[count - 1]))
        to->access = words[--count];
    if (count == 2)
        to->container = words[1];
    return count > 0 && count <= 2 && *to->host == '/' &&
         *to->container == '/' &&
           to->container[strlen(to->container) - 1] != '/';
}

const char *parse_device(const char *text, void *value)
{
    struct request request;

    if (!read_device(text, &request))
        return "HOST[:CONTAINER][:ACCESS], absolute paths and some of rwm";
    return parse_list(text, value);
}

static void add_device(const char *path, const struct stat *status,
                       const char *access)
{
    size_t i = found.count++;

    found.devices = add_room(found.devices, i, sizeof(*found.devices));
    found.rules = add_room(found.rules, i, sizeof(*found.rules));
    found.devices[i] = (struct device){
        .path = path,
        .mode = status->st_mode,
        .major = major(status->st_rdev),
        .minor = minor(status->st_rdev),
        .uid = status->st_uid,
        .gid = status->st_gid,
    };
    /* the node has to be made: "m" */
    found.rules[i] = (struct device_rule){
        .allow = true,
        .type = S_ISBLK(status->st_mode) ? 'b' : 'c',
        .major = (int)major(status->st_rdev),
        .minor = (int)minor(status->st_rdev),
        .access = strchr(access, 'm') ? access : format_text("%sm", access),
    };
}

static bool is_device(const struct stat *status)
{
    return S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode);
}

static void use_device(const char *text)
{
    struct request request;
    struct stat status;

    if (!read_device(text, &request))
        return; /* parse_device has refused it */
    if (stat(request.host, &status) == -1)
        fail("--device %s", request.host);
    if (!is_device(&status))
        fail_plainly("name one device: folders of them are not supported",
                     "--device %s: it is no device", request.host);
    add_device(request.container, &status, request.access);
}

/* The terminals of a devpts are the container's own, as is its console. */
static int visit(const char *path, const struct stat *status, int type,
                 struct FTW *place)
{
    (void)place;
    if (type == FTW_D &&
        (strcmp(path, "/dev/pts") == 0 || strcmp(path, "/dev/shm") == 0 ||
         strcmp(path, "/dev/mqueue") == 0))
        return FTW_SKIP_SUBTREE;
    if (type == FTW_F && is_device(status) &&
        strcmp(path, "/dev/console") != 0 && strcmp(path, "/dev/ptmx") != 0)
        add_device(format_text("%s", path), status, "rwm");
    return FTW_CONTINUE;
}

void use_device_flags(struct config *config, const struct flags *flags)
{
    static const struct device_rule all = {true, 'a', -1, -1, "rwm"};

    if (flags->privileged &&
        nftw("/dev", visit, 16, FTW_PHYS | FTW_ACTIONRETVAL) == -1)
        fail("read /dev");
    for (size_t i = 0; i < flags->devices.count; i++)
        use_device(flags->devices.items[i]);
    config->linux_.devices = found.devices;
    config->linux_.device_count = found.count;
    if (flags->privileged)
        set_device_rules(&config->linux_.resources, &all, 1);
    else if (found.count)
        set_device_rules(&config->linux_.resources, found.rules, found.count);
}
