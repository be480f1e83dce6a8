/*
 * store.h - what is on disk for good: the store, /var/lib/toy-docker.
 *
 *     lock           held (flock(2)) by whoever changes what follows
 *     layers/HEX/    an unpacked layer, named by the digest of its tar stream: it
 *                    is there as a whole or not at all. A container that uses
 *                    it, or an archive that is being loaded, holds its lock
 *     images/NAME:TAG   see image.h
 *     containers/ID/    see record.h
 *     work/N/        of one run of the runtime, which holds the folder's lock: what
 *                    a container writes, a layer that is not whole yet. What a
 *                    killed run has left is removed by the next one
 */
#pragma once

/* The store, unless --data-root says otherwise. */
extern const char default_data_root[];

struct store {
    const char *path;
    int folder; /* its descriptor */
};

/* Opens the store, and makes it if it is not there. Ends the program on
 * failure, and for a user who is not root. */
void open_store(struct store *store, const char *path);

/* What to do where nothing can be written into it. */
extern const char store_hint[];

/* Waits for the store's lock. Closing the returned descriptor gives it back. */
int lock_store(const struct store *store);

/*
 * Makes this run's own folder, and removes those of runs that are dead. It is
 * gone when the program ends. Returns its path; call it once.
 */
const char *make_work_folder(const struct store *store);

/* Opens the layer with this digest, and holds it for as long as the descriptor
 * is open: nobody removes it meanwhile. -1 if it is not there. Call it with the
 * store locked. */
int hold_layer(const struct store *store, const char *digest);

/* Its path, which the caller frees. */
char *layer_path(const struct store *store, const char *digest);

/*
 * Makes the folder `name` of the work folder, now on disk as a whole, the layer
 * with this digest, and holds it. If there is one already, that is taken.
 */
int publish_layer(const struct store *store, const char *name,
                  const char *digest);

/*
 * Removes the layers that are not among `used`, a list that NULL ends, and that
 * nobody holds. Call it with the store locked, after make_work_folder.
 */
void sweep_layers(const struct store *store, const char *const *used);
