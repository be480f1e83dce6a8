/*
 * commit_config.h - the configuration of an image that is made of a container.
 * See the OCI image specification, config.md; the objects are json-c's.
 */
#pragma once

#include <stdbool.h>

#include "../common/common.h"
#include "record.h"

struct commit {
    struct record record;
    const char *name;             /* NULL: none */
    const char *author, *message; /* NULL: none */
    struct list instructions;     /* of --change */
    const char *created;          /* RFC 3339 */
};

/* For an image without anything but a first layer. */
struct json_object *make_image_config(const struct commit *commit,
                                      const char *layer);

/*
 * Adds to the configuration `config` of the image below what the container
 * says: one more layer, the command with which it was run, its environment and
 * so on; and then the instructions. One that is wrong ends the program.
 */
void add_container(struct json_object *config, const struct commit *commit,
                   const char *layer);
