/* cli_limits.c - what docker's words about limits mean. */
#include <strings.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

#include "base.h"
#include "cli_flags.h"
#include "config_json.h"

/* ---- resources --------------------------------------------------------------- */

const char *parse_memory(const char *text, void *value)
{
    return parse_size(strcmp(text, "0") == 0 ? "max" : text, value);
}

const char *parse_processors(const char *text, void *value)
{
    return parse_cpus(strcmp(text, "0") == 0 ? "max" : text, value);
}

const char *parse_limit(const char *text, void *value)
{
    return parse_size(strcmp(text, "-1") == 0 ? "max" : text, value);
}

const char *parse_pids(const char *text, void *value)
{
    bool none = strcmp(text, "-1") == 0 || strcmp(text, "0") == 0;

    return parse_number(none ? "max" : text, value);
}

static void set_memory(struct memory_limits *memory, const struct flags *flags)
{
    static uint64_t swappiness;

    if (flags->memory)
        memory->limit = flags->memory;
    memory->swap = flags->memory_swap ? flags->memory_swap : memory->limit;
    memory->reservation = flags->memory_reservation;
    memory->disable_oom_killer = flags->oom_kill_disable;
    if (memory->swap < memory->limit)
        fail_plainly("it is memory and swap together",
                     "--memory-swap %s is below --memory",
                     size_text(memory->swap));
    if (flags->swappiness == UNLIMITED)
        return;
    if (flags->swappiness > 100)
        fail_plainly(NULL, "--memory-swappiness: from 0 to 100");
    swappiness = flags->swappiness;
    memory->swappiness = &swappiness;
}

static void set_cpu(struct cpu_limits *cpu, const struct flags *flags)
{
    if (flags->cpus)
        cpu->quota = flags->cpus;
    if (flags->cpu_quota || flags->cpu_period) {
        if (flags->cpus)
            fail_plainly("one CPU is a quota as long as the period",
                         "--cpus does not go with --cpu-quota, --cpu-period");
        cpu->period = flags->cpu_period ? flags->cpu_period : cpu->period;
        cpu->quota = flags->cpu_quota ? flags->cpu_quota : cpu->period;
    }
    cpu->shares = flags->cpu_shares;
    cpu->cpus = flags->cpuset_cpus;
    cpu->mems = flags->cpuset_mems;
}

/* ---- rates of disks ----------------------------------------------------------- */

/* The colon before the last part of PATH:RATE; NULL if there is none. */
static const char *colon_of(const char *text)
{
    const char *colon = strrchr(text, ':');

    return *text == '/' && colon ? colon : NULL;
}

const char *parse_byte_rate(const char *text, void *value)
{
    const char *colon = colon_of(text);
    uint64_t rate;

    if (!colon || parse_size(colon + 1, &rate) || rate == UNLIMITED)
        return "DEVICE:BYTES such as /dev/sda:1M";
    return parse_list(text, value);
}

const char *parse_operation_rate(const char *text, void *value)
{
    const char *colon = colon_of(text);
    uint64_t rate;

    if (!colon || parse_number(colon + 1, &rate) || rate == UNLIMITED)
        return "DEVICE:NUMBER such as /dev/sda:100";
    return parse_list(text, value);
}

static void read_rate(const char *text, enum rate_kind kind,
                      struct block_rate *to)
{
    const char *colon = colon_of(text);
    char *path = format_text("%.*s", (int)(colon - text), text);
    struct stat status;

    if (stat(path, &status) == -1)
        fail("limit the rate of %s", path);
    if (!S_ISBLK(status.st_mode))
        fail_plainly("lsblk lists those of this machine",
                     "limit the rate of %s: it is no block device", path);
    *to = (struct block_rate){
        .kind = kind,
        .major = major(status.st_rdev),
        .minor = minor(status.st_rdev),
    };
    parse_size(colon + 1, &to->rate);
    free(path);
}

