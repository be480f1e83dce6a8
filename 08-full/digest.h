/*
 * digest.h - SHA-256: the name that content gives itself.
 *
 * See the OCI image specification, descriptor.md, "Digests".
 */
#pragma once

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stddef.h>

/* After sha256_init() and sha256_update() of nettle: "sha256:" and 64 hexadecimal
 * digits, which the caller frees. */
char *end_digest(struct sha256_ctx *digest);

/* All in one. */
char *digest_of(const void *data, size_t size);

/* True if `text` looks like that. Any other is no name for a file, either. */
bool is_digest(const char *text);

/* The digits alone. */
const char *digits_of(const char *digest);
