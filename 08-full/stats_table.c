/* stats_table.c - stats: what containers use, as docker shows it. */
#include <json-c/json.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#include "base.h"
#include "cgroup.h"
#include "namespaces.h"
#include "stats.h"
#include "subject.h"
#include "table.h"
#include "template.h"
#include "times.h"

enum { MOST_CONTAINERS = 500, COLUMNS = 8 };

/* Of one container, at one moment. Bytes and nanoseconds. */
struct sample {
    char id[256], name[256];
    uint64_t time, cpu, memory, limit, received, sent, read, written, pids;
};

struct samples {
    size_t count;
    size_t lines; /* that were printed and can be printed over */
    struct sample items[MOST_CONTAINERS];
};

struct request {
    char **words; /* the containers; none: all that run, or all */
    bool once, all;
    const char *format; /* from parse_format */
    const struct globals *globals;
};

/* ---- looking ---------------------------------------------------------------------- */

/* What is cached and could be given back at any time is not counted: docker's
 * rule. The member of v1 counts the groups below, too. */
static uint64_t memory_used(struct json_object *stats)
{
    uint64_t used = count_in(stats, "memory.usage.usage");
    const char *path = counter_in(stats, "memory.raw.total_inactive_file")
                         ? "memory.raw.total_inactive_file"
                         : "memory.raw.inactive_file";
    uint64_t cache = count_in(stats, path);

    return cache < used ? used - cache : used;
}

static uint64_t memory_limit(struct json_object *stats)
{
    uint64_t limit = count_in(stats, "memory.usage.limit");
    struct sysinfo machine;
    uint64_t all;

    if (sysinfo(&machine) == -1)
        fail("sysinfo");
    all = (uint64_t)machine.totalram * machine.mem_unit;
    return limit && limit < all ? limit : all;
}

static uint64_t block_bytes(struct json_object *stats, const char *operation)
{
    struct json_object *array =
        counter_in(stats, "blkio.ioServiceBytesRecursive");
    uint64_t bytes = 0;

    for (size_t i = 0; array && i < json_object_array_length(array); i++) {
        struct json_object *entry = json_object_array_get_idx(array, i);

        if (strcmp(json_object_get_string(counter_in(entry, "op")),
                   operation) == 0)
            bytes += count_in(entry, "value");
    }
    return bytes;
}

static void count_network(struct sample *sample, pid_t pid)
{
    char *text = read_path("/proc/%d/net/dev", (int)pid), *rest = text;
    unsigned long long received, sent;
    char name[32];

    for (char *line; rest && (line = strsep(&rest, "\n"));)
        if (sscanf(line, " %31[^:]: %llu %*u %*u %*u %*u %*u %*u %*u %llu",
                   name, &received, &sent) == 3 &&
            strcmp(name, "lo") != 0) {
            sample->received += received;
            sample->sent += sent;
        }
    free(text);
}

static void take_sample(struct samples *samples, const struct subject *subject)
{
    struct sample *sample = &samples->items[samples->count];
    struct cgroup cgroup = {0};
    struct json_object *stats;

    if (samples->count == MOST_CONTAINERS)
        return;
    samples->count++;
    *sample = (struct sample){.time = 0};
    snprintf(sample->id, sizeof(sample->id), "%s", subject->id);
    snprintf(sample->name, sizeof(sample->name), "%s", subject->name);
    if (!subject->pid)
        return;
    if (other_namespaces(subject->pid) & CLONE_NEWNET)
        count_network(sample, subject->pid);
    if (subject->state.cgroups_path)
        open_groups(&subject->state, &cgroup);
    stats = describe_stats(&cgroup);
    sample->time = nanoseconds();
    sample->cpu = count_in(stats, "cpu.usage.total");
    sample->memory = memory_used(stats);
    sample->limit = memory_limit(stats);
    sample->read = block_bytes(stats, "Read");
    sample->written = block_bytes(stats, "Write");
    sample->pids = count_in(stats, "pids.current");
}

static void take_samples(struct samples *samples, const struct request *request)
{
    const char *data_root = request->globals->data_root;
    struct record *records;
    struct subject subject;
    size_t count = 0;

    samples->count = samples->lines = 0;
    for (char **word = request->words; *word; word++)
        if (find_subject(&subject, *word, request->globals))
            take_sample(samples, &subject);
    if (request->words[0])
        return;
    records = list_records(data_root, &count);
    for (size_t i = 0; i < count; i++) {
        take_record(&subject, &records[i]);
        if (subject.pid || request->all)
            take_sample(samples, &subject);
    }
}

/* ---- printing ---------------------------------------------------------------------- */

static char *pair(char *left, char *right)
{
    char *text = format_text("%s / %s", left, right);

    free(left);
    free(right);
    return text;
}

