/*
 * pack.h - a layer's archive, made of what a container has changed.
 *
 * In an archive there are other marks than in a folder: an empty file
 * ".wh.NAME" says that NAME is gone. See the OCI image specification, layer.md.
 */
#pragma once

#include "changes.h"

/*
 * Writes the changes to the file `fd`, as a tar archive (pax) with owners,
 * modes, times, devices, hard links, and the attributes that unpack
 * keeps. Sockets, and files that are named like marks, are left out. Ends the
 * program on failure.
 */
void pack_changes(int fd, const struct changes *changes);
