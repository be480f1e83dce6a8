/*
 * sysctl.h - settings of the kernel for this container alone.
 *
 * Below /proc/sys most files steer the whole machine; a few belong to the
 * network, IPC or UTS namespace of who looks. Only these are written. See
 * proc_sys(5), and sysctl(8) for the names.
 */
#pragma once

#include "config.h"

/*
 * The path below /proc/sys that `name` means ("net.ipv4.ip_forward", or with
 * slashes), which the caller frees. NULL if the name is none, or if the
 * container has no namespace of its own that the setting belongs to; *why then
 * says so.
 */
char *sysctl_path(const char *name, const struct config *config,
                  const char **why);

/* Writes them all, from inside the namespaces. Ends the program on failure. */
void set_sysctls(const struct config *config);
