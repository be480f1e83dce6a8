/*
 * changes.h - what a container has changed: its upper/ beside the layers below.
 *
 * In upper/ overlayfs keeps whole files, and its own marks: a device 0:0 hides
 * what is below it, and a folder with the attribute trusted.overlay.opaque all
 * that the same folder has below. What is below the kernel shows itself: the
 * layers, mounted without upper/. See layers.h.
 */
#pragma once

#include <stddef.h>
#include <sys/stat.h>

#include "record.h"

struct change {
    char kind;  /* docker's letters: A added, C changed, D deleted */
    char *path; /* "/etc/passwd" */
};

struct changes {
    int upper; /* descriptors: of the folder (-1: it never ran), */
    int below; /* and of what is below, as one */
    struct id_mappings mappings; /* of the container's user namespace */
    struct change *list;
    size_t count;
};

/*
 * Finds the changes, a folder before what is in it, and otherwise by name. A
 * folder is changed if something in it is; of one that was deleted or added as
 * a whole, what was in it is not listed, what is in it is. What the runtime
 * itself makes to mount things on is left out.
 *
 * The program gets a mount namespace of its own. Ends it on failure, and where
 * what the container writes is not on disk.
 */
void find_changes(struct changes *changes, const struct record *record,
                  const char *data_root);

/* Lists all that is in a folder as if it were added. `folder` becomes
 * changes->upper. */
void list_files(struct changes *changes, int folder);

/* Opens the entry `path` of the folder `root` (O_PATH), as what it is: no link
 * is followed. Returns a descriptor, or -1: it is not there. */
int open_entry(int root, const char *path);

/* fstat(2) of an entry of upper/, with the owners that the container sees. */
void stat_entry(const struct changes *changes, int entry, struct stat *status);
