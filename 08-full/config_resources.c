/* config_resources.c - config.json: linux.resources, but for the devices. */
#include "base.h"
#include "config_json.h"

/* A limit: -1 is none; a missing one and 0 are "not set". */
static uint64_t load_limit(struct json object, const char *name)
{
    int64_t value = 0;

    get_integer(object, name, -1, INT64_MAX, &value);
    return value == -1 ? UNLIMITED : (uint64_t)value;
}

/* The same for numbers that mean something when they are 0. */
static const uint64_t *load_optional(struct json object, const char *name,
                                     uint64_t most)
{
    uint64_t *value = allocate(1, sizeof(*value));

    return get_unsigned(object, name, most, value) ? value : NULL;
}

static uint64_t load_number(struct json object, const char *name, uint64_t most)
{
    uint64_t value = 0;

    get_unsigned(object, name, most, &value);
    return value;
}

static const char *load_text(struct json object, const char *name)
{
    const char *text = get_text(object, name);

    return text && *text ? text : NULL;
}

/* ---- memory, cpu ------------------------------------------------------------ */

static void load_memory(struct json resources, struct memory_limits *to)
{
    struct json memory = get_object(resources, "memory");
    uint64_t *hierarchy = allocate(1, sizeof(*hierarchy));

    to->limit = load_limit(memory, "limit");
    to->swap = load_limit(memory, "swap");
    to->reservation = load_limit(memory, "reservation");
    to->kernel = load_limit(memory, "kernel");
    to->kernel_tcp = load_limit(memory, "kernelTCP");
    to->disable_oom_killer = get_bool(memory, "disableOOMKiller");
    to->check_before_update = get_bool(memory, "checkBeforeUpdate");
    *hierarchy = get_bool(memory, "useHierarchy");
    if (is_there(get_member(memory, "useHierarchy")))
        to->use_hierarchy = hierarchy;
    /* some callers write -1 for "not set", as an unsigned number */
    to->swappiness = load_optional(memory, "swappiness", UINT64_MAX);
    if (to->swappiness && *to->swappiness == UINT64_MAX)
        to->swappiness = NULL;
    if (to->swappiness && *to->swappiness > 100)
        refuse_json(get_member(memory, "swappiness"), "must be from 0 to 100");
    /* memory is in both, so it would not be lifted */
    if (to->limit == UNLIMITED && to->swap == 0)
        to->swap = UNLIMITED;
    if (to->swap != 0 && to->limit != UNLIMITED && to->swap < to->limit)
        refuse_json(get_member(memory, "swap"),
                    "is memory and swap together: not below limit");
}

static void load_cpu(struct json resources, struct cpu_limits *to)
{
    struct json cpu = get_object(resources, "cpu");

    to->quota = load_limit(cpu, "quota");
    to->period = load_number(cpu, "period", INT64_MAX);
    to->burst = load_optional(cpu, "burst", INT64_MAX);
    to->shares = load_number(cpu, "shares", INT64_MAX);
    to->idle = load_optional(cpu, "idle", 1);
    to->realtime_runtime = load_limit(cpu, "realtimeRuntime");
    to->realtime_period = load_number(cpu, "realtimePeriod", INT64_MAX);
    to->cpus = load_text(cpu, "cpus");
    to->mems = load_text(cpu, "mems");
    if (to->burst && is_there(get_member(cpu, "quota")) && to->quota > 0 &&
        *to->burst > to->quota)
        refuse_json(get_member(cpu, "burst"), "must not be above quota");
}

/* ---- block I/O -------------------------------------------------------------- */

enum { MOST_WEIGHT = 1000, MOST_MAJOR = 4095, MOST_MINOR = 1048575 };

static void load_weight(struct json one, void *place)
{
    *(struct block_weight *)place = (struct block_weight){
        .major = (unsigned)require_unsigned(one, "major", MOST_MAJOR),
        .minor = (unsigned)require_unsigned(one, "minor", MOST_MINOR),
        .weight = load_number(one, "weight", MOST_WEIGHT),
        .leaf_weight = load_number(one, "leafWeight", MOST_WEIGHT),
    };
}

const struct word rate_lists[] = {
    {"throttleReadBpsDevice", READ_BYTES},
    {"throttleWriteBpsDevice", WRITE_BYTES},
    {"throttleReadIOPSDevice", READ_OPERATIONS},
    {"throttleWriteIOPSDevice", WRITE_OPERATIONS},
    {0},
};

