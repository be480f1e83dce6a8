/* cgroups.c - where the controllers are, and whether a group can be made. */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../08-full/mountinfo.h"
#include "../common/common.h"

/* statfs(2): what file system this is */
#define CGROUP_V1_MAGIC 0x27e0eb
#define CGROUP_V2_MAGIC 0x63677270

/* Where a controller is. */
struct place {
    bool v2;
    char *top; /* mount point of its hierarchy; NULL: nowhere */
};

/* The file that a group has if the controller works in it. */
static const struct {
    const char *controller, *v1, *v2;
} files[] = {
    {"cpu", "cpu.cfs_quota_us", "cpu.max"},
    {"memory", "memory.limit_in_bytes", "memory.max"},
    {"pids", "pids.max", "pids.max"},
    {"devices", "devices.deny", NULL},
};

/* ---- finding ------------------------------------------------------------- */

/* statfs: another mount may lie over this one. */
static bool is_cgroup(const struct mount_entry *mount, bool v2)
{
    struct statfs status;

    return strcmp(mount->type, v2 ? "cgroup2" : "cgroup") == 0 &&
           statfs(mount->mount_point, &status) == 0 &&
           status.f_type == (v2 ? CGROUP_V2_MAGIC : CGROUP_V1_MAGIC);
}

static bool file_has_word(const char *folder, const char *file,
                          const char *word)
{
    char *path = format_text("%s/%s", folder, file);
    char *text = read_file(path);
    bool found = text && has_word(text, word);

    free(text);
    free(path);
    return found;
}

static bool has_controller(const struct mount_entry *mount,
                           const char *controller, bool *v2)
{
    *v2 = is_cgroup(mount, true);
    if (*v2)
        return file_has_word(mount->mount_point, "cgroup.controllers",
                             controller);
    return is_cgroup(mount, false) &&
           has_word(mount->super_options, controller);
}

static struct place find_controller(const char *controller)
{
    struct mount_entry *mounts = read_mounts();
    struct place place = {.top = NULL};

    for (struct mount_entry *i = mounts; i && i->type && !place.top; i++)
        if (has_controller(i, controller, &place.v2))
            place.top = format_text("%s", i->mount_point);
    if (mounts)
        free_mounts(mounts);
    return place;
}

/* The first mount of this version, or NULL. */
static char *find_version(bool v2)
{
    struct mount_entry *mounts = read_mounts();
    char *top = NULL;

    for (struct mount_entry *i = mounts; i && i->type && !top; i++)
        if (is_cgroup(i, v2))
            top = format_text("%s", i->mount_point);
    if (mounts)
        free_mounts(mounts);
    return top;
}

static char *mend_of_no_mount(void)
{
    return as_admin("mount -t cgroup2 cgroup2 /sys/fs/cgroup");
}

struct finding look_at_cgroups(const char *about)
{
    char *v1 = find_version(false), *v2 = find_version(true);

    (void)about;
    if (v1 && v2)
        return fine(SAY_HYBRID, v2);
    if (v2)
        return fine(SAY_V2, v2);
    if (v1)
        return fine(SAY_V1);
    return failed(mend_of_no_mount(), SAY_NO_CGROUPS);
}

/* ---- making a group ------------------------------------------------------ */

/* Enables the controller for the groups below `folder`. */
static int enable(const char *folder, const char *controller)
{
    char *path = format_text("%s/cgroup.subtree_control", folder);
    int result = write_file(path, "+%s", controller);

    free(path);
    return result == -1 ? errno : 0;
}

/* A child of ours goes into the group, and is gone at once. */
static int try_to_enter(const char *group)
{
    char *path = format_text("%s/cgroup.procs", group);

    return write_file(path, "0") == -1 ? errno : 0;
}

static int use_group(const char *group, const char *file)
{
    char *path = format_text("%s/%s", group, file);
    int number = access(path, W_OK) == -1 ? errno : 0;

    free(path);
    return number ? number : attempt_in_child(try_to_enter, group);
}

