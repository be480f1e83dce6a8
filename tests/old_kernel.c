/*
 * old_kernel.c - what must never be written to, also on a kernel without
 * mount_setattr(2), as Linux 5.10 is.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

/* Whether the file can be written through the path, by writing to it what is
 * there. Nobody can while it is executed, so that is waited for. */
static bool can_write(const char *path)
{
    int fd = -1;
    bool written;
    char byte;

    within(5, (fd = open(path, O_RDWR)) != -1 || errno != ETXTBSY);
    if (fd == -1) {
        ck_assert_msg(errno == EROFS, "open %s: %s", path, errno_name(errno));
        return false;
    }
    ck_assert_int_eq(pread(fd, &byte, 1, 0), 1);
    written = pwrite(fd, &byte, 1, 0) == 1;
    ck_assert(written || errno == EPERM);
    close(fd);
    return written;
}

/* CVE-2019-5736: who got hold of the runtime's own file in a container waits
 * until it is not executed any more, and opens it for writing. */
static void own_program_file(int stage)
{
    struct process process = start_stage_8(NULL);
    char *exe = format_text("/proc/%d/exe", (int)process.pid);
    int held = open(exe, O_PATH | O_CLOEXEC);

    (void)stage;
    ck_assert_int_ne(held, -1);
    end_container(&process);
    ck_assert_msg(can_write(stage_path(8)), "the file itself is not writable");
    ck_assert_msg(!can_write(format_text("/proc/self/fd/%d", held)),
                  "the runtime's own file can be written to");
    close(held);
}

/* The same folder twice, once read-only: this says nothing about the other.
 * And making it so leaves /dev and the host as they were. */
static void volume_read_only_and_not(int stage)
{
    struct how how = {
        .flags = {"-v", format_text("%s/volume:/a:ro", scratch_folder), "-v",
                  format_text("%s/volume:/b", scratch_folder)}};
    struct result result;

    (void)stage;
    need_cgroups();
    ck_assert_int_eq(mkdir("volume", 0755), 0);
    put_file("volume/file", "before");
    result = run_stage_so(8, &how, "--", "sh", "-c",
                          "echo spoilt >/a/file; echo after >/b/file && "
                          "echo x >/dev/null && ls /dev/full /dev/pts/ptmx",
                          NULL);
    expect_status(result, 0);
    expect_text("stderr", result.err, "Read-only file system");
    ck_assert_str_eq(read_file("volume/file"), "after\n");
    put_file("volume/file", "and from here");
    host_command(NULL, "rm -r volume; rmdir rootfs/a rootfs/b");
}

/* A line of mountinfo, as far as it matters here. */
struct line {
    int number, parent;
    char point[4096], options[256];
};

static bool parse_line(const char *text, struct line *line)
{
    return sscanf(text, "%d %d %*s %*s %4095s %255s", &line->number,
                  &line->parent, line->point, line->options) == 4;
}

/* Whether another mount lies on this one, so that no path leads to it. */
static bool is_covered(const char *mountinfo, const struct line *line)
{
    char *rest = format_text("%s", mountinfo), *text;
    struct line other;

    while ((text = strsep(&rest, "\n")))
        if (parse_line(text, &other) && other.parent == line->number &&
            strcmp(other.point, line->point) == 0)
            return true;
    return false;
}

/* No mount at or below `target` of the process may be writable; returns how
 * many there are. */
static size_t count_read_only(pid_t pid, const char *target)
{
    char *all = read_proc(pid, "mountinfo"), *text;
    char *rest = format_text("%s", all);
    size_t count = 0, length = strlen(target);
    struct line line;

    while ((text = strsep(&rest, "\n"))) {
        if (!parse_line(text, &line) ||
            strncmp(line.point, target, length) != 0 ||
            (line.point[length] && line.point[length] != '/') ||
            is_covered(all, &line))
            continue;
        ck_assert_msg(has_word(line.options, "ro"), "it is writable: %s", text);
        count++;
    }
    return count;
}

/* Mounts at three depths, one of them on a file, with a space in a name, and
 * one mount on another. */
