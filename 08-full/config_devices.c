/* config_devices.c - config.json: linux.resources.devices. */
#include "base.h"
#include "config_json.h"

static int load_device_number(struct json rule, const char *name)
{
    int64_t value = -1;

    get_integer(rule, name, -1, 1048575, &value);
    return (int)value;
}

static void load_rule(struct json rule, struct device_rule *to)
{
    const char *type = get_text(rule, "type");
    const char *access = get_text(rule, "access");

    to->allow = get_bool(rule, "allow");
    to->type = type && *type ? *type : 'a';
    to->access = access && *access ? access : "rwm";
    if (!strchr("abc", to->type) || (type && strlen(type) > 1))
        refuse_json(get_member(rule, "type"), "\"%.20s\" must be a, b or c",
                    type);
    if (strlen(to->access) > 3 ||
        strspn(to->access, "rwm") != strlen(to->access))
        refuse_json(get_member(rule, "access"),
                    "\"%.20s\" must be some of r, w, m", access);
    to->major = load_device_number(rule, "major");
    to->minor = load_device_number(rule, "minor");
    /* v1 reads "a" as everything, whatever the numbers are */
    if (to->type == 'a' && (to->major != -1 || to->minor != -1))
        refuse_json(rule, "numbers need the type b or c");
}

/* To make the devices of the configuration is allowed as well, not more. */
static size_t add_devices(struct device_rule *rules, size_t count,
                          const struct config *config)
{
    for (size_t i = 0; i < config->linux_.device_count; i++) {
        const struct device *device = &config->linux_.devices[i];

        if (!S_ISFIFO(device->mode))
            rules[count++] = (struct device_rule){
                .allow = true,
                .type = S_ISBLK(device->mode) ? 'b' : 'c',
                .major = (int)device->major,
                .minor = (int)device->minor,
                .access = "m",
            };
    }
    return count;
}

void load_device_rules(struct json resources, struct config *config)
{
    struct json array = get_array(resources, "devices");
    size_t count = count_elements(array);
    struct device_rule *rules =
        allocate(count + config->linux_.device_count, sizeof(*rules));

    for (size_t i = 0; i < count; i++)
        load_rule(object_at(array, i), &rules[i]);
    count = add_devices(rules, count, config);
    set_device_rules(&config->linux_.resources, rules, count);
    free(rules);
}