/* The folder of all of the project's groups may go at any time: the last one
 * out removes it. Others hold a lock on it while they make a group in it. */
static int make_group(const char *parent, const char *group)
{
    for (int tries = 0; tries < 20; tries++) {
        int fd, number;

        if (mkdir(parent, 0755) == -1 && errno != EEXIST)
            return errno;
        fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd == -1)
            continue;
        flock(fd, LOCK_EX);
        number = mkdir(group, 0755) == -1 ? errno : 0;
        close(fd);
        if (number != ENOENT)
            return number;
    }
    return ENOENT;
}

/* Makes a group as the stages do, uses it, removes it. */
static int try_group(const struct place *place, const char *controller,
                     const char *file)
{
    char *parent = format_text("%s/toy-docker", place->top);
    char *group = format_text("%s/doctor-%d", parent, (int)getpid());
    int number = make_group(parent, group);

    if (number == 0) {
        int fd = open(group, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd != -1)
            flock(fd, LOCK_SH); /* a mark that its owner lives */
        if (place->v2 && file)
            number = enable(place->top, controller);
        if (place->v2 && file && number == 0)
            number = enable(parent, controller);
        if (number == 0)
            number = use_group(group, file ? file : "cgroup.procs");
        rmdir(group);
        if (fd != -1)
            close(fd);
    }
    rmdir(parent); /* fails while others are in it */
    free(group);
    free(parent);
    return number;
}

/* In v2 a cgroup has processes or children with controllers, not both; only
 * the machine's own root, which has no cgroup.type, may have both. */
static bool has_processes(const char *top)
{
    char *type = format_text("%s/cgroup.type", top);
    char *file = format_text("%s/cgroup.procs", top);
    char *processes = read_file(file);
    bool found = access(type, F_OK) == 0 && processes && *processes;

    free(processes);
    free(file);
    free(type);
    return found;
}

/* ---- what mends it ------------------------------------------------------- */

/* The row of a controller in /proc/cgroups: "name hierarchy groups enabled".
 * `hierarchy` 0 is v2. */
struct row {
    char name[64];
    int hierarchy, enabled;
};

/* Reads the table's next row; false at its end. */
static bool next_row(char **rest, struct row *row)
{
    char *line;

    while ((line = strsep(rest, "\n")))
        if (sscanf(line, "%63s %d %*d %d", row->name, &row->hierarchy,
                   &row->enabled) == 3)
            return true;
    return false;
}

/* The row of `controller`; one with hierarchy -1 if there is none. */
static struct row find_row(const char *controller)
{
    char *table = read_file("/proc/cgroups"), *rest = table;
    struct row row;
    bool found = false;

    while (table && !found && next_row(&rest, &row))
        found = strcmp(row.name, controller) == 0;
    free(table);
    return found ? row : (struct row){.hierarchy = -1, .enabled = 1};
}

/* Controllers that are in one hierarchy can only be mounted together. */
static char *controllers_together(int hierarchy)
{
    char *table = read_file("/proc/cgroups"), *rest = table;
    char *list = format_text("%s", "");
    struct row row;

    while (table && next_row(&rest, &row)) {
        char *longer;

        if (row.hierarchy != hierarchy)
            continue;
        longer = format_text("%s%s%s", list, *list ? "," : "", row.name);
        free(list);
        list = longer;
    }
    free(table);
    return list;
}

/* A controller that is not at hand: is it off, unmounted, or not passed on to
 * us? */
static struct finding explain_absence(const char *controller)
{
    char *v2 = find_version(true), *v1 = find_version(false);
    struct row row = find_row(controller);

