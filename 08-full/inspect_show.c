/* inspect_show.c - a container beside the host, for people. */
#include <json-c/json.h>
#include <stdarg.h>

#include "base.h"
#include "capabilities.h"
#include "cgroup.h"
#include "help.h"
#include "inspect.h"
#include "mountinfo.h"
#include "names.h"
#include "ports.h"
#include "stats.h"

enum { INDENT = 15 };

/* Color, where there are eyes for it. */
static const char *style(const char *code)
{
    return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") ? code : "";
}

/* A line "  label       text"; nothing if there is no text. */
static void row(const char *label, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void row(const char *label, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) == -1)
        die("allocate memory");
    va_end(arguments);
    make_harmless(text);
    if (*text) {
        int column = printf("  %-*s", INDENT - 2, label);

        print_wrapped(column, INDENT, text);
    }
    free(text);
}

static void heading(const char *text)
{
    printf("\n%s%s%s\n", style("\033[1m"), text, style("\033[0m"));
}

static char *join(struct json texts, const char *between)
{
    char *line = or_empty(NULL);

    for (size_t i = 0; i < count_elements(texts); i++)
        line = append(line, "%s%s", i ? between : "", text_at(texts, i));
    return line;
}

/* ---- what it is --------------------------------------------------------------- */

static void show_summary(const struct subject *subject, struct json config)
{
    const struct record *record = &subject->record;
    struct json container = subject->container;
    struct json process = get_object(config, "process");
    struct addresses addresses = addresses_of(subject);

    printf("%s%s%s: %s\n", style("\033[1m"), subject->name, style("\033[0m"),
           subject->status);
    row("id", "%s", subject->id);
    row("image", "%s",
        subject->recorded ? require_text(container, "image")
                          : subject->state.rootfs);
    row("command", "%s", join(get_array(process, "args"), " "));
    row("created", "%s",
        subject->recorded ? require_text(container, "created")
                          : subject->state.created);
    if (subject->recorded && record->status.started)
        row("started", "%s", record->status.started);
    if (subject->recorded && record->status.finished && !subject->pid) {
        row("ended", "%s", record->status.finished);
        row("exit status", "%d%s", record->status.exit_status,
            record->status.out_of_memory ? ", out of memory" : "");
    }
    row("address", "%s%s%s", addresses.own,
        *addresses.gateway ? ", the host is " : "", addresses.gateway);
    row("ports", "%s",
        subject->pid && subject->recorded ? ports_text(record->status.ports)
                                          : "");
}

/* ---- namespaces ------------------------------------------------------------------ */

static unsigned long inode_of(const char *process, const char *type)
{
    char *path = format_text("/proc/%s/ns/%s", process, type);
    struct stat status;
    int failure = stat(path, &status);

    free(path);
    return failure ? 0 : (unsigned long)status.st_ino;
}

static void show_namespaces(pid_t pid)
{
    static const char *const types[] = {"cgroup", "ipc",  "mnt",  "net",
                                        "pid",    "time", "user", "uts"};
    char *number = format_text("%d", (int)pid);

    heading("Namespaces   the container's  the host's");
    for (size_t i = 0; i < COUNT(types); i++) {
        unsigned long theirs = inode_of(number, types[i]);
        unsigned long ours = inode_of("self", types[i]);

        if (theirs)
            printf("  %-11s%-17lu%lu%s%s%s\n", types[i], theirs, ours,
                   style("\033[33m"), theirs == ours ? "  shared" : "",
                   style("\033[0m"));
    }
    free(number);
}

/* ---- the first process's privileges ------------------------------------------------ */

/* The value of a line of /proc/PID/status, with single blanks. */
static char *field_of(const char *status, const char *name)
{
    char *begin = strstr(status, format_text("\n%s:", name));
    char *field, *to;

    if (!begin)
        return or_empty(NULL);
    begin = strchr(begin, ':') + 1;
    begin += strspn(begin, " \t");
    field = format_text("%.*s", (int)strcspn(begin, "\n"), begin);
    for (to = field; *to; to++)
        if (*to == '\t')
            *to = ' ';
    return field;
}

