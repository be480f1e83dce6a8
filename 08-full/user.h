/*
 * user.h - who the command runs as: USER[:GROUP] and the container's own
 * /etc/passwd and /etc/group.
 *
 * The files are the image's, so nothing in them is believed beyond what they
 * are asked, and the host's name service (which would load libraries) is not
 * asked at all. See passwd(5), group(5).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config.h"

struct identity {
    uid_t uid;
    gid_t gid;
    gid_t *groups; /* supplementary ones */
    size_t group_count;
    bool keep_groups; /* in place of these, those that we have */
    char *home;
};

/*
 * Finds out what `user->name` means in the container below `root`; NULL is "0".
 * A number is always that number, never a name, and needs no entry. Without
 * :GROUP the user's own groups apply, as far as there is an entry; additional
 * groups are added. A name that is not there, or a number that is no user id,
 * ends the program.
 */
void find_user(const struct user *user, int root, struct identity *identity);

/* True if the text is of digits, at least one. */
bool is_number(const char *text);

/* A user or group id. 2^32-1 is none: it means "leave it as it is" to
 * setresuid(2), so a container that asked for it would stay root. */
bool parse_id(const char *text, unsigned *id);

/* Becomes that user, for good. See setresuid(2), setgroups(2). */
void become_user(const struct identity *identity);
