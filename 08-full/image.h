/*
 * image.h - images in the store: a name, and what it stands for.
 *
 * images/NAME:TAG (with "%" for "/") has an object: "id", the digest of the
 * image's configuration; "size", its layers' files together in bytes; and
 * "config", that configuration, with the digests of the layers. See the OCI
 * image specification, config.md.
 */
#pragma once

#include <stdint.h>

#include "config.h"
#include "json.h"
#include "store.h"

struct run_options; /* cli.h */

struct image {
    char *name; /* with its tag */
    const char *id;
    const char *created; /* RFC 3339, or "" */
    uint64_t size;
    struct json config;
    const char **layers; /* digests, the lowest first; NULL-terminated */
};

/* The full form of a name that somebody typed or an archive has: with a tag,
 * and without docker.io/library/. NULL if it is no name for an image. */
char *full_name(const char *name);

/* The digests of a configuration's layers; it is refused if they are none.
 * NULL-terminated, the lowest first. */
const char **layers_of(struct json config);

/* For the next ones the store must be locked. */

/* All images, by name; `count` gets their number. */
struct image *list_images(const struct store *store, size_t *count);

/* Finds an image by its name or the beginning of its id. False if there is
 * none; the second ends the program then, with a name that is near. */
bool look_for_image(const struct store *store, const char *name,
                    struct image *to);
struct image find_image(const struct store *store, const char *name);

/* Writes the image, whole or not at all, in place of one of that name. `config`
 * is the text of its configuration. */
void save_image(const struct store *store, const char *name,
                const char *config);

/* Removes the name. */
void forget_image(const struct store *store, const struct image *image);

/* Removes the layers that no image and no container has, and nobody uses. */
void sweep_unused_layers(const struct store *store);

/* ---- for the verbs ------------------------------------------------------------ */

/* The repository of an image without a name; its id's digits are the tag. */
extern const char no_name[];

/* The full form of a name that somebody typed, or the end of the program. */
char *need_image_name(const char *text);

/* Opens the store, removes what is of no use any more, and makes a work folder,
 * whose path is returned. */
const char *begin_image_work(struct store *store, const char *data_root);

/* ---- run IMAGE --------------------------------------------------------------- */

/*
 * Finds options->image in the store, holds its layers, and takes what it says of
 * the process; fills in image_id, layers and, where the user gave none,
 * stop_signal. process.args are what the user gave
 * behind its name; `entrypoint` is what the user gave in place of the image's
 * ("": none at all), or NULL.
 */
void use_image(struct config *config, struct run_options *options,
               const char *entrypoint);

/* Puts it in front of process.args, unless it is "". */
void set_entrypoint(struct process *process, struct run_options *options,
                    const char *entrypoint);