/* "NET_RAW CHOWN", as docker names them. */
static char *capability_names(const char *mask)
{
    uint64_t set = strtoull(mask, NULL, 16);
    struct json names = {list_capabilities(set), ""};
    char *text = join(names, " "), *from = text, *to = text;

    if (!set)
        return format_text("none");
    if (set == all_capabilities())
        return format_text("all");
    for (; *from; from++) { /* without "CAP_" */
        if ((from == text || from[-1] == ' ') && strncmp(from, "CAP_", 4) == 0)
            from += 4;
        *to++ = *from;
    }
    *to = '\0';
    return text;
}

static void show_sets(const char *status)
{
    static const struct {
        const char *field, *label;
    } sets[] = {{"CapEff", "effective"},
                {"CapPrm", "permitted"},
                {"CapBnd", "bounding"},
                {"CapInh", "inheritable"},
                {"CapAmb", "ambient"}};

    for (size_t i = 0; i < COUNT(sets); i++)
        row(sets[i].label, "%s",
            capability_names(field_of(status, sets[i].field)));
}

/* "0 100000 65536" of /proc/PID/uid_map, as people say it. */
static void show_map(pid_t pid, const char *file, const char *label)
{
    char *text = read_path("/proc/%d/%s", (int)pid, file), *rest = text;
    unsigned inside, outside, count;

    for (char *line; rest && (line = strsep(&rest, "\n"));)
        if (sscanf(line, "%u %u %u", &inside, &outside, &count) == 3) {
            if (inside == 0 && outside == 0 && count == UINT32_MAX)
                row(label, "those of the host");
            else
                row(label, "%u inside is %u on the host, %u in a row", inside,
                    outside, count);
        }
    free(text);
}

static void show_privileges(pid_t pid)
{
    static const char *const modes[] = {"none", "strict", "filter"};
    char *status = read_path("/proc/%d/status", (int)pid);
    unsigned long mode;

    if (!status)
        return; /* it has just ended */
    heading("First process");
    row("number", "%s (on the host, and inside)", field_of(status, "NSpid"));
    row("uids", "%s (real, effective, saved, of files)",
        field_of(status, "Uid"));
    row("gids", "%s", field_of(status, "Gid"));
    row("groups", "%s", field_of(status, "Groups"));
    show_map(pid, "uid_map", "uid map");
    show_map(pid, "gid_map", "gid map");
    heading("Capabilities");
    show_sets(status);
    heading("Filters");
    mode = strtoul(field_of(status, "Seccomp"), NULL, 10);
    row("seccomp", "%s", mode < 3 ? modes[mode] : "?");
    row("no_new_privs", "%s",
        *field_of(status, "NoNewPrivs") == '1' ? "yes" : "no");
    free(status);
}

/* ---- limits ------------------------------------------------------------------------- */

static char *limit_words(uint64_t limit, uint64_t most)
{
    return limit == 0 || limit >= most ? format_text("no limit")
                                       : format_text("%s", size_text(limit));
}

/* 64 digits are too many for a line: shells understand a star, too. */
static void show_group(const struct hierarchy *hierarchy, const char *id)
{
    char *place = strstr(hierarchy->path, id);

    if (place && strlen(id) > 32)
        row("group", "%.*s%.12s*%s", (int)(place - hierarchy->path),
            hierarchy->path, id, place + strlen(id));
    else
        row("group", "%s", hierarchy->path);
}

