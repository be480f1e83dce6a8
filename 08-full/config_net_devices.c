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

static void add_net_device(struct json array, const char *name, void *data)
{
    struct config *config = data;
    size_t count = config->linux_.net_device_count;
    struct json device = get_object(array, name);
    const char *new_name = get_text(device, "name");
    struct net_device *devices =
        reallocarray((void *)config->linux_.net_devices, count + 1,
                     sizeof(*config->linux_.net_devices));

    if (!devices)
        fail("allocate memory");
    if (!is_name(name, false))
        refuse_json(device, "is not the name of a network device");
    if (!new_name || !*new_name)
        new_name = name;
    if (!is_name(new_name, true))
        refuse_json(get_member(device, "name"),
                    "\"%.80s\" is not the name of a network device", new_name);
    devices[count] = (struct net_device){name, new_name};
    config->linux_.net_devices = devices;
    config->linux_.net_device_count = count + 1;
}

void load_net_devices(struct json linux_, struct config *config)
{
    struct json devices = get_object(linux_, "netDevices");

    visit_names(devices, add_net_device, config);
    if (config->linux_.net_device_count && !has_namespace(config, CLONE_NEWNET))
        refuse_json(devices, "needs a network namespace of the container's");
}