/* Percent of one CPU since the last round. */
static double cpu_percent(const struct sample *now,
                          const struct samples *before)
{
    for (size_t i = 0; i < before->count; i++) {
        const struct sample *then = &before->items[i];

        if (strcmp(then->id, now->id) == 0 && then->time &&
            then->time < now->time && then->cpu <= now->cpu)
            return 100.0 * (double)(now->cpu - then->cpu) /
                   (double)(now->time - then->time);
    }
    return 0;
}

static void fill_cells(const struct sample *sample,
                       const struct samples *before, char *cells[COLUMNS])
{
    double share =
        sample->limit ? (double)sample->memory / (double)sample->limit : 0;
    char *values[COLUMNS] = {
        format_text("%.12s", sample->id),
        format_text("%s", sample->name),
        format_text("%.2f%%", cpu_percent(sample, before)),
        pair(size_words(sample->memory, 1024), size_words(sample->limit, 1024)),
        format_text("%.2f%%", 100 * share),
        pair(size_words(sample->received, 1000),
             size_words(sample->sent, 1000)),
        pair(size_words(sample->read, 1000), size_words(sample->written, 1000)),
        format_text("%llu", (unsigned long long)sample->pids)};

    memcpy(cells, values, sizeof(values));
}

static struct json_object *describe(const char *const cells[COLUMNS])
{
    static const char *const names[COLUMNS] = {"ID",       "Name",    "CPUPerc",
                                               "MemUsage", "MemPerc", "NetIO",
                                               "BlockIO",  "PIDs"};
    struct json_object *object = json_object_new_object();

    for (int i = 0; i < COLUMNS; i++)
        add_json_text(object, names[i], cells[i]);
    add_json_text(object, "Container", cells[1]);
    return object;
}

/* Cut to what the terminal has room for; nothing is cut elsewhere. */
static void print_samples(struct samples *now, const struct samples *before,
                          const char *format, bool live)
{
    static const char *const heads[COLUMNS] = {
        "CONTAINER ID", "NAME",    "CPU %",     "MEM USAGE / LIMIT",
        "MEM %",        "NET I/O", "BLOCK I/O", "PIDS"};
    struct json_object *list = json_object_new_array();
    struct table table = {.columns = COLUMNS};
    struct winsize size = {0};
    size_t most = MOST_CONTAINERS;

    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    if (live && size.ws_row > 2)
        most = size.ws_row - 2u;
    add_row(&table, heads);
    for (size_t i = 0; i < now->count && i < most; i++) {
        char *cells[COLUMNS];

        fill_cells(&now->items[i], before, cells);
        if (format)
            json_object_array_add(list, describe((const char *const *)cells));
        else
            add_row(&table, (const char *const *)cells);
    }
    if (format) {
        print_list(describe(heads), list, format);
        return;
    }
    if (live && before->lines)
        printf("\033[%zuA\r", before->lines); /* up; then clear what follows */
    print_rows(&table, 10, live ? size.ws_col : 0, live ? "\033[K\n" : "\n");
    if (live)
        printf("\033[J");
    now->lines = table.rows;
}

/* ---- the verb ------------------------------------------------------------------------ */

/* In a child: what is read of containers is not freed, and a day has many
 * rounds. */
static void do_round(struct samples *now, const struct samples *before,
                     const struct request *request, bool first)
{
    bool live = !request->once && !request->format && isatty(STDOUT_FILENO);
    int status;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid == -1)
        fail("fork");
    if (pid == 0) {
        take_samples(now, request);
        if (!first)
            print_samples(now, before, request->format, live);
        _exit(fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_STAGE_FAILED);
    }
    if (waitpid(pid, &status, 0) == -1)
        fail("waitpid");
    if (status != 0)
        exit(EXIT_STAGE_FAILED);
}

int stats_verb(int argc, char **argv, const struct globals *globals)
{
    static const struct timespec second = {.tv_sec = 1};
    struct request request = {.globals = globals};
    const struct flag flags[] = {
        {"all", 'a', NULL, "those that have ended, too", parse_switch,
         &request.all},
        {"no-stream", 0, NULL, "one table, and no more", parse_switch,
         &request.once},
        {"format", 0, "table|json|TEMPLATE", "how it is printed (table)",
         parse_format, &request.format},
        {0},
    };
    struct samples *rounds =
        mmap(NULL, 2 * sizeof(*rounds), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct subject subject;
    int now = 0;

    if (rounds == MAP_FAILED)
        fail("allocate memory");
    request.words = parse_flags(argc, argv, flags, "");
    for (char **word = request.words; *word; word++)
        require_subject(&subject, *word, globals);
    do_round(&rounds[now], NULL, &request, true);
    do {
        now = !now;
        nanosleep(&second, NULL);
        do_round(&rounds[now], &rounds[!now], &request, false);
    } while (!request.once);
    return EXIT_SUCCESS;
}
