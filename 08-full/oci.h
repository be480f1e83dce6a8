/*
 * oci.h - the command line of an OCI runtime: what runc understands.
 *
 *     stage-8 [--root DIR] [--log FILE] ... create --bundle DIR ID
 *
 * This is how containerd, podman and dockerd talk to a runtime. See runc(8) and
 * the OCI specification, runtime.md, "Operations".
 */
#pragma once

#include <stdbool.h>

/* True if the arguments of main are such a command line: a verb is the first
 * word behind flags that stand before verbs. */
bool is_oci_command(int argc, char **argv);

/* Does what it says. Returns the exit status. */
int run_oci_command(int argc, char **argv);
