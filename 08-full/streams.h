/*
 * streams.h - what the monitor does while the container runs: it copies
 * between the container's streams, its log and its clients (packets.h).
 *
 * Who is slow holds back who writes, also the log on a full disk: nothing is
 * lost.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "child.h"
#include "config.h"
#include "packets.h"
#include "record.h"

/* Opens the log and the socket "attach". Ends the program on failure. */
void listen_for_clients(const struct record *record);

/* The one who has started us, whose end is the end of the container's standard
 * input, unless he detaches before. Waits for his first packet. */
void add_first_client(int socket);

/* Sends a packet to all of them, but waits for none. */
void tell_clients(enum packet_kind kind, const void *data, size_t length);

/* Makes the pipes. Returns the container's three ends, for struct life; NULL
 * if it has a terminal. */
const int *make_streams(const struct process *process);

/* The command runs: tells the first client so, and returns when the process
 * has ended (it is not reaped) and all that it wrote has arrived. `input`: the
 * terminal, if there is one, takes what clients type; `stop_signal`: what it
 * gets when we are asked to end. */
void serve_streams(const struct child *first, bool input, int stop_signal);
