/* mountinfo.c - reading /proc/self/mountinfo. The doctor has this file, too: it
 * needs nothing but common/. */
#include "mountinfo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/common.h"

/* "\040" is a space; the kernel writes white space and backslashes so. */
static char *unescape(const char *text)
{
    char *result = format_text("%s", text);
    char *to = result;

    for (const char *from = text; *from; to++) {
        unsigned byte;

        if (*from == '\\' && sscanf(from + 1, "%3o", &byte) == 1) {
            *to = (char)byte;
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
    return result;
}

/* 36 35 98:0 /root /mnt/point rw,noatime master:1 - ext3 /dev/sda rw,quota */
static bool parse_line(char *line, struct mount_entry *entry)
{
    char *rest, *fields[6], *tail[3];
    char *separator = strstr(line, " - ");

    if (!separator)
        return false;
    *separator = '\0';
    fields[0] = strtok_r(line, " ", &rest);
    for (int i = 1; i < 6; i++)
        fields[i] = strtok_r(NULL, " ", &rest);
    tail[0] = strtok_r(separator + 3, " ", &rest);
    for (int i = 1; i < 3; i++)
        tail[i] = strtok_r(NULL, " ", &rest);
    /* an empty source leaves no options: not a mount that we look for */
    if (!fields[5] || !tail[2])
        return false;
    entry->number = (int)strtol(fields[0], NULL, 10);
    entry->parent = (int)strtol(fields[1], NULL, 10);
    entry->root = unescape(fields[3]);
    entry->mount_point = unescape(fields[4]);
    entry->options = unescape(fields[5]);
    entry->type = unescape(tail[0]);
    entry->super_options = unescape(tail[2]);
    return true;
}

struct mount_entry *read_mounts(void)
{
    return read_mounts_from("/proc/self/mountinfo");
}

struct mount_entry *read_mounts_from(const char *file)
{
    char *text = read_file(file);
    size_t lines = 1, count = 0;
    char *rest;

    if (!text)
        return NULL;
    for (char *c = text; *c; c++)
        lines += *c == '\n';
    struct mount_entry *mounts = calloc(lines + 1, sizeof(*mounts));
    char *line = strtok_r(text, "\n", &rest);
    for (; mounts && line; line = strtok_r(NULL, "\n", &rest))
        if (parse_line(line, &mounts[count]))
            count++;
    free(text);
    return mounts;
}

void free_mounts(struct mount_entry *mounts)
{
    for (struct mount_entry *entry = mounts; entry->type; entry++) {
        free(entry->root);
        free(entry->mount_point);
        free(entry->options);
        free(entry->type);
        free(entry->super_options);
    }
    free(mounts);
}
