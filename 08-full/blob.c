/* blob.c - one libarchive reader unpacks, a second one reads the tar stream, and
 * the digests are taken in between. */
#include "blob.h"

#include <archive_entry.h>

#include "base.h"
#include "progress.h"

const char *blob_error(struct archive *archive)
{
    const char *error = archive_error_string(archive);

    return error ? error : "it is cut short";
}

static la_ssize_t read_stored(struct archive *archive, void *data,
                              const void **bytes)
{
    struct blob *blob = data;
    ssize_t count;

    do
        count = read(blob->fd, blob->stored_bytes, sizeof(blob->stored_bytes));
    while (count == -1 && errno == EINTR);
    if (count == -1)
        archive_set_error(archive, errno, "read");
    else
        sha256_update(&blob->stored_digest, (size_t)count,
                      (const uint8_t *)blob->stored_bytes);
    blob->read += count > 0 ? (uint64_t)count : 0;
    show_progress(blob->name, blob->read, blob->size);
    *bytes = blob->stored_bytes;
    return count;
}

static la_ssize_t read_plain(struct archive *archive, void *data,
                             const void **bytes)
{
    struct blob *blob = data;
    la_ssize_t count = archive_read_data(blob->plain, blob->plain_bytes,
                                         sizeof(blob->plain_bytes));

    if (count < 0)
        archive_set_error(archive, archive_errno(blob->plain), "%s",
                          blob_error(blob->plain));
    else
        sha256_update(&blob->plain_digest, (size_t)count,
                      (const uint8_t *)blob->plain_bytes);
    *bytes = blob->plain_bytes;
    return count < 0 ? -1 : count;
}

struct blob *open_blob(int fd, const char *name)
{
    struct blob *blob = calloc(1, sizeof(*blob));
    struct archive_entry *entry;
    struct stat status;

    if (!blob || !(blob->plain = archive_read_new()) ||
        !(blob->tar = archive_read_new()))
        fail("allocate memory");
    blob->fd = fd;
    blob->name = name;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        blob->size = (uint64_t)status.st_size;
    sha256_init(&blob->stored_digest);
    sha256_init(&blob->plain_digest);
    archive_read_support_filter_gzip(blob->plain);
    archive_read_support_filter_zstd(blob->plain);
    archive_read_support_format_raw(blob->plain);
    archive_read_support_format_empty(blob->plain);
    archive_read_support_format_tar(blob->tar);
    if (archive_read_open(blob->plain, blob, NULL, read_stored, NULL) !=
            ARCHIVE_OK ||
        archive_read_next_header(blob->plain, &entry) < ARCHIVE_OK)
        fail_plainly(NULL, "%s: %s", name, blob_error(blob->plain));
    if (blob->read == 0)
        fail_plainly("a tar archive is wanted, plain or packed by gzip or zstd",
                     "%s: it is empty", name);
    if (archive_read_open(blob->tar, blob, NULL, read_plain, NULL) !=
        ARCHIVE_OK)
        fail_plainly("a tar archive is wanted, plain or packed by gzip or zstd",
                     "%s: %s", name, blob_error(blob->tar));
    return blob;
}

void close_blob(struct blob *blob, char **stored, char **plain)
{
    const void *bytes;
    la_ssize_t count;

    /* the digests are of all of it, also of what comes behind the archive */
    while ((count = read_plain(blob->tar, blob, &bytes)) > 0)
        ;
    while (count == 0 && read_stored(blob->tar, blob, &bytes) > 0)
        ;
    if (archive_errno(blob->tar))
        fail_plainly(NULL, "%s: %s", blob->name, blob_error(blob->tar));
    end_progress();
    *stored = end_digest(&blob->stored_digest);
    *plain = end_digest(&blob->plain_digest);
    archive_read_free(blob->tar);
    archive_read_free(blob->plain);
    close(blob->fd);
    free(blob);
}
