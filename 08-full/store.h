/*
 * store.h - what is on disk for good: the store, /var/lib/toy-docker.
 *
 *     lock      held (flock(2)) by whoever changes what follows
 *     work/N/   of one run of the runtime, which holds the folder's lock: what
 *               a container writes. What is left of a run that was killed is
 *               removed by the next one.
 */
#ifndef STORE_H
#define STORE_H

/* The store, unless --data-root says otherwise. */
extern const char default_data_root[];

struct store {
    const char *path;
    int folder; /* its descriptor */
};

/* Opens the store, and makes it if it is not there. Ends the program on
 * failure, and for a user who is not root. */
void open_store(struct store *store, const char *path);

/* Waits for the store's lock. Closing the returned descriptor gives it back. */
int lock_store(const struct store *store);

/*
 * Makes this run's own folder, and removes those of runs that are dead. It is
 * gone when the program ends. Returns its path; call it once.
 */
const char *make_work_folder(const struct store *store);

#endif
