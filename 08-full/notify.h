/*
 * notify.h - NOTIFY_SOCKET: a service says that it is ready.
 *
 * Who has started us, systemd for instance, waits for a message on a socket. The
 * container gets a socket of ours, in a folder that is mounted where its caller's
 * is, and READY=1 is handed on. The socket itself is made by the run of the
 * runtime that waits for it: start, or run. See sd_notify(3).
 */
#pragma once

#include "config.h"
#include "state.h"

/* If there is somebody to notify: adds the mount and the variable to `config`,
 * of the container whose state will be ROOT/ID. Returns whether it did. */
bool add_notify_socket(struct config *config, const char *root, const char *id);

/* Makes the folder for it in that of the state; removes it, and what is in it. */
void make_notify_folder(const struct state *state);
void remove_notify_folder(const struct state *state);

/* Makes the socket. -1 if there is no such folder, or nobody to notify. */
int listen_for_ready(const struct state *state);

/* Reads what has come. If it is READY=1, that is handed on, and the socket
 * closed: returns true. */
bool hand_on_ready(int socket);

/* Waits for it, or for the end of a process; nothing if `socket` is -1. */
void wait_until_ready(int socket, int pidfd);
