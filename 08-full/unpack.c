/* unpack.c - from a tar stream to a folder. */
#include "unpack.h"

#include <archive_entry.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "base.h"
#include "names.h"
#include "paths.h"
#include "tree.h"

/* A folder's time is set when nothing is put in it any more. */
struct later {
    char *name;
    struct timespec times[2];
};

struct unpacking {
    struct blob *blob;
    struct archive_entry *entry;
    int root;
    bool layer;
    char *name;       /* of the entry: no "/" in front, no "." or ".." */
    int parent;       /* the folder it goes to, */
    const char *base; /* and its name there */
    struct later *later;
    size_t later_count;
};

/* A name may have bytes that a terminal takes for orders. */
static char *shown(const char *name)
{
    char *text = format_text("%.200s", name);

    make_harmless(text);
    return text;
}

static noreturn void refuse(const struct unpacking *to, const char *why)
{
    fail_plainly(NULL, "%s: \"%s\": %s", to->blob->name, shown(to->name), why);
}

static noreturn void fail_entry(const struct unpacking *to, const char *what)
{
    const char *hint = NULL;

    if (errno == ENOSPC)
        hint = "nothing of it stays; --data-root DIR is a store elsewhere";
    fail_with_hint(hint, "%s: %s \"%s\"", to->blob->name, what,
                   shown(to->name));
}

/* "./a//b/" is "a/b"; NULL if a component is "..". */
static char *clean_name(const char *name)
{
    char *copy = format_text("%s", name), *rest = copy, *part;
    char *clean = allocate(strlen(name) + 1, 1), *end = clean;

    while (end && (part = strsep(&rest, "/"))) {
        if (strcmp(part, "..") == 0)
            end = NULL;
        else if (*part && strcmp(part, ".") != 0)
            end = stpcpy(stpcpy(end, end == clean ? "" : "/"), part);
    }
    free(copy);
    if (end)
        return clean;
    free(clean);
    return NULL;
}

/* Opens the folder that the entry goes to. Folders that the archive does not
 * have are made. */
static void open_parent(struct unpacking *to)
{
    char *slash = strrchr(to->name, '/');
    char *folder =
        format_text("/%.*s", (int)(slash ? slash - to->name : 0), to->name);

    to->base = slash ? slash + 1 : to->name;
    to->parent = open_in_root(to->root, folder, O_PATH | O_DIRECTORY);
    if (to->parent == -1)
        to->parent = make_in_root(to->root, folder, false);
    if (to->parent == -1)
        fail_entry(to, "make the folder for");
    free(folder);
}

/* ---- attributes -------------------------------------------------------------- */

/* Its path for calls that take no descriptor of a folder. Nothing in it is
 * followed but the descriptor. */
static char *path_in(int folder, const char *base)
{
    return format_text("/proc/self/fd/%d/%s", folder, base);
}

bool is_kept_attribute(const char *name)
{
    static const char *const kept[] = {"user.", "security.capability",
                                       "system.posix_acl_"};

    for (size_t i = 0; i < COUNT(kept); i++)
        if (strncmp(name, kept[i], strlen(kept[i])) == 0)
            return true;
    return false;
}

static void set_xattrs(const struct unpacking *to)
{
    char *path = path_in(to->parent, *to->base ? to->base : ".");
    const char *name;
    const void *value;
    size_t size;

    archive_entry_xattr_reset(to->entry);
    while (archive_entry_xattr_next(to->entry, &name, &value, &size) ==
           ARCHIVE_OK) {
        if (!name || strncmp(name, "trusted.", 8) == 0)
            refuse(to, "has an attribute trusted.*, which is the host's");
        if (is_kept_attribute(name) &&
            lsetxattr(path, name, value, size, 0) == -1)
            fail_entry(to, "set an extended attribute of");
    }
    free(path);
}

static struct timespec time_of(struct archive_entry *entry)
{
    return (struct timespec){archive_entry_mtime(entry),
                             archive_entry_mtime_nsec(entry)};
}

static void set_time_later(struct unpacking *to)
{
    struct timespec time = time_of(to->entry);

    if (to->later_count % 64 == 0)
        to->later =
            reallocarray(to->later, to->later_count + 64, sizeof(*to->later));
    if (!to->later)
        fail("allocate memory");
    to->later[to->later_count++] = (struct later){
        .name = format_text("/%s", to->name),
        .times = {time, time},
    };
}