static void show_cpu_limit(const struct cgroup *cgroup, uint64_t used)
{
    const struct hierarchy *cpu = hierarchy_of(cgroup, CONTROLLER_CPU);
    const char *text = "no limit";
    char *file =
        read_path("%s/%s", cpu->path, cpu->v2 ? "cpu.max" : "cpu.cfs_quota_us");
    long long quota = -1, period = 100000;

    if (!file || sscanf(file, "%lld %lld", &quota, &period) < 1)
        quota = -1;
    free(file);
    file = cpu->v2 ? NULL : read_path("%s/cpu.cfs_period_us", cpu->path);
    if (file)
        period = atoll(file);
    free(file);
    if (quota > 0 && period > 0)
        text = format_text("%.4g CPU%s", (double)quota / (double)period,
                           quota == period ? "" : "s");
    row("cpu", "%s; %.2f s used", text, (double)used / 1e9);
}

static void show_limits(const struct subject *subject)
{
    const struct hierarchy *memory;
    struct cgroup cgroup = {0};
    struct json_object *stats;
    uint64_t pids;

    if (!subject->state.cgroups_path)
        return;
    open_groups(&subject->state, &cgroup);
    memory = hierarchy_of(&cgroup, CONTROLLER_MEMORY);
    stats = describe_stats(&cgroup);
    heading("Limits");
    row("memory", "%.1fM of %s",
        (double)count_in(stats, "memory.usage.usage") / 1048576,
        limit_words(count_in(stats, "memory.usage.limit"), INT64_MAX / 2));
    show_cpu_limit(&cgroup, count_in(stats, "cpu.usage.total"));
    pids = count_in(stats, "pids.limit");
    row("processes", "%d of %s", (int)count_in(stats, "pids.current"),
        pids ? format_text("%llu", (unsigned long long)pids) : "no limit");
    if (memory->fd != -1)
        show_group(memory, subject->id);
    json_object_put(stats);
    close_cgroup(&cgroup);
}

/* ---- mounts --------------------------------------------------------------------------- */

/* As the kernel lists them for the process; last, how many are everyone's. */
static void show_mounts(pid_t pid)
{
    char *file = format_text("/proc/%d/mountinfo", (int)pid);
    struct mount_entry *mounts = read_mounts_from(file);
    int others = 0;

    free(file);
    if (!mounts)
        return;
    heading("Mounts");
    for (struct mount_entry *mount = mounts; mount->type; mount++) {
        bool part = strcmp(mount->root, "/") != 0;

        if (is_everyones_mount(mount->mount_point)) {
            others++;
            continue;
        }
        make_harmless(mount->mount_point);
        row(mount->mount_point, "%s%s%s%s", mount->type,
            has_word(mount->options, "ro") ? ", read-only" : "",
            part ? ", from " : "", part ? mount->root : "");
    }
    if (others)
        row("", "and %d that all containers have", others);
    free_mounts(mounts);
}

/* ---- all of it ------------------------------------------------------------------------- */

void show_container(const struct subject *subject)
{
    show_summary(subject, config_of(subject));
    if (!subject->pid)
        return;
    show_namespaces(subject->pid);
    show_privileges(subject->pid);
    show_limits(subject);
    show_mounts(subject->pid);
}

void show_image(const struct image *image)
{
    struct json config = get_object(image->config, "config");
    const char *workdir = get_text(config, "WorkingDir");
    const char *user = get_text(config, "User");

    printf("%s%s%s: an image\n", style("\033[1m"), image->name,
           style("\033[0m"));
    row("id", "%s", image->id);
    row("created", "%s", image->created);
    row("size", "%.1fM", (double)image->size / 1e6);
    row("entrypoint", "%s", join(get_array(config, "Entrypoint"), " "));
    row("command", "%s", join(get_array(config, "Cmd"), " "));
    row("environment", "%s", join(get_array(config, "Env"), " "));
    row("user", "%s", user ? user : "");
    row("folder", "%s", workdir ? workdir : "");
    for (size_t i = 0; image->layers[i]; i++)
        row(i ? "" : "layers", "%s", image->layers[i]);
}
