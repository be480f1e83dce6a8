/*
 * etc_files.h - /etc/hosts and /etc/resolv.conf of a container with a network.
 */
#pragma once

#include "config.h"
#include "network.h"

/*
 * Writes both into the folder of the container's address and adds mounts for
 * them, unless there is one for the same place. Ends the program on failure.
 *
 * hosts has the container's own name and those of --add-host. resolv.conf is
 * the host's, without the resolvers that only the host reaches; if none is
 * left, docker's choice. --dns replaces them.
 */
void add_etc_files(struct config *config);

/*
 * For a container that has a record: hostname and, without a network of the
 * runtime's making, hosts and resolv.conf, in the record's folder; and mounts
 * for them. In the host's network these are the host's.
 */
void add_record_files(struct config *config, const char *folder);
