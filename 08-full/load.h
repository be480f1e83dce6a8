/*
 * load.h - images from archives: what docker save writes, and OCI layouts.
 *
 * An archive is believed nothing: its manifest, the image's configuration and
 * each layer must have the digest by which they are named. See the OCI image
 * specification, image-layout.md, manifest.md.
 */
#pragma once

#include "store.h"

/*
 * Loads all images of this machine's kind from `path`, a folder, an archive, or
 * "-" for standard input, and prints their names. `name` is for an image that
 * has none of its own; or NULL. Call make_work_folder before.
 */
void load_images(const struct store *store, const char *work, const char *path,
                 const char *name);

/* Makes an image of one layer from a tar archive, and prints its id. */
void import_image(const struct store *store, const char *work, const char *path,
                  const char *name);

/*
 * Unpacks the archive `fd`, which is closed, as a layer, and holds it. Its
 * digests as it is stored and of the plain tar stream must be these, unless
 * they are NULL. Returns the latter, which the caller frees.
 */
char *add_layer(const struct store *store, const char *work, int fd,
                const char *name, const char *stored, const char *plain);

/* This machine's, in Go's words: "amd64". */
const char *architecture(void);