    if (!row.enabled)
        return failed(format_text(MEND_BOOT, controller), SAY_SWITCHED_OFF);
    if (row.hierarchy > 0) {
        char *list = controllers_together(row.hierarchy);

        return failed(as_admin("sh -c 'mkdir -p /sys/fs/cgroup/%s && mount -t "
                               "cgroup -o %s cgroup /sys/fs/cgroup/%s'",
                               list, list, list),
                      SAY_NOT_MOUNTED);
    }
    if (!v2 && !v1)
        return failed(mend_of_no_mount(), SAY_NO_CGROUPS);
    if (v2 && !v1)
        return failed(format_text(MEND_PASS_ON, controller), SAY_NOT_PASSED_ON,
                      v2);
    return failed(format_text(MEND_KERNEL_CONTROLLER), SAY_NO_HIERARCHY);
}

static struct finding explain_failure(const struct place *place, int number)
{
    const char *version = place->v2 ? "v2" : "v1", *top = place->top;

    if (number == EROFS)
        return failed(as_admin("mount -o remount,bind,rw %s", top),
                      SAY_READ_ONLY, version, top);
    if (number == EBUSY)
        return failed(as_admin("sh -c 'cd %s; mkdir -p init; for p in $(cat "
                               "cgroup.procs); do echo $p >init/cgroup.procs; "
                               "done 2>/dev/null'",
                               top),
                      SAY_FULL_TOP, version, top);
    if (geteuid() != 0)
        return warning(NULL, SAY_GROUP_NOT_TRIED, version, top);
    return failed(mend_of_confinement(), SAY_GROUP_FAILED, version, top,
                  reason_of(number));
}

struct finding look_at_controller(const char *controller)
{
    struct place place = find_controller(controller);
    size_t i = 0;
    int number;

    while (strcmp(files[i].controller, controller) != 0)
        i++;
    if (!place.top)
        return explain_absence(controller);
    if (place.v2 && has_processes(place.top))
        return explain_failure(&place, EBUSY);
    number =
        try_group(&place, controller, place.v2 ? files[i].v2 : files[i].v1);
    if (number != 0)
        return explain_failure(&place, number);
    return fine(SAY_GROUP, place.v2 ? "v2" : "v1", place.top);
}

/* ---- devices ------------------------------------------------------------- */

/* The part of union bpf_attr that loads a program: see bpf(2). */
struct load {
    uint32_t type, count;
    uint64_t program, license;
    uint32_t rest[24];
};

/* v2 has no such controller: a program of ours decides. This one says yes. */
static int try_device_program(const char *about)
{
    static const struct {
        uint8_t code, registers;
        int16_t offset;
        int32_t value;
    } program[] = {{0xb7, 0, 0, 1}, {0x95, 0, 0, 0}}; /* r0 = 1; exit */
    enum { BPF_LOAD = 5, CGROUP_DEVICE = 15 };
    struct load load = {
        .type = CGROUP_DEVICE,
        .count = sizeof(program) / sizeof(*program),
        .program = (uintptr_t)program,
        .license = (uintptr_t) "MIT",
    };

    (void)about;
    return syscall(SYS_bpf, BPF_LOAD, &load, sizeof(load)) == -1 ? errno : 0;
}

struct finding look_at_devices(const char *about)
{
    struct place place = {.v2 = true, .top = NULL};
    int number;

    if (find_controller(about).top)
        return look_at_controller(about);
    place.top = find_version(true);
    if (!place.top)
        return explain_absence(about);
    if (!has_capability(CAPABILITY_SYS_ADMIN))
        return warning(NULL, SAY_NOT_TRIED);
    number = try_group(&place, about, NULL);
    if (number != 0)
        return explain_failure(&place, number);
    number = attempt_in_child(try_device_program, NULL);
    if (number == EINVAL)
        return failed(format_text(MEND_KERNEL_PROGRAM), SAY_NO_PROGRAM);
    if (number != 0)
        return failed(mend_of_confinement(), SAY_PROGRAM_FAILED,
                      reason_of(number));
    return fine(SAY_PROGRAM, place.top);
}