static void set_rates(struct resources *resources, const struct flags *flags)
{
    size_t count = 0, used = 0;
    struct block_rate *rates;

    for (size_t kind = 0; kind < 4; kind++)
        count += flags->rates[kind].count;
    rates = allocate(count, sizeof(*rates));
    for (size_t kind = 0; kind < 4; kind++)
        for (size_t i = 0; i < flags->rates[kind].count; i++)
            read_rate(flags->rates[kind].items[i], (enum rate_kind)kind,
                      &rates[used++]);
    resources->block_io.rates = rates;
    resources->block_io.rate_count = count;
    resources->block_io.weight = flags->blkio_weight;
    if (flags->blkio_weight &&
        (flags->blkio_weight < 10 || flags->blkio_weight > 1000))
        fail_plainly(NULL, "--blkio-weight: from 10 to 1000");
}

/* ---- --ulimit ------------------------------------------------------------------ */

/* "64", "-1", "unlimited"; *end is what comes behind. */
static bool read_number(const char *text, const char **end, uint64_t *value)
{
    size_t digits = strspn(text, "0123456789");

    *value = RLIM_INFINITY;
    *end = text + digits;
    if (strncmp(text, "-1", 2) == 0)
        *end = text + 2;
    else if (strncmp(text, "unlimited", 9) == 0)
        *end = text + 9;
    else if (digits > 0 && digits < 20)
        *value = strtoull(text, NULL, 10);
    else
        return false;
    return true;
}

static bool read_ulimit(const char *text, struct process_rlimit *to)
{
    const char *equals = strchr(text, '='), *end;
    size_t length = equals ? (size_t)(equals - text) : 0;
    const struct word *word = rlimit_types;

    while (word->name && (strlen(word->name + 7) != length ||
                          strncasecmp(word->name + 7, text, length) != 0))
        word++;
    if (!equals || !word->name || !read_number(equals + 1, &end, &to->soft))
        return false;
    to->type = (int)word->value;
    to->hard = to->soft;
    if (*end == ':' && !read_number(end + 1, &end, &to->hard))
        return false;
    return !*end && to->soft <= to->hard;
}

const char *parse_ulimit(const char *text, void *value)
{
    struct process_rlimit limit;

    if (!read_ulimit(text, &limit))
        return "NAME=SOFT[:HARD], as nofile=64:128; see getrlimit(2) for names";
    return parse_list(text, value);
}

/* The last one of a name holds, as with docker. */
static void set_ulimits(struct process *process, const struct list *texts)
{
    struct process_rlimit *limits = allocate(texts->count, sizeof(*limits));
    size_t count = 0;

    for (size_t i = 0; i < texts->count; i++) {
        struct process_rlimit limit;
        size_t j = 0;

        if (!read_ulimit(texts->items[i], &limit))
            continue; /* parse_ulimit has refused it */
        while (j < count && limits[j].type != limit.type)
            j++;
        limits[j] = limit;
        count += j == count;
    }
    process->rlimits = limits;
    process->rlimit_count = count;
}

static void set_oom_score_adj(struct process *process, const char *text)
{
    char *end;
    long score = strtol(text, &end, 10);

    if (!*text || *end || score < -1000 || score > 1000)
        fail_plainly(NULL, "--oom-score-adj \"%.80s\": from -1000 to 1000",
                     text);
    process->oom_score_adj = format_text("%ld", score);
}

void use_limit_flags(struct config *config, const struct flags *flags)
{
    struct resources *resources = &config->linux_.resources;

    set_memory(&resources->memory, flags);
    set_cpu(&resources->cpu, flags);
    set_rates(resources, flags);
    if (flags->pids)
        resources->pids.limit = flags->pids;
    set_ulimits(&config->process, &flags->ulimits);
    if (flags->oom_score_adj)
        set_oom_score_adj(&config->process, flags->oom_score_adj);
}
