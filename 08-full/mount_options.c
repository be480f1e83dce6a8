/* mount_options.c - the options of a mount, from tables. */
#include "mount_options.h"

#include <sys/statvfs.h>

#include "base.h"
#include "syscalls.h"

#define PLACE(member) offsetof(struct mount_options, member)

/* For relatime, which is the kernel's choice, MOUNT_ATTR_RELATIME is 0. To take
 * it back is to choose nothing: a bit of the mask that no time has. */
#define NO_RELATIME                                                            \
    (MOUNT_ATTR__ATIME & ~(MOUNT_ATTR_NOATIME | MOUNT_ATTR_STRICTATIME))

/* Each of these also exists with an "r": for all mounts below. */
static const struct {
    const char *name;
    uint64_t set, clear;
} flags[] = {
    {"ro", MOUNT_ATTR_RDONLY, 0},
    {"rw", 0, MOUNT_ATTR_RDONLY},
    {"nosuid", MOUNT_ATTR_NOSUID, 0},
    {"suid", 0, MOUNT_ATTR_NOSUID},
    {"nodev", MOUNT_ATTR_NODEV, 0},
    {"dev", 0, MOUNT_ATTR_NODEV},
    {"noexec", MOUNT_ATTR_NOEXEC, 0},
    {"exec", 0, MOUNT_ATTR_NOEXEC},
    {"nodiratime", MOUNT_ATTR_NODIRATIME, 0},
    {"diratime", 0, MOUNT_ATTR_NODIRATIME},
    {"relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
    {"norelatime", 0, NO_RELATIME},
    {"noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
    {"atime", 0, MOUNT_ATTR_NOATIME},
    {"strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
    {"nostrictatime", 0, MOUNT_ATTR_STRICTATIME},
    {"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0},
    {"symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW},
};

static const struct {
    const char *name;
    uint64_t propagation;
} propagations[] = {
    {"private", MS_PRIVATE},       {"rprivate", MS_PRIVATE | MS_REC},
    {"shared", MS_SHARED},         {"rshared", MS_SHARED | MS_REC},
    {"slave", MS_SLAVE},           {"rslave", MS_SLAVE | MS_REC},
    {"unbindable", MS_UNBINDABLE}, {"runbindable", MS_UNBINDABLE | MS_REC},
};

/* Of the whole file system; fsconfig(2) knows them by these names. */
static const char *const system_flags[] = {
    "sync", "async", "dirsync", "lazytime", "mand", "nomand", "nolazytime"};

/* The first two say how much is logged. Which file systems count changes is not
 * a question of options any more. */
static const char *const nothing[] = {"silent", "loud", "defaults", "iversion",
                                      "noiversion"};

/* What says more than a flag, with its place in struct mount_options. */
static const struct {
    const char *name;
    size_t place, also;
} words[] = {
    {"bind", PLACE(bind), PLACE(bind)},
    {"rbind", PLACE(bind), PLACE(recursive)},
    {"idmap", PLACE(idmap), PLACE(idmap)},
    {"ridmap", PLACE(idmap), PLACE(idmap_all)},
    {"tmpcopyup", PLACE(copy_up), PLACE(copy_up)},
    {"remount", PLACE(remount), PLACE(remount)},
};

static bool is_one_of(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

/* A later option takes back what an earlier one said. */
static void add_flag(uint64_t *set, uint64_t *clear, size_t i)
{
    *set = (*set & ~flags[i].clear) | flags[i].set;
    *clear = (*clear & ~flags[i].set) | flags[i].clear;
}

static bool read_flag(const char *option, struct mount_options *to)
{
    for (size_t i = 0; i < COUNT(flags); i++) {
        if (strcmp(option, flags[i].name) == 0) {
            add_flag(&to->set, &to->clear, i);
            return true;
        }
        if (*option == 'r' && strcmp(option + 1, flags[i].name) == 0) {
            add_flag(&to->all_set, &to->all_clear, i);
            return true;
        }
    }
    return false;
}

static bool read_word(const char *option, struct mount_options *to)
{
    for (size_t i = 0; i < COUNT(words); i++) {
        if (strcmp(option, words[i].name) != 0)
            continue;
        *(bool *)((char *)to + words[i].place) = true;
        *(bool *)((char *)to + words[i].also) = true;
        return true;
    }
    return false;
}

uint64_t find_propagation(const char *name)
{
    for (size_t i = 0; i < COUNT(propagations); i++)
        if (strcmp(name, propagations[i].name) == 0)
            return propagations[i].propagation;
    return 0;
}

enum option_kind read_option(const char *option, struct mount_options *to)
{
    uint64_t propagation = find_propagation(option);

    if (propagation)
        to->propagation = propagation;
    if (propagation || read_word(option, to) || read_flag(option, to))
        return OPTION_OF_MOUNT;
    if (is_one_of(option, nothing, COUNT(nothing)))
        return OPTION_NOTHING;
    return OPTION_OF_SYSTEM;
}

char *option_name(size_t i)
{
    if (i < COUNT(words))
        return format_text("%s", words[i].name);
    i -= COUNT(words);
    if (i < 2 * COUNT(flags))
        return format_text("%s%s", i % 2 ? "r" : "", flags[i / 2].name);
    i -= 2 * COUNT(flags);
    if (i < COUNT(propagations))
        return format_text("%s", propagations[i].name);
    i -= COUNT(propagations);
    if (i < COUNT(system_flags))
        return format_text("%s", system_flags[i]);
    i -= COUNT(system_flags);
    return i < COUNT(nothing) ? format_text("%s", nothing[i]) : NULL;
}

struct mount_options read_options(const char *const *list)
{
    struct mount_options options = {0};

    for (; *list; list++)
        read_option(*list, &options);
    return options;
}

/* Those that are a bit each; the kernel has the same for statvfs(3). */
#define SAFE_FLAGS                                                             \
    ((uint64_t)MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |      \
     MOUNT_ATTR_NOEXEC)
#define TIME_FLAGS ((uint64_t)MOUNT_ATTR__ATIME | MOUNT_ATTR_NODIRATIME)

static uint64_t flags_of(int mount)
{
    struct statvfs status;
    uint64_t found;

    if (fstatvfs(mount, &status) == -1)
        fail("statvfs of a mount");
    found = status.f_flag & SAFE_FLAGS;
    if (status.f_flag & ST_NODIRATIME)
        found |= MOUNT_ATTR_NODIRATIME;
    if (status.f_flag & ST_NOATIME)
        return found | MOUNT_ATTR_NOATIME;
    return found | (status.f_flag & ST_RELATIME ? 0 : MOUNT_ATTR_STRICTATIME);
}

int complete_flags(int mount, bool locked, struct mount_options *options)
{
    uint64_t have = locked ? flags_of(mount) : 0;
    uint64_t taken_back = options->clear | options->all_clear;
    bool timed = options->set & MOUNT_ATTR_NODIRATIME ||
                 (options->clear & MOUNT_ATTR__ATIME) == MOUNT_ATTR__ATIME;

    if (locked && (have & taken_back & SAFE_FLAGS ||
                   (timed && (have ^ options->set) & TIME_FLAGS))) {
        errno = EPERM;
        return -1;
    }
    if (!options->set && !options->clear)
        return 0;
    options->clear =
        SAFE_FLAGS | MOUNT_ATTR_NOSYMFOLLOW | (timed ? TIME_FLAGS : 0);
    /* "rro" holds for this one, too */
    options->clear &= ~(options->all_set | (have & SAFE_FLAGS));
    return 0;
}

/* The kernel takes no time flag without clearing the others first. */
static int change_flags(int mount, uint64_t set, uint64_t clear, int depth)
{
    bool timed = clear & MOUNT_ATTR__ATIME;
    struct mount_attr change = {
        .attr_set = set, .attr_clr = clear | (timed ? MOUNT_ATTR__ATIME : 0)};

    if (!set && !clear)
        return 0;
    return sys_mount_setattr(mount, "", AT_EMPTY_PATH | (unsigned)depth,
                             &change);
}

int set_mount_flags(int mount, const struct mount_options *options)
{
    if (change_flags(mount, options->all_set, options->all_clear,
                     AT_RECURSIVE) == -1)
        return -1;
    return change_flags(mount, options->set, options->clear, 0);
}

int set_propagation(int mount, uint64_t propagation)
{
    struct mount_attr change = {.propagation = propagation & ~(uint64_t)MS_REC};
    unsigned depth = propagation & MS_REC ? AT_RECURSIVE : 0;

    if (!propagation)
        return 0;
    return sys_mount_setattr(mount, "", AT_EMPTY_PATH | depth, &change);
}
