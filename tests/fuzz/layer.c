/* layer.c - an image's layer: whatever names and links it has, in whatever
 * order, it is unpacked into its folder and nowhere else. */
#include <dirent.h>
#include <limits.h>

#include "../../08-full/base.h"
#include "../../08-full/tar.h"
#include "../../08-full/tree.h"
#include "../../08-full/unpack.h"
#include "fuzz.h"

static struct blob *blob;
static const char secret[] = "nobody's";

/* One byte of the input; 0 when there are no more. */
static unsigned next(FILE *input)
{
    int byte = fgetc(input);

    return byte == EOF ? 0 : (unsigned)byte;
}

/* Three components at most, each one of those that matter. */
static void make_name(FILE *input, char name[PATH_MAX])
{
    static const char *const parts[] = {
        "a",      "b",      "c",     "..",    "../..", ".",
        "",       "victim", "layer", ".wh.a", ".wh.b", ".wh..wh..opq",
        ".wh...", "/",      "input", "/mnt"};
    unsigned count = next(input) % 4;
    size_t length = 0;

    *name = '\0';
    for (unsigned i = 0; i < count; i++)
        length += (size_t)snprintf(name + length, PATH_MAX - length, "%s%s",
                                   i > 0 ? "/" : "",
                                   parts[next(input) % COUNT(parts)]);
}

/* A header's bytes would hardly ever have the right sum by chance: the input
 * says which entries there are, and this makes the archive. */
static void make_archive(FILE *input, FILE *tar)
{
    static const mode_t kinds[] = {S_IFREG, S_IFDIR, S_IFLNK, S_IFREG,
                                   S_IFIFO, S_IFCHR, S_IFREG, S_IFLNK};

    while (!feof(input)) {
        char name[PATH_MAX], link[PATH_MAX];
        unsigned kind = next(input);
        mode_t type = kinds[kind % COUNT(kinds)];
        bool hard = kind % COUNT(kinds) == 3;
        struct stat status = {.st_mode = type | (next(input) & 0777),
                              .st_size = type == S_IFREG && !hard ? 3 : 0};

        make_name(input, name);
        make_name(input, link);
        write_tar_header(tar, name, &status,
                         hard || type == S_IFLNK ? link : NULL, hard, NULL, 0);
        if (status.st_size > 0) {
            fwrite("new", 1, 3, tar);
            fill_tar_block(tar, 3);
        }
    }
    end_tar(tar);
}

void run_target(void)
{
    FILE *input = fopen("input", "re"), *tar = fopen("layer.tar", "we");
    char *stored, *plain;

    if (!input || !tar)
        abort();
    make_archive(input, tar);
    fclose(input);
    fclose(tar);
    write_text(AT_FDCWD, "victim", O_TRUNC, 0600, secret);
    mkdir("layer", 0755);
    blob = open_blob(open("layer.tar", O_RDONLY | O_CLOEXEC), "layer.tar");
    unpack(blob, open_folder(AT_FDCWD, "layer"), true);
    close_blob(blob, &stored, &plain);
    blob = NULL;
    free(stored);
    free(plain);
}

static int count_files(void)
{
    struct dirent **names = NULL;
    int count = scandir(".", &names, NULL, NULL);

    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return count - 2; /* . and .. */
}

static void expect_untouched(void)
{
    char *text = read_path("victim");
    struct stat status;

    if (!text || strcmp(text, secret) != 0 || lstat("victim", &status) == -1 ||
        status.st_nlink != 1 || status.st_mode != (S_IFREG | 0600) ||
        count_files() != 4)
        abort();
    free(text);
}

void look_after_target(void)
{
    if (blob) {
        archive_read_free(blob->tar);
        archive_read_free(blob->plain);
        close(blob->fd);
        free(blob);
        blob = NULL;
    }
    expect_untouched();
    if (remove_tree(AT_FDCWD, "layer") == -1)
        abort();
}
