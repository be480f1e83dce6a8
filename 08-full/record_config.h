/*
 * record_config.h - from a record on disk to the container that it describes.
 */
#pragma once

#include "config.h"
#include "container_log.h"
#include "record.h"

/*
 * Fills in `config` from the record's config.json, and with what container.json
 * says beside: layers, network, the user's name, the namespaces of other
 * containers, which must run. Ends the program on failure.
 */
void load_record(const struct record *record, const char *data_root,
                 struct config *config);

/* The part of that which holds for each of its processes: the user and groups as
 * the container's files name them, and docker's habits. */
void load_identity(struct json container, struct config *config);

/* The path of a namespace, /proc/PID/ns/FILE, of the container `word`, for the
 * flag --FLAG container:WORD. It is good as long as the program runs. Ends the
 * program if the container does not run. */
char *hold_namespace(const char *flag, const char *data_root, const char *word,
                     const char *file);

/* Lets go of the layers that load_record holds: "rmi" may remove them. */
void release_layers(void);

/* The signal that asks the container to end: SIGTERM or "stopSignal". */
int stop_signal_of(struct json container);

/* The record's log, open for writing. */
void open_log_of(const struct record *record, struct container_log *log);