static void load_rates(struct json block_io, struct resources *to)
{
    const struct word *list;
    struct block_rate *rates;
    size_t count = 0;

    for (list = rate_lists; list->name; list++)
        count += count_elements(get_array(block_io, list->name));
    rates = allocate(count, sizeof(*rates));
    to->block_io.rates = rates;
    to->block_io.rate_count = count;
    for (list = rate_lists; list->name; list++) {
        struct json array = get_array(block_io, list->name);

        for (size_t j = 0; j < count_elements(array); j++) {
            struct json one = object_at(array, j);

            *rates++ = (struct block_rate){
                .kind = list->value,
                .major = (unsigned)require_unsigned(one, "major", MOST_MAJOR),
                .minor = (unsigned)require_unsigned(one, "minor", MOST_MINOR),
                .rate = require_unsigned(one, "rate", UINT64_MAX - 1),
            };
        }
    }
}

static void load_block_io(struct json resources, struct resources *to)
{
    struct json block_io = get_object(resources, "blockIO");

    to->block_io.weight = load_number(block_io, "weight", MOST_WEIGHT);
    to->block_io.leaf_weight = load_number(block_io, "leafWeight", MOST_WEIGHT);
    to->block_io.weights =
        load_objects(block_io, "weightDevice", sizeof(*to->block_io.weights),
                     load_weight, &to->block_io.weight_count);
    load_rates(block_io, to);
}

/* ---- huge pages, network, rdma ------------------------------------------------ */

/* "2MB": it becomes a part of a file's name. */
static bool is_page_size(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && text[digits] && strchr("KMG", text[digits]) &&
           strcmp(text + digits + 1, "B") == 0;
}

static void load_hugepages(struct json one, void *place)
{
    struct hugepage_limit *to = place;

    to->page_size = require_text(one, "pageSize");
    if (!is_page_size(to->page_size))
        refuse_json(get_member(one, "pageSize"),
                    "\"%.20s\" is not a size such as 2MB", to->page_size);
    to->limit = require_unsigned(one, "limit", UINT64_MAX);
}

/* One word, which stands at the beginning of a line for the kernel. */
static void check_name(struct json json, const char *text)
{
    if (!*text || strpbrk(text, " \t\n"))
        refuse_json(json, "\"%.80s\" is not a device's name", text);
}

static void load_priority(struct json one, void *place)
{
    struct network_priority *to = place;

    to->interface = require_text(one, "name");
    check_name(get_member(one, "name"), to->interface);
    to->priority = require_unsigned(one, "priority", UINT32_MAX);
}

static void load_network(struct json resources, struct resources *to)
{
    struct json network = get_object(resources, "network");

    to->network.priorities =
        load_objects(network, "priorities", sizeof(*to->network.priorities),
                     load_priority, &to->network.priority_count);
    to->network.class_id = load_number(network, "classID", UINT32_MAX);
}

static void load_rdma(struct json resources, struct resources *to)
{
    struct json rdma = get_object(resources, "rdma");
    const char *const *names = member_names(rdma);
    struct rdma_limit *limits = allocate(count_members(rdma), sizeof(*limits));

    to->rdma = limits;
    to->rdma_count = count_members(rdma);
    for (; *names; names++, limits++) {
        struct json one = get_object(rdma, *names);

        check_name(one, *names);
        limits->device = *names;
        limits->handles = load_optional(one, "hcaHandles", UINT32_MAX);
        limits->objects = load_optional(one, "hcaObjects", UINT32_MAX);
        if (!limits->handles && !limits->objects)
            refuse_json(one, "needs hcaHandles or hcaObjects");
    }
}

/* ---- unified ---------------------------------------------------------------------- */

/* A file of the group itself, and of one controller: "memory.high". */
static void load_unified(struct json resources, struct resources *to)
{
    struct json unified = get_object(resources, "unified");
    struct pair *pairs = load_pairs(unified, &to->unified_count);

    for (struct pair *pair = pairs; pair->name; pair++)
        if (strchr(pair->name, '/') || *pair->name == '.' ||
            !strchr(pair->name, '.'))
            refuse_json(get_entry(unified, pair->name),
                        "the name must be of the form CONTROLLER.FILE");
    to->unified = pairs;
}

/* ---- all of them ------------------------------------------------------------------ */

void load_limits(struct json resources, struct resources *to)
{
    load_memory(resources, &to->memory);
    load_cpu(resources, &to->cpu);
    to->pids.limit = load_limit(get_object(resources, "pids"), "limit");
    load_block_io(resources, to);
    to->hugepages =
        load_objects(resources, "hugepageLimits", sizeof(*to->hugepages),
                     load_hugepages, &to->hugepage_count);
    load_network(resources, to);
    load_rdma(resources, to);
    load_unified(resources, to);
}

void load_resources(struct json linux_, struct config *config)
{
    struct json resources = get_object(linux_, "resources");

    load_limits(resources, &config->linux_.resources);
    load_device_rules(resources, config);
}
