/* digest.c - SHA-256 by nettle. */
#include "digest.h"

#include <nettle/base16.h>
#include <nettle/version.h>

#include "base.h"

static const char prefix[] = "sha256:";

char *end_digest(struct sha256_ctx *digest)
{
    unsigned char bytes[SHA256_DIGEST_SIZE];
    char digits[2 * SHA256_DIGEST_SIZE];

#if NETTLE_VERSION_MAJOR >= 4
    sha256_digest(digest, bytes);
#else
    sha256_digest(digest, sizeof(bytes), bytes);
#endif
    base16_encode_update(digits, sizeof(bytes), bytes);
    return format_text("%s%.*s", prefix, (int)sizeof(digits), digits);
}

char *digest_of(const void *data, size_t size)
{
    struct sha256_ctx digest;

    sha256_init(&digest);
    sha256_update(&digest, size, data);
    return end_digest(&digest);
}

bool is_digest(const char *text)
{
    return strncmp(text, prefix, sizeof(prefix) - 1) == 0 &&
           strspn(digits_of(text), "0123456789abcdef") == 64 &&
           strlen(digits_of(text)) == 64;
}

const char *digits_of(const char *digest)
{
    return digest + sizeof(prefix) - 1;
}
