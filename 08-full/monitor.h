/*
 * monitor.h - the process that stays with a container: the articles' shim.
 *
 * It is the parent of the container's first process. It holds the pipes or the
 * terminal, writes the log, serves those who are attached (packets.h), waits
 * for the end, writes it down, and starts the container again if that is
 * wanted. It belongs to no terminal, so it outlives the one that it was
 * started from. If it is killed, the container ends with it.
 */
#pragma once

#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/types.h>

#include "record.h"

/* A monitor that was just started, on its caller's side. */
struct monitor {
    pid_t pid;
    int socket; /* to it, see packets.h: we are its first client */
};

/*
 * Starts the monitor of a container whose lock we hold, which passes to it.
 * `attached`: we want what the container writes; `size`: of its terminal, or
 * NULL. Messages of the monitor go to our standard error until the command
 * runs.
 */
struct monitor start_monitor(struct record *record, bool attached,
                             const struct winsize *size);

/* Waits until the command runs. Returns 0, or, if it could not be started, the
 * exit status of the monitor, which has said why. */
int wait_until_started(const struct monitor *monitor);

/* The word on the command line that makes a process the monitor, and what is
 * open for it. */
#define MONITOR_WORD "__monitor"
enum { CLIENT_FD = 3, LOCK_FD = 4 };
