/*
 * client.h - attached to a container: its streams are ours.
 */
#pragma once

#include <stdbool.h>
#include <sys/ioctl.h>

#include "record.h"

struct attachment {
    int socket;                   /* to the monitor; the command runs */
    bool input;                   /* our standard input goes there */
    bool terminal;                /* the container has one */
    const struct record *signals; /* those that we get go to its first process;
                                     NULL: they end us */
    const char *detach;           /* keys that end it; see keys.h */
};

/* The monitor's socket in the record's folder. */
extern const char attach_socket[];

/*
 * Copies in both directions until the container ends. Returns its exit status;
 * 0 if the user has detached; 125 if the monitor is gone, or our streams took
 * not all that it wrote (which is said).
 */
int attend_container(const struct attachment *attachment);

/* Waits for its end alone. Returns the exit status, -1 if the monitor is gone.
 */
int wait_for_exit(int socket);

/* The size of our terminal. False if we have none. */
bool get_own_size(struct winsize *size);