/* The owner first: a change of owner takes setuid bits and capabilities. */
static void set_attributes(struct unpacking *to)
{
    int64_t uid = archive_entry_uid(to->entry);
    int64_t gid = archive_entry_gid(to->entry);
    bool link = archive_entry_filetype(to->entry) == AE_IFLNK;
    bool folder = archive_entry_filetype(to->entry) == AE_IFDIR;
    struct timespec time = time_of(to->entry), times[2] = {time, time};
    const char *base = *to->base ? to->base : ".";

    if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX)
        refuse(to, "its owner is no user id");
    if (fchownat(to->parent, base, (uid_t)uid, (gid_t)gid,
                 AT_SYMLINK_NOFOLLOW) == -1)
        fail_entry(to, "set the owner of");
    if (!link &&
        fchmodat(to->parent, base, archive_entry_perm(to->entry), 0) == -1)
        fail_entry(to, "set the mode of");
    set_xattrs(to);
    if (folder)
        set_time_later(to);
    else if (utimensat(to->parent, base, times, AT_SYMLINK_NOFOLLOW) == -1)
        fail_entry(to, "set the time of");
}

/* ---- whiteouts ------------------------------------------------------------- */

static void make_opaque(const struct unpacking *to, const char *base)
{
    char *path = path_in(to->parent, base);

    if (lsetxattr(path, "trusted.overlay.opaque", "y", 1, 0) == -1)
        fail_entry(to, "make opaque, for");
    free(path);
}

/* Of the layers below a name shows no more; what this layer itself has of that
 * name stays. */
static void make_whiteout(const struct unpacking *to, const char *base)
{
    struct timespec time = time_of(to->entry), times[2] = {time, time};
    struct stat status;

    if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
        refuse(to, "removes what has no name");
    if (fstatat(to->parent, base, &status, AT_SYMLINK_NOFOLLOW) == -1) {
        if (mknodat(to->parent, base, S_IFCHR, makedev(0, 0)) == -1 ||
            utimensat(to->parent, base, times, AT_SYMLINK_NOFOLLOW) == -1)
            fail_entry(to, "make a whiteout for");
    } else if (S_ISDIR(status.st_mode)) {
        make_opaque(to, base);
    }
}

/* True if the entry is a mark and no file. */
static bool take_mark(const struct unpacking *to)
{
    if (!to->layer || strncmp(to->base, ".wh.", 4) != 0)
        return false;
    if (strcmp(to->base, ".wh..wh..opq") == 0)
        make_opaque(to, ".");
    else if (strncmp(to->base, ".wh..wh.", 8) != 0) /* those are aufs's own */
        make_whiteout(to, to->base + 4);
    return true;
}

/* ---- entries ------------------------------------------------------------------ */

static void write_data(const struct unpacking *to, int fd)
{
    const void *bytes;
    size_t size;
    la_int64_t offset;
    int result;

    while ((result = archive_read_data_block(to->blob->tar, &bytes, &size,
                                             &offset)) == ARCHIVE_OK)
        for (ssize_t done; size > 0; size -= (size_t)done, offset += done) {
            done = pwrite(fd, bytes, size, offset);
            if (done == -1)
                fail_entry(to, "write");
            bytes = (const char *)bytes + done;
        }
    if (result != ARCHIVE_EOF)
        refuse(to, blob_error(to->blob->tar));
    /* a hole at its end */
    if (ftruncate(fd, archive_entry_size(to->entry)) == -1)
        fail_entry(to, "write");
}

static void make_file_here(const struct unpacking *to)
{
    int fd = openat(to->parent, to->base,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd == -1)
        fail_entry(to, "make");
    write_data(to, fd);
    if (close(fd) == -1)
        fail_entry(to, "write");
}

static void make_device(const struct unpacking *to)
{
    mode_t type = archive_entry_filetype(to->entry);
    dev_t number = type == AE_IFIFO ? 0 : archive_entry_rdev(to->entry);

    if (to->layer && type == AE_IFCHR && number == makedev(0, 0))
        refuse(to, "is a device 0:0, by which overlayfs marks what is removed");
    if (mknodat(to->parent, to->base, type | 0600, number) == -1)
        fail_entry(to, "make");
}

