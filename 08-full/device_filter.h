/*
 * device_filter.h - which devices the container may open, read, write, make.
 *
 * A node in a file system is only a pair of numbers: root with CAP_MKNOD can
 * make one for the host's disk. The kernel asks the cgroup at every open and
 * mknod. In v1 that is a controller with files; in v2 a small program in BPF
 * byte code, attached to the group. See the kernel's documentation,
 * admin-guide/cgroup-v1/devices and cgroup-v2, and bpf(2).
 */
#pragma once

#include <stddef.h>

#include "cgroup.h"
#include "config.h"

/* Both end the program if the rules cannot be set. */
void filter_devices_v1(const struct hierarchy *hierarchy,
                       const struct device_rule *rules, size_t count);
void filter_devices_v2(const struct hierarchy *hierarchy,
                       const struct device_rule *rules, size_t count);
