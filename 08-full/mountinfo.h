/*
 * mountinfo.h - what is mounted where, as /proc/self/mountinfo lists it. See
 * proc_pid_mountinfo(5).
 */
#pragma once

struct mount_entry {
    int number, parent;  /* of the mount, and of the one it is mounted on */
    char *root;          /* the part of the file system that is mounted */
    char *mount_point;   /* with \040 and the like turned back into bytes */
    char *options;       /* "ro,nosuid" */
    char *type;          /* "ext4"; NULL ends a list of entries */
    char *super_options; /* "rw,cpu,cpuacct" */
};

/* Reads the list, which free_mounts frees; or another process's, from its file.
 * NULL and errno on failure. */
struct mount_entry *read_mounts(void);
struct mount_entry *read_mounts_from(const char *file);
void free_mounts(struct mount_entry *mounts);
