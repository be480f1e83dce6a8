/*
 * tar.h - writing a tar archive: one header of 512 bytes an entry, its data
 * filled up to such blocks, two empty ones at the end.
 *
 * What a header has no room for stands in an entry before it, "LENGTH
 * NAME=VALUE" a line: long names, times to the nanosecond, extended attributes.
 * See pax(1) of POSIX, "pax Interchange Format"; all that unpack layers know it.
 * libarchive could do this, but its writer brings all formats along.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

/*
 * Writes an entry's header. `link` is what a symbolic link says; or, if `hard`,
 * the name of the entry that this is another name of; or NULL. `attributes`
 * has what the functions below have put there, or is NULL. The data of a file
 * that is no link, status->st_size bytes, must follow. Errors are those of the
 * stream.
 */
void write_tar_header(FILE *tar, const char *name, const struct stat *status,
                      const char *link, bool hard, const char *attributes,
                      size_t attributes_size);

/* Writes one line of what a header has no room for. */
void write_tar_attribute(FILE *to, const char *name, const void *value,
                         size_t size);

/* Fills the last block of data that has `size` bytes. */
void fill_tar_block(FILE *tar, off_t size);

/* Ends the archive. */
void end_tar(FILE *tar);
