/* snapshot.h - what of the stand-in host must be the same before and after. */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

enum { SNAPSHOT_PARTS = 8 };

/* Stands in the message of expect_unchanged: the check itself has held. */
#define HOST_CHANGED " changed; now there: "

/* Mounts, cgroups, processes, System V IPC, names, links, state files: each as
 * text. */
struct snapshot {
    char *parts[SNAPSHOT_PARTS];
    char *true_mounts; /* of the true host */
};

struct snapshot take_snapshot(void);

/*
 * Fails the check if the stand-in differs from `before`, and says in what.
 * Waits up to three seconds for it to become the same, since the kernel takes
 * killed processes away in its own time.
 */
void expect_unchanged(const struct snapshot *before);

#endif
