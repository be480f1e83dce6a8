/* look.c - looking at processes and files from the host's side. */
#include "look.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "suite.h"

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

char **list_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    size_t count = 0;
    char **names = calloc(1, sizeof(*names));

    while (folder && names && (entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        names = realloc(names, (count + 2) * sizeof(*names));
        if (!names)
            break;
        names[count++] = format_text("%s", entry->d_name);
        names[count] = NULL;
    }
    if (folder)
        closedir(folder);
    if (!names)
        die("allocate memory");
    qsort(names, count, sizeof(*names), compare_names);
    return names;
}

char *folder_text(const char *path)
{
    char **names = list_folder(path);
    char *text = format_text("%s", *names ? *names : "");

    for (; *names && names[1]; names++)
        text = format_text("%s %s", text, names[1]);
    return text;
}

char *read_proc(pid_t pid, const char *file)
{
    char *path = format_text("/proc/%d/%s", (int)pid, file);
    char *text = read_file(path);

    ck_assert_msg(text != NULL, "read %s: %s", path, strerror(errno));
    return text;
}

char *status_field(pid_t pid, const char *field)
{
    char *status = read_proc(pid, "status");
    char *label = format_text("\n%s:", field);
    char *found = strstr(status, label);

    ck_assert_msg(found != NULL, "/proc/%d/status has no %s", (int)pid, field);
    found += strlen(label);
    found += strspn(found, " \t");
    found[strcspn(found, "\n")] = '\0';
    return found;
}

ino_t namespace_of(pid_t pid, const char *type)
{
    char *path = format_text("/proc/%d/ns/%s", (int)pid, type);
    struct stat status;

    ck_assert_msg(stat(path, &status) == 0, "stat %s: %s", path,
                  strerror(errno));
    return status.st_ino;
}

/* The fields of /proc/PID/stat behind the name, which may hold anything. */
static char *stat_fields(pid_t pid)
{
    char *text = read_file(format_text("/proc/%d/stat", (int)pid));
    char *end = text ? strrchr(text, ')') : NULL;

    return end && end[1] ? end + 2 : NULL;
}

/* Calls for each process of the stand-in. */
static size_t each_process(bool (*wanted)(pid_t pid, const void *about),
                           const void *about, pid_t *found, size_t size)
{
    size_t count = 0;

    for (char **names = list_folder("/proc"); *names; names++) {
        pid_t pid = atoi(*names);

        if (!isdigit((unsigned char)**names) || !wanted(pid, about))
            continue;
        if (count < size)
            found[count] = pid;
        count++;
    }
    return count;
}

static bool is_child_of(pid_t pid, const void *parent)
{
    char *fields = stat_fields(pid);
    int its_parent;

    return fields && sscanf(fields, "%*c %d", &its_parent) == 1 &&
           its_parent == *(const pid_t *)parent;
}

size_t list_children(pid_t pid, pid_t *children, size_t size)
{
    return each_process(is_child_of, &pid, children, size);
}

static bool has_in_command_line(pid_t pid, const void *text)
{
    int fd = open(format_text("/proc/%d/cmdline", (int)pid), O_RDONLY);
    char line[8192];
    ssize_t size = fd == -1 ? -1 : read(fd, line, sizeof(line));

    if (fd != -1)
        close(fd);
    return size > 0 && memmem(line, (size_t)size, text, strlen(text)) != NULL;
}

size_t count_processes(const char *text)
{
    return each_process(has_in_command_line, text, NULL, 0);
}

pid_t find_process(const char *text)
{
    pid_t found[2];

    if (each_process(has_in_command_line, text, found, 2) != 1)
        return 0;
    return found[0];
}

bool is_alive(pid_t pid)
{
    char *fields = stat_fields(pid);

    return fields && *fields != 'Z' && *fields != 'X';
}

double cpu_time(pid_t pid)
{
    char *fields = stat_fields(pid);
    unsigned long user, kernel;

    if (!fields || sscanf(fields,
                          "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
                          "%lu %lu",
                          &user, &kernel) != 2)
        return 0;
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

/* In mountinfo a blank is "\040". See proc_pid_mountinfo(5). */
static void unescape(char *text)
{
    char *end = text;
    unsigned byte;

    for (; *text; text++, end++) {
        *end = *text;
        if (*text == '\\' && sscanf(text + 1, "%3o", &byte) == 1) {
            *end = (char)byte;
            text += 3;
        }
    }
    *end = '\0';
}

char *find_mount(pid_t pid, const char *target)
{
    char *mounts = read_proc(pid, "mountinfo");
    char *found = NULL;
    char *line;

    while ((line = strsep(&mounts, "\n"))) {
        char its_target[4096];

        if (sscanf(line, "%*d %*d %*s %*s %4095s", its_target) != 1)
            continue;
        unescape(its_target);
        if (strcmp(its_target, target) == 0)
            found = line; /* the last one lies on top */
    }
    return found;
}

size_t count_text(const char *text, const char *part)
{
    size_t count = 0;

    while ((text = strstr(text, part))) {
        text += strlen(part);
        count++;
    }
    return count;
}

void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    ck_assert_msg(file && fputs(text, file) != EOF && fclose(file) == 0,
                  "write %s: %s", path, strerror(errno));
}

char *host_command(int *status, const char *format, ...)
{
    va_list arguments;
    char *command, *text = format_text("%s", "");
    char part[4096];
    size_t size;
    FILE *output;
    int result;

    va_start(arguments, format);
    if (vasprintf(&command, format, arguments) == -1)
        die("allocate memory");
    va_end(arguments);
    output = popen(format_text("exec 2>&1; %s", command), "re");
    if (!output) /* no assertion: also called outside checks */
        die("popen %s", command);
    while ((size = fread(part, 1, sizeof(part), output)) > 0)
        text = format_text("%s%.*s", text, (int)size, part);
    result = pclose(output);
    if (status)
        *status = WIFEXITED(result) ? WEXITSTATUS(result) : 255;
    return text;
}

char *cgroup_of(pid_t pid, const char *controller)
{
    char *lines = read_proc(pid, "cgroup"), *line;
    const char *top;
    bool v2;

    top = find_cgroup_top(controller, &v2);
    while (top && (line = strsep(&lines, "\n"))) {
        char *names = strchr(line, ':');
        char *path = names ? strchr(names + 1, ':') : NULL;

        if (!path)
            continue;
        *path++ = '\0';
        if (v2 ? !names[1] : has_word(names + 1, controller))
            return format_text("%s%s", top, path);
    }
    return NULL;
}

char *cgroup_value(pid_t pid, const char *controller, const char *v1,
                   const char *v2)
{
    char *folder = cgroup_of(pid, controller);
    bool is_v2;
    char *text;

    ck_assert_msg(folder != NULL, "no cgroup for %s", controller);
    find_cgroup_top(controller, &is_v2);
    text = read_file(format_text("%s/%s", folder, is_v2 ? v2 : v1));
    if (!text && is_v2) /* not handed down to it, so no limit of its own */
        return format_text("max");
    ck_assert_msg(text != NULL, "%s: no %s", folder, is_v2 ? v2 : v1);
    text[strcspn(text, "\n")] = '\0';
    return text;
}
