/*
 * blob.h - a tar archive as it is stored: plain, or packed by gzip or zstd.
 *
 * Its bytes are counted in two digests while they pass: as they are stored (an
 * image's manifest names this one), and unpacked (an image's configuration
 * names this one, the layer's "diff id").
 */
#pragma once

#include <archive.h>
#include <stdint.h>

#include "digest.h"

struct blob {
    const char *name; /* for messages */
    int fd;
    uint64_t read, size;   /* bytes of the file; size 0: unknown */
    struct archive *plain; /* unpacks */
    struct archive *tar;   /* reads what is unpacked */
    struct sha256_ctx stored_digest, plain_digest;
    char stored_bytes[1 << 16], plain_bytes[1 << 16];
};

/* Begins to read the file `fd`, which is closed with the blob. What is no tar
 * archive shows when its entries are read. */
struct blob *open_blob(int fd, const char *name);

/* What went wrong with it, for a message. */
const char *blob_error(struct archive *archive);

/* Reads what is left of it, and returns its digests, which the caller frees. */
void close_blob(struct blob *blob, char **stored, char **plain);
