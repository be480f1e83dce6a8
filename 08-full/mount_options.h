/*
 * mount_options.h - what the options of a mount mean.
 *
 * "nosuid,mode=755,rslave" mixes four things: flags of the one mount, flags of
 * all mounts below it (the same words with an "r"), its propagation, and
 * words for the file system's own driver. See mount(8), mount_setattr(2), and
 * the OCI specification, config.md, "Linux mount options".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mount_options {
    uint64_t set, clear;         /* MOUNT_ATTR_* of this mount */
    uint64_t all_set, all_clear; /* of this one and all below it */
    uint64_t propagation;        /* MS_SHARED, ...; MS_REC with it; or 0 */
    bool bind;                   /* a part of the host's tree */
    bool recursive;              /* with all that is mounted below it */
    bool idmap, idmap_all;       /* ids are mapped; below it, too: idmap.h */
    bool copy_up;                /* with what the folder has: copy_up.h */
    bool remount; /* no new mount: changes the one that is there */
};

/* How one option is understood. */
enum option_kind {
    OPTION_OF_MOUNT,  /* added to the mount's options */
    OPTION_OF_SYSTEM, /* of the file system, or for its driver */
    OPTION_NOTHING,   /* asks for what is so in any case */
};

/* Adds `option` to *to if it is one of the mount's own. */
enum option_kind read_option(const char *option, struct mount_options *to);

/* All of a list that NULL ends. */
struct mount_options read_options(const char *const *list);

/* The name of the option number `i` of those that are known, which the caller frees; NULL behind the last. */
char *option_name(size_t i);

/* The value for mount_attr.propagation of "rslave" and the like, MS_REC with
 * it; 0 if the word is none of these. */
uint64_t find_propagation(const char *name);

/*
 * What the flags of a bind are, a copy `mount` with its source's flags: those,
 * if the options name none; else what they name, and nothing of the source's
 * but its times. So mount(8) and runc do it. `locked`: as in a user namespace,
 * which keeps ro, nosuid, nodev, noexec and the times of the source. Then
 * nothing of that is taken back, and -1 with EPERM is returned if an option asks
 * for it. Changes *options for set_mount_flags, and returns 0.
 */
int complete_flags(int mount, bool locked, struct mount_options *options);

/*
 * Sets flags and propagation of the mount `mount`. Returns 0, or -1 and
 * errno.
 */
int set_mount_flags(int mount, const struct mount_options *options);
int set_propagation(int mount, uint64_t propagation);