static void make_hard_link(struct unpacking *to, const char *target)
{
    char *clean = clean_name(target);
    int file = clean ? open_in_root(to->root, clean, O_PATH | O_NOFOLLOW) : -1;

    if (!clean)
        refuse(to, "is a link to a name with \"..\"");
    if (file == -1)
        fail_entry(to, "find the file of this archive for the hard link");
    if (linkat(file, "", to->parent, to->base, AT_EMPTY_PATH) == -1)
        fail_entry(to, "link");
    close(file);
    free(clean);
}

static bool is_folder(const struct unpacking *to)
{
    struct stat status;

    return fstatat(to->parent, to->base, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(status.st_mode);
}

/* A later entry replaces an earlier one, but a folder keeps what is in it. */
static void make_room(struct unpacking *to)
{
    struct stat status;
    bool hidden = false;

    if (fstatat(to->parent, to->base, &status, AT_SYMLINK_NOFOLLOW) == -1)
        hidden = false;
    else
        hidden = to->layer && S_ISCHR(status.st_mode) && status.st_rdev == 0;
    if (remove_tree(to->parent, to->base) == -1)
        fail_entry(to, "replace");
    if (archive_entry_filetype(to->entry) != AE_IFDIR)
        return;
    if (mkdirat(to->parent, to->base, 0700) == -1)
        fail_entry(to, "make");
    if (hidden)
        make_opaque(to, to->base);
}

static void make_entry(struct unpacking *to)
{
    const char *target = archive_entry_hardlink(to->entry);
    mode_t type = archive_entry_filetype(to->entry);

    if (target || type != AE_IFDIR || !is_folder(to))
        make_room(to);
    if (target) {
        make_hard_link(to, target); /* the attributes are the file's */
        return;
    }
    if (type == AE_IFREG)
        make_file_here(to);
    else if (type == AE_IFLNK) {
        const char *text = archive_entry_symlink(to->entry);

        if (!text || symlinkat(text, to->parent, to->base) == -1)
            fail_entry(to, "make");
    } else if (type == AE_IFCHR || type == AE_IFBLK || type == AE_IFIFO) {
        make_device(to);
    } else if (type != AE_IFDIR) {
        refuse(to, "is of no known type");
    }
    set_attributes(to);
}

static void unpack_entry(struct unpacking *to)
{
    const char *name = archive_entry_pathname(to->entry);

    to->name = (char *)(name ? name : "?");
    if (!name || archive_entry_filetype(to->entry) == AE_IFSOCK)
        refuse(to, name ? "is a socket" : "a name that cannot be read");
    to->name = clean_name(name);
    if (!to->name) {
        to->name = (char *)name;
        refuse(to, "a name with \"..\" leads outside");
    }
    open_parent(to);
    if (*to->name) {
        if (!take_mark(to))
            make_entry(to);
    } else if (archive_entry_filetype(to->entry) == AE_IFDIR) {
        set_attributes(to); /* "./": the folder itself */
    }
    close(to->parent);
    free(to->name);
}

/* What was a folder then may have been replaced since: not through a link. */
static void set_times(struct unpacking *to)
{
    for (size_t i = 0; i < to->later_count; i++) {
        struct later *later = &to->later[i];
        int fd = open_plain_in_root(to->root, later->name,
                                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

        if (fd != -1 && futimens(fd, later->times) == -1)
            fail("set the time of a folder");
        if (fd != -1)
            close(fd);
        free(later->name);
    }
    free(to->later);
}

void unpack(struct blob *blob, int root, bool layer)
{
    struct unpacking to = {.blob = blob, .root = root, .layer = layer};
    int result;

    /* a warning: a name is in another character set; its bytes are taken */
    while ((result = archive_read_next_header(blob->tar, &to.entry)) ==
               ARCHIVE_OK ||
           result == ARCHIVE_WARN)
        unpack_entry(&to);
    if (result != ARCHIVE_EOF)
        fail_plainly("a tar archive is wanted, plain or packed by gzip or zstd",
                     "%s: %s", blob->name, blob_error(blob->tar));
    set_times(&to);
}
