/*
 * unpack.h - putting the entries of an archive into a folder, and nowhere else.
 *
 * The archive's author chose names, links and their order. So each name is
 * looked up by paths.h with the folder as "/", a last component is never
 * followed, and a hard link is to a file of the same folder. See the OCI image
 * specification, layer.md.
 */
#pragma once

#include "blob.h"

/*
 * Unpacks into the folder `root`. With `layer` it is one for overlayfs:
 * ".wh.NAME" becomes a whiteout, a device with the number 0:0, and
 * ".wh..wh..opq" marks a folder so that those below do not show through.
 * Owners, modes, times, devices, hard links and the kept attributes are as in
 * the archive; attributes by which overlayfs takes orders (trusted.*) are
 * refused. Ends the program on failure.
 */
void unpack(struct blob *blob, int root, bool layer);

/* True for the extended attributes that images have: those of users, file
 * capabilities and access control lists. */
bool is_kept_attribute(const char *name);
