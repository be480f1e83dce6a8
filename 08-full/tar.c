/* tar.c - headers of a tar archive. */
#include "tar.h"

#include <sys/sysmacros.h>

#include "base.h"

enum { BLOCK = 512 };

/* All texts; numbers are octal. See tar(5), "POSIX ustar Archives". */
struct header {
    char name[100], mode[8], uid[8], gid[8], size[12], time[12], sum[8], type,
        link[100], magic[6], version[2], user[32], group[32], major[8],
        minor[8], prefix[155], unused[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

void write_tar_attribute(FILE *to, const char *name, const void *value,
                         size_t size)
{
    size_t rest = strlen(name) + size + strlen(" =\n"), length = rest;

    /* the length counts its own digits */
    while (length != rest + (size_t)snprintf(NULL, 0, "%zu", length))
        length = rest + (size_t)snprintf(NULL, 0, "%zu", length);
    fprintf(to, "%zu %s=", length, name);
    fwrite(value, 1, size, to);
    fputc('\n', to);
}

static void put_attribute(FILE *to, const char *name, const char *value)
{
    write_tar_attribute(to, name, value, strlen(value));
}

/* False if it has too many digits; it must then be an attribute. */
static bool put_octal(char *field, size_t size, unsigned long long value)
{
    char digits[32];
    int length =
        snprintf(digits, sizeof(digits), "%0*llo", (int)size - 1, value);

    if ((size_t)length >= size)
        return false;
    memcpy(field, digits, size);
    return true;
}

static void put_number(char *field, size_t size, unsigned long long value,
                       FILE *attributes, const char *name)
{
    char digits[32];

    if (put_octal(field, size, value))
        return;
    snprintf(digits, sizeof(digits), "%llu", value);
    put_attribute(attributes, name, digits);
}

/* A text needs no NUL behind it where it fills its field. */
static void put_text(char *field, size_t size, const char *text,
                     FILE *attributes, const char *name)
{
    size_t length = strlen(text);

    if (length > size)
        put_attribute(attributes, name, text);
    memcpy(field, text, length > size ? size : length);
}

/* Before 1970 without its parts of a second. */
static void put_time(struct header *header, const struct timespec *time,
                     FILE *attributes)
{
    long long seconds = time->tv_sec;
    char text[64];

    if (seconds >= 0 &&
        put_octal(header->time, sizeof(header->time),
                  (unsigned long long)seconds) &&
        time->tv_nsec == 0)
        return;
    snprintf(text, sizeof(text), seconds < 0 ? "%lld" : "%lld.%09ld", seconds,
             time->tv_nsec);
    put_attribute(attributes, "mtime", text);
}

static void write_block(FILE *tar, struct header *header)
{
    unsigned sum = 0;

    memcpy(header->magic, "ustar", sizeof(header->magic));
    memcpy(header->version, "00", sizeof(header->version));
    memset(header->sum, ' ', sizeof(header->sum));
    for (size_t i = 0; i < sizeof(*header); i++)
        sum += ((unsigned char *)header)[i];
    put_octal(header->sum, sizeof(header->sum) - 1, sum);
    fwrite(header, sizeof(*header), 1, tar);
}

static char type_of(mode_t mode)
{
    return S_ISLNK(mode)  ? '2'
         : S_ISCHR(mode)  ? '3'
         : S_ISBLK(mode)  ? '4'
         : S_ISDIR(mode)  ? '5'
         : S_ISFIFO(mode) ? '6'
                          : '0';
}

static void write_attributes(FILE *tar, const char *text, size_t size)
{
    struct header header = {.name = "PaxHeaders", .type = 'x'};

    put_octal(header.mode, sizeof(header.mode), 0644);
    put_octal(header.size, sizeof(header.size), size);
    write_block(tar, &header);
    fwrite(text, 1, size, tar);
    fill_tar_block(tar, (off_t)size);
}

void write_tar_header(FILE *tar, const char *name, const struct stat *status,
                      const char *link, bool hard, const char *attributes,
                      size_t attributes_size)
{
    mode_t mode = status->st_mode;
    struct header header = {.type = type_of(mode)};
    size_t size = 0;
    char *text = NULL;
    FILE *more = open_memstream(&text, &size);

    if (!more)
        fail("allocate memory");
    if (hard)
        header.type = '1';
    if (attributes)
        fwrite(attributes, 1, attributes_size, more);
    put_text(header.name, sizeof(header.name), name, more, "path");
    put_text(header.link, sizeof(header.link), link ? link : "", more,
             "linkpath");
    put_octal(header.mode, sizeof(header.mode), mode & 07777);
    put_number(header.uid, sizeof(header.uid), status->st_uid, more, "uid");
    put_number(header.gid, sizeof(header.gid), status->st_gid, more, "gid");
    put_number(header.size, sizeof(header.size),
               header.type == '0' ? (unsigned long long)status->st_size : 0,
               more, "size");
    put_time(&header, &status->st_mtim, more);
    put_octal(header.major, sizeof(header.major), major(status->st_rdev));
    put_octal(header.minor, sizeof(header.minor), minor(status->st_rdev));
    if (fclose(more) != 0)
        fail("allocate memory");
    if (size > 0)
        write_attributes(tar, text, size);
    write_block(tar, &header);
    free(text);
}

void fill_tar_block(FILE *tar, off_t size)
{
    static const char zeros[BLOCK];

    if (size % BLOCK != 0)
        fwrite(zeros, (size_t)(BLOCK - size % BLOCK), 1, tar);
}

void end_tar(FILE *tar)
{
    static const char zeros[2 * BLOCK];

    fwrite(zeros, sizeof(zeros), 1, tar);
}
