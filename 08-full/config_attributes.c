/* config_attributes.c - config.json: process.scheduler, ioPriority and
 * execCPUAffinity; linux.personality and memoryPolicy. */
#include <ctype.h>
#include <sched.h>
#include <sys/personality.h>

#include "base.h"
#include "config_json.h"

/* Numbers of the kernel that not all versions of its headers have. */
static const struct word policies[] = {
    {"SCHED_OTHER", 0},    {"SCHED_FIFO", 1},
    {"SCHED_RR", 2},       {"SCHED_BATCH", 3},
    {"SCHED_ISO", 4},      {"SCHED_IDLE", 5},
    {"SCHED_DEADLINE", 6}, {0},
};

static const struct word scheduler_flags[] = {
    {"SCHED_FLAG_RESET_ON_FORK", 0x01},  {"SCHED_FLAG_RECLAIM", 0x02},
    {"SCHED_FLAG_DL_OVERRUN", 0x04},     {"SCHED_FLAG_KEEP_POLICY", 0x08},
    {"SCHED_FLAG_KEEP_PARAMS", 0x10},    {"SCHED_FLAG_UTIL_CLAMP_MIN", 0x20},
    {"SCHED_FLAG_UTIL_CLAMP_MAX", 0x40}, {0},
};

static const struct word io_classes[] = {
    {"IOPRIO_CLASS_RT", 1 << 13},
    {"IOPRIO_CLASS_BE", 2 << 13},
    {"IOPRIO_CLASS_IDLE", 3 << 13},
    {0},
};

static const struct word domains[] = {
    {"LINUX", PER_LINUX}, {"LINUX32", PER_LINUX32}, {0}};

const struct word memory_modes[] = {
    {"MPOL_DEFAULT", 0},
    {"MPOL_PREFERRED", 1},
    {"MPOL_BIND", 2},
    {"MPOL_INTERLEAVE", 3},
    {"MPOL_LOCAL", 4},
    {"MPOL_PREFERRED_MANY", 5},
    {"MPOL_WEIGHTED_INTERLEAVE", 6},
    {0},
};

const struct word memory_flags[] = {
    {"MPOL_F_NUMA_BALANCING", 1 << 13},
    {"MPOL_F_RELATIVE_NODES", 1 << 14},
    {"MPOL_F_STATIC_NODES", 1 << 15},
    {0},
};

/* ---- lists of numbers ------------------------------------------------------- */

static bool read_number(const char **text, unsigned long *number)
{
    char *end;

    if (!isdigit((unsigned char)**text))
        return false;
    *number = strtoul(*text, &end, 10);
    *text = end;
    return *number < MOST_NUMBERS;
}

/* "0-3,7"; false if it is none. */
static bool read_numbers(const char *text, struct number_set *to)
{
    const unsigned bits = 8 * sizeof(*to->words);
    unsigned long first, last;

    for (;;) {
        if (!read_number(&text, &first))
            return false;
        last = first;
        if (*text == '-' && (text++, !read_number(&text, &last)))
            return false;
        if (last < first)
            return false;
        for (; first <= last; first++)
            to->words[first / bits] |= 1UL << first % bits;
        if (!*text)
            return true;
        if (*text++ != ',')
            return false;
    }
}

/* NULL if it is missing or empty. */
static const struct number_set *load_numbers(struct json object,
                                             const char *member)
{
    const char *text = get_text(object, member);
    struct number_set *set;

    if (!text || !*text)
        return NULL;
    set = allocate(1, sizeof(*set));
    if (!read_numbers(text, set))
        refuse_json(get_member(object, member),
                    "\"%.80s\" is not a list such as 0-3,7", text);
    return set;
}

/* ---- the sections ------------------------------------------------------------- */

/* What a policy does not use, the kernel would ignore. */
static void check_scheduler(struct json json, const struct scheduler *scheduler)
{
    bool realtime =
        scheduler->policy == SCHED_FIFO || scheduler->policy == SCHED_RR;

    if (scheduler->priority && !realtime)
        refuse_json(get_member(json, "priority"),
                    "is for SCHED_FIFO and SCHED_RR alone");
    if ((scheduler->runtime || scheduler->deadline || scheduler->period) &&
        scheduler->policy != 6)
        refuse_json(json, "runtime, deadline and period are for "
                          "SCHED_DEADLINE alone");
}

static const struct scheduler *load_scheduler(struct json process)
{
    struct json json = get_object(process, "scheduler");
    struct scheduler *to;
    int64_t nice = 0, priority = 0;

    if (!is_there(json))
        return NULL;
    to = allocate(1, sizeof(*to));
    to->size = sizeof(*to);
    to->policy = require_word(json, "policy", policies, "a policy");
    to->flags = load_words(get_array(json, "flags"), scheduler_flags, "a flag");
    get_integer(json, "nice", -20, 19, &nice);
    get_integer(json, "priority", 0, 99, &priority);
    get_unsigned(json, "runtime", UINT64_MAX, &to->runtime);
    get_unsigned(json, "deadline", UINT64_MAX, &to->deadline);
    get_unsigned(json, "period", UINT64_MAX, &to->period);
    to->nice = (int32_t)nice;
    to->priority = (uint32_t)priority;
    check_scheduler(json, to);
    return to;
}

static int load_io_priority(struct json process)
{
    struct json json = get_object(process, "ioPriority");
    uint64_t priority = 0;
    uint32_t class;

    if (!is_there(json))
        return 0;
    class = require_word(json, "class", io_classes, "a class");
    get_unsigned(json, "priority", 7, &priority);
    return (int)(class | priority);
}

void load_scheduling(struct json process, struct process *to)
{
    struct json affinity = get_object(process, "execCPUAffinity");

    to->scheduler = load_scheduler(process);
    to->io_priority = load_io_priority(process);
    to->first_processors = load_numbers(affinity, "initial");
    to->processors = load_numbers(affinity, "final");
}

const struct memory_policy *load_memory_policy(struct json linux_)
{
    struct json json = get_object(linux_, "memoryPolicy");
    struct memory_policy *to;

    if (!is_there(json))
        return NULL;
    to = allocate(1, sizeof(*to));
    to->mode = require_word(json, "mode", memory_modes, "a mode") |
               load_words(get_array(json, "flags"), memory_flags, "a flag");
    to->nodes = load_numbers(json, "nodes");
    return to;
}

const unsigned *load_personality(struct json linux_)
{
    struct json json = get_object(linux_, "personality");
    unsigned *to;

    if (!is_there(json))
        return NULL;
    if (count_elements(get_array(json, "flags")))
        refuse_json(get_member(json, "flags"), "there are none");
    to = allocate(1, sizeof(*to));
    *to = require_word(json, "domain", domains, "LINUX or LINUX32");
    return to;
}
