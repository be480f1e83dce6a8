/* snapshot.c - what of the stand-in host must be the same before and after. */
#include "snapshot.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "suite.h"

enum { MOUNTS = 0, PROCESSES = 2, LINKS = 5 }; /* among these */
static const char *const titles[SNAPSHOT_PARTS] = {
    "mounts",   "cgroups", "processes",   "System V IPC",
    "hostname", "links",   "state files", "the scratch folder"};

/* Without the mounts' own numbers: they may be made anew. */
static char *mounts(void)
{
    char *rest = read_file("/proc/self/mountinfo"), *line;
    char *text = format_text("%s", "");
    int skipped;

    while ((line = strsep(&rest, "\n")))
        if (sscanf(line, "%*d %*d %n", &skipped) == 0 && *line)
            text = format_text("%s%s\n", text, line + skipped);
    return text;
}

static char *text_of(const char *path)
{
    char *text = read_file(path);

    return text ? text : format_text("%s", "");
}

/* All folders below `path`, one a line. */
static char *folders_below(const char *path)
{
    char *text = format_text("%s\n", path);

    for (char **names = list_folder(path); *names; names++) {
        char *below = format_text("%s/%s", path, *names);
        struct stat status;

        if (lstat(below, &status) == 0 && S_ISDIR(status.st_mode))
            text = format_text("%s%s", text, folders_below(below));
    }
    return text;
}

static char *cgroups(void)
{
    static const char *const controllers[] = {
        "cpu",   "cpuacct", "cpuset",  "memory",  "pids",        "devices",
        "blkio", "freezer", "net_cls", "hugetlb", "name=systemd"};
    char *text = format_text("%s", "");

    for (size_t i = 0; i < sizeof(controllers) / sizeof(*controllers); i++) {
        bool v2;
        const char *top = find_cgroup_top(controllers[i], &v2);

        if (top)
            text = format_text("%s%s", text, folders_below(top));
    }
    return text;
}

static char *processes(void)
{
    char *text = format_text("%s", "");

    for (char **names = list_folder("/proc"); *names; names++)
        if (isdigit((unsigned char)**names))
            text = format_text("%s%s %s", text, *names,
                               text_of(format_text("/proc/%s/comm", *names)));
    return text;
}

static char *links(void)
{
    char *text = text_of("/proc/net/dev");
    char *names = format_text("%s", "");
    char *line;

    while ((line = strsep(&text, "\n")))
        if (strchr(line, ':'))
            names =
                format_text("%s%.*s\n", names, (int)strcspn(line, ":"), line);
    return names;
}

static char *hostname(void)
{
    char name[256] = "";

    gethostname(name, sizeof(name) - 1);
    return format_text("%s %s", name, text_of("/proc/sys/kernel/domainname"));
}

/* Processes first: what those have done that are gone by then, is done. */
struct snapshot take_snapshot(void)
{
    char *first = processes();
    struct snapshot snapshot = {
        {
            mounts(),
            cgroups(),
            first,
            format_text("%s%s%s", text_of("/proc/sysvipc/msg"),
                        text_of("/proc/sysvipc/sem"),
                        text_of("/proc/sysvipc/shm")),
            hostname(),
            links(),
            format_text("%s%s%s", folder_text("/run/toy-docker"),
                        folder_text("/var/lib/toy-docker/containers"),
                        folder_text("/var/lib/toy-docker/work")),
            folder_text("."),
        },
        mounts_of_true_host()};

    return snapshot;
}

static int first_difference(const struct snapshot *left,
                            const struct snapshot *right)
{
    int i = 0;

    while (i < SNAPSHOT_PARTS && strcmp(left->parts[i], right->parts[i]) == 0)
        i++;
    return i;
}

/* The lines of `text` that `other` does not have. */
static char *lines_missing_in(const char *other, const char *text)
{
    char *rest = format_text("%s", text), *line;
    char *missing = format_text("%s", "");

    while ((line = strsep(&rest, "\n")))
        if (*line && !strstr(other, line))
            missing = format_text("%s%s\n", missing, line);
    return missing;
}

/* Where no process is left that was not there before, only the kernel can still
 * be at work: on the mounts and links of namespaces that have ended. */
static bool may_settle(const struct snapshot *before,
                       const struct snapshot *after, int part)
{
    return part == MOUNTS || part == LINKS ||
           strcmp(before->parts[PROCESSES], after->parts[PROCESSES]) != 0;
}

static bool has_mount(const char *mounts, const char *point)
{
    return strstr(mounts, format_text(" %s ", point)) != NULL;
}

/* Without those that are gone in the true host, too: somebody who removes a
 * mount point there takes the mount away in all namespaces. See
 * mount_namespaces(7). */
static char *mounts_left(const struct snapshot *before,
                         const struct snapshot *after)
{
    char *rest = format_text("%s", before->parts[MOUNTS]), *line;
    char *left = format_text("%s", "");

    while ((line = strsep(&rest, "\n"))) {
        char *point = NULL;
        bool lost = !strstr(after->parts[MOUNTS], line) &&
                    sscanf(line, "%*s %*s %ms", &point) == 1 &&
                    has_mount(before->true_mounts, point) &&
                    !has_mount(after->true_mounts, point);

        if (*line && !lost)
            left = format_text("%s%s\n", left, line);
    }
    return left;
}

void expect_unchanged(const struct snapshot *before)
{
    struct snapshot after, expected = *before;
    int part = 0;

    within(3, (after = take_snapshot(),
               expected.parts[MOUNTS] = mounts_left(before, &after),
               part = first_difference(&expected, &after),
               part == SNAPSHOT_PARTS || !may_settle(before, &after, part)));
    if (part == SNAPSHOT_PARTS)
        return;
    ck_abort_msg("%s" HOST_CHANGED "%s; no more there: %s", titles[part],
                 lines_missing_in(expected.parts[part], after.parts[part]),
                 lines_missing_in(after.parts[part], expected.parts[part]));
}
