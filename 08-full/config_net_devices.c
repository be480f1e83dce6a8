/* config_net_devices.c - config.json: linux.netDevices. */
#include <ctype.h>
#include <net/if.h>
#include <sched.h>

#include "base.h"
#include "config_json.h"
#include "namespaces.h"

/* What the kernel takes, and a "%d" at the end if it is a pattern. */
static bool is_name(const char *name, bool pattern)
{
    size_t length = strlen(name);

    if (!*name || length >= IFNAMSIZ || strcmp(name, ".") == 0 ||
        strcmp(name, "..") == 0)
        return false;
    if (pattern && length > 2 && strcmp(name + length - 2, "%d") == 0)
        length -= 2;
    for (size_t i = 0; i < length; i++)
        if (strchr("/:%", name[i]) || isspace((unsigned char)name[i]))
            return false;
    return true;
}

static struct net_device load_net_device(struct json devices, const char *name)
{
    struct json device = get_object(devices, name);
    const char *new_name = get_text(device, "name");

    if (!is_name(name, false))
        refuse_json(device, "is not the name of a network device");
    if (!new_name || !*new_name)
        new_name = name;
    if (!is_name(new_name, true))
        refuse_json(get_member(device, "name"),
                    "\"%.80s\" is not the name of a network device", new_name);
    return (struct net_device){name, new_name};
}

void load_net_devices(struct json linux_, struct config *config)
{
    struct json devices = get_object(linux_, "netDevices");
    const char *const *names = member_names(devices);
    size_t count = count_members(devices);
    struct net_device *to = allocate(count, sizeof(*to));

    for (size_t i = 0; i < count; i++)
        to[i] = load_net_device(devices, names[i]);
    config->linux_.net_devices = to;
    config->linux_.net_device_count = count;
    if (count && !has_namespace(config, CLONE_NEWNET))
        refuse_json(devices, "needs a network namespace of the container's");
}