static void volume_of_many_mounts(int stage)
{
    struct how how = {
        .flags = {"-v", format_text("%s/volume:/data:ro", scratch_folder)}};
    struct process process;

    (void)stage;
    host_command(NULL,
                 "mkdir volume && mount -t tmpfs one volume && "
                 "mkdir 'volume/a b' && mount -t tmpfs two 'volume/a b' && "
                 "mkdir 'volume/a b/c' && mount -t tmpfs three 'volume/a b/c' "
                 "&& mount -t tmpfs four 'volume/a b/c' && touch volume/file "
                 "&& mount --bind volume/file volume/file");
    process = start_stage_8(&how);
    ck_assert_int_eq(count_read_only(container_of(&process), "/data"), 4);
    end_container(&process);
    host_command(NULL, "umount -R volume; rmdir volume rootfs/data");
}

/* All that the host has. */
static void volume_of_everything(int stage)
{
    struct how how = {.flags = {"-v", "/:/host:ro"}};
    struct process process = start_stage_8(&how);

    (void)stage;
    ck_assert_int_ge(count_read_only(container_of(&process), "/host"), 3);
    end_container(&process);
    rmdir("rootfs/host");
}

/* ---- the same without mount_setattr(2) ----------------------------------- */

/* A mount that no path leads to, since another lies over a folder above it:
 * without the system call it cannot be made read-only, and that is said. */
static void refuse_hidden_mount(void)
{
    struct how how = {
        .flags = {"-v", format_text("%s/volume:/data:ro", scratch_folder)}};
    struct result result;

    host_command(NULL, "mkdir -p volume/a/b && mount -t tmpfs one volume/a/b "
                       "&& mount -t tmpfs two volume/a");
    result = run_stage_so(8, &how, "--", "true", NULL);
    host_command(NULL, "umount volume/a; umount volume/a/b; rm -r volume; "
                       "rmdir rootfs/data");
    expect_status(result, 125);
    expect_text("stderr", result.err, "make it read-only");
    expect_text("stderr", result.err, "hint: Linux 5.12");
}

static void run_check(const struct check *table, const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0) {
            table->run(8);
            return;
        }
    ck_abort_msg("there is no check %s", name);
}

static void works_without_mount_setattr(int stage)
{
    static const char *const full[] = {
        "masked_paths",          "read_only_paths", "mounts_of_stage_8",
        "filtered_system_calls", "read_only_root",  "terminal_of_its_own",
        "hostile_targets",       "hostile_devices"};
    static const char *const rootfs[] = {
        "volume_folder",       "volume_file",        "several_volumes",
        "volume_read_only",    "volume_keeps_flags", "volume_file_read_only",
        "volume_nested_mount", "mount_in_volume"};
    static const char *const here[] = {
        "own_program_file", "volume_read_only_and_not", "volume_of_many_mounts",
        "volume_of_everything"};

    (void)stage;
    need_cgroups();
    forbid(SYS_mount_setattr, ENOSYS);
    ck_assert(syscall(SYS_mount_setattr, -1, NULL, 0, NULL, 0) == -1 &&
              errno == ENOSYS);
    for (size_t i = 0; i < sizeof(full) / sizeof(*full); i++)
        run_check(full_checks, full[i]);
    for (size_t i = 0; i < sizeof(rootfs) / sizeof(*rootfs); i++)
        run_check(rootfs_checks, rootfs[i]);
    for (size_t i = 0; i < sizeof(here) / sizeof(*here); i++)
        run_check(old_kernel_checks, here[i]);
    refuse_hidden_mount();
}

const struct check old_kernel_checks[] = {
    {"own_program_file", 8, 8, own_program_file},
    {"volume_read_only_and_not", 8, 8, volume_read_only_and_not},
    {"volume_of_many_mounts", 8, 8, volume_of_many_mounts},
    {"volume_of_everything", 8, 8, volume_of_everything},
    {"works_without_mount_setattr", 8, 8, works_without_mount_setattr},
    {.name = NULL},
};
