/*
 * rootfs.c - checks of the root file system: what is mounted where, volumes,
 * the files of conf/, and what --chroot lets out.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "look.h"
#include "run.h"
#include "suite.h"

static int compare_lines(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* "TARGET TYPE" of each mount of a process, sorted, one a line. */
static char *mounts_of(pid_t pid)
{
    char *mounts = read_proc(pid, "mountinfo"), *line;
    char *lines[200];
    char *text = format_text("%s", "");
    size_t count = 0;

    while ((line = strsep(&mounts, "\n")) && count < 200) {
        char target[4096], type[64];
        char *separator = strstr(line, " - ");

        if (separator && sscanf(line, "%*d %*d %*s %*s %4095s", target) == 1 &&
            sscanf(separator, " - %63s", type) == 1)
            lines[count++] = format_text("%s %s\n", target, type);
    }
    qsort(lines, count, sizeof(*lines), compare_lines);
    for (size_t i = 0; i < count; i++)
        text = format_text("%s%s", text, lines[i]);
    return text;
}

/* Exactly these: nothing of the host's tree is left. */
static void list_of_mounts(int stage)
{
    struct process process = start_script(stage, NULL, forever);
    char *mounts = mounts_of(container_of(&process));
    char *type = strchr(mounts, ' ');

    /* the type of / and conf/ is that of the disk they are on */
    ck_assert(type != NULL);
    type = format_text("%.*s", (int)strcspn(type + 1, "\n"), type + 1);
    ck_assert_str_eq(mounts, format_text("/ %s\n"
                                         "/dev devtmpfs\n"
                                         "/dev/pts devpts\n"
                                         "/dev/shm tmpfs\n"
                                         "/etc/hostname %s\n"
                                         "/etc/hosts %s\n"
                                         "/etc/resolv.conf %s\n"
                                         "/proc proc\n"
                                         "/run tmpfs\n"
                                         "/sys sysfs\n"
                                         "/tmp tmpfs\n",
                                         type, type, type, type));
    end_container(&process);
}

/* The kernel's word for the root of the process is a folder of ours. */
static void root_is_rootfs(int stage)
{
    struct process process = start_script(stage, NULL, forever);
    char *link = format_text("/proc/%d/root", (int)container_of(&process));
    struct stat root, rootfs, host;

    ck_assert_int_eq(stat(link, &root), 0);
    ck_assert_int_eq(stat("rootfs", &rootfs), 0);
    ck_assert_int_eq(stat("/", &host), 0);
    ck_assert(root.st_ino == rootfs.st_ino && root.st_dev == rootfs.st_dev);
    ck_assert(root.st_ino != host.st_ino || root.st_dev != host.st_dev);
    end_container(&process);
}

static void starts_in_root(int stage)
{
    struct result result = run_stage(stage, "--", "pwd", NULL);

    expect_status(result, 0);
    ck_assert_str_eq(result.out, "/\n");
}

static void clean_environment(int stage)
{
    struct how how = {.environment = "SECRET=x"};
    struct result result = run_stage_so(stage, &how, "--", "env", NULL);
    char *line;

    expect_status(result, 0);
    expect_text("the environment", result.out, "PATH=/usr/local/sbin:");
    expect_text("the environment", result.out, "HOME=/root\n");
    while ((line = strsep(&result.out, "\n")))
        if (*line && strncmp(line, "PATH=", 5) != 0 &&
            strncmp(line, "HOME=", 5) != 0 && strncmp(line, "TERM=", 5) != 0 &&
            (stage < 8 || strncmp(line, "HOSTNAME=", 9) != 0))
            ck_abort_msg("in the environment: %s", line);
}

static void rootfs_flag(int stage)
{
    char *token = make_token();
    struct result result;

    ck_assert_int_eq(rename("rootfs", "other"), 0);
    put_file("other/etc/token", token);
    result =
        run_stage(stage, "--rootfs", "other", "--", "cat", "/etc/token", NULL);
    unlink("other/etc/token");
    ck_assert_int_eq(rename("other", "rootfs"), 0);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, token);
}

/* ---- conf/ -------------------------------------------------------------------- */

/* The files beside the rootfs are seen, in place of the rootfs's own. */
static void conf_files(int stage)
{
    static const char *const names[] = {"hosts", "hostname", "resolv.conf"};

    for (size_t i = 0; i < 3; i++) {
        char *token = make_token();
        char *path = format_text("conf/%s", names[i]);
        char *former = read_file(path);
        struct result result;

        put_file(path, token);
        result = run_stage(stage, "--", "cat", format_text("/etc/%s", names[i]),
                           NULL);
        put_file(path, former);
        expect_status(result, 0);
        expect_text("the file inside", result.out, token);
    }
}

/* Without conf/, the rootfs's own are left as they are. */
static void no_conf_files(int stage)
{
    struct result result;

    ck_assert_int_eq(rename("conf", "no-conf"), 0);
    result = run_script(stage, "cat /proc/self/mountinfo");
    ck_assert_int_eq(rename("no-conf", "conf"), 0);
    expect_status(result, 0);
    if (stage < 8)
        expect_no_text("mountinfo", result.out, " /etc/");
}

/* ---- devices -------------------------------------------------------------------- */

/* A new instance: the host's terminals are not in it, and ptmx makes one. */
static void own_terminals(int stage)
{
    struct process process = start_script(stage, NULL, forever);
    pid_t container = container_of(&process);
    char *folder = format_text("/proc/%d/root/dev/pts", (int)container);
    struct stat inside, outside;

    ck_assert_int_eq(stat(folder, &inside), 0);
    ck_assert_int_eq(stat("/dev/pts", &outside), 0);
    ck_assert(inside.st_dev != outside.st_dev);
    ck_assert_str_eq(folder_text(folder), "ptmx");
    end_container(&process);
}

static void usable_devices(int stage)
{
    struct result result =
        run_script(stage, "echo lost >/dev/null && head -c 8 /dev/zero | wc -c "
                          "&& head -c 8 /dev/urandom | wc -c && "
                          "test -c /dev/ptmx -o -L /dev/ptmx && "
                          "echo x >/dev/shm/x && cat /dev/shm/x && "
                          "echo y >/tmp/y && echo z >/run/z && "
                          "echo e >/dev/full || echo full");

    expect_status(result, 0);
    ck_assert_str_eq(result.out, "8\n8\nx\nfull\n");
}

/* ---- volumes ---------------------------------------------------------------------- */

/* Seen on both sides, in both directions. */
static void volume_folder(int stage)
{
    char *token = make_token();
    char *volume = format_text("%s/volume:/data", scratch_folder);
    struct result result;

    ck_assert_int_eq(mkdir("volume", 0755), 0);
    put_file("volume/in", token);
    result = run_stage(stage, "-v", volume, "--", "sh", "-c",
                       "cat /data/in; cp /data/in /data/out", NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, token);
    ck_assert_str_eq(read_file("volume/out"), token);
    host_command(NULL, "rm -r volume; rmdir rootfs/data");
}

static void volume_file(int stage)
{
    char *token = make_token();
    struct result result;

    put_file("file", token);
    result = run_stage(stage, "--volume",
                       format_text("%s/file:/some/where/file", scratch_folder),
                       "--", "cat", "/some/where/file", NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, token);
    unlink("file");
}

static void several_volumes(int stage)
{
    struct result result;

    put_file("one", "1");
    put_file("two", "2");
    result = run_stage(stage, "-v", format_text("%s/one:/one", scratch_folder),
                       "-v", format_text("%s/two:/two", scratch_folder), "--",
                       "cat", "/one", "/two", NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "12");
    unlink("one");
    unlink("two");
}

/* Not by writing, not by making, not by root's remounting by path through
 * another way in: the file is as it was, and the kernel says EROFS. */
static void volume_read_only(int stage)
{
    char *token = make_token();
    struct result result;

    ck_assert_int_eq(mkdir("volume", 0755), 0);
    put_file("volume/file", token);
    result = run_stage(
        stage, "-v", format_text("%s/volume:/data:ro", scratch_folder), "--",
        "sh", "-c",
        "echo spoilt >/data/file; echo new >/data/new; rm /data/file; "
        "chmod 777 /data; cat /data/file; true",
        NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, token);
    ck_assert_int_ge((int)count_text(result.err, "Read-only file system"), 2);
    ck_assert_str_eq(read_file("volume/file"), token);
    ck_assert_str_eq(folder_text("volume"), "file");
    host_command(NULL, "rm -r volume; rmdir rootfs/data");
}

static void volume_file_read_only(int stage)
{
    char *token = make_token();
    struct result result;

    put_file("file", token);
    result =
        run_stage(stage, "-v", format_text("%s/file:/file:ro", scratch_folder),
                  "--", "sh", "-c", "echo spoilt >/file; true", NULL);
    expect_status(result, 0);
    expect_text("stderr", result.err, "Read-only file system");
    ck_assert_str_eq(read_file("file"), token);
    unlink("file");
}

/* What is mounted below the source stays out, or is as read-only as the rest;
 * stage 8 brings it along. */
static void volume_nested_mount(int stage)
{
    char *token = make_token();
    char *volume = format_text("%s/volume:/data", scratch_folder);
    struct result result;
    char *left;

    ck_assert_int_eq(mkdir("volume", 0755), 0);
    ck_assert_int_eq(mkdir("volume/below", 0755), 0);
    ck_assert_int_eq(
        mount("below", "volume/below", "tmpfs", MS_NOSUID, "size=64k"), 0);
    put_file("volume/below/file", token);
    result =
        run_stage(stage, "-v", volume, "--", "cat", "/data/below/file", NULL);
    if (stage == 8)
        expect_status(result, 0);
    ck_assert_str_eq(result.out, stage == 8 ? token : "");
    run_stage(stage, "-v", format_text("%s:ro", volume), "--", "sh", "-c",
              "echo spoilt >/data/below/file", NULL);
    left = read_file("volume/below/file");
    umount("volume/below");
    host_command(NULL, "rm -r volume; rmdir rootfs/data");
    ck_assert_msg(strcmp(left, token) == 0,
                  "a mount below a read-only volume was written to");
}

/* A volume over nosuid stays nosuid when it is made read-only. */
static void volume_keeps_flags(int stage)
{
    struct how how = {
        .flags = {"-v", format_text("%s/volume:/data:ro", scratch_folder)}};
    struct process process;
    char *line;

    ck_assert_int_eq(mkdir("volume", 0755), 0);
    ck_assert_int_eq(mount("volume", "volume", "tmpfs",
                           MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=64k"),
                     0);
    process = start_script(stage, &how, forever);
    line = find_mount(container_of(&process), "/data");
    end_container(&process);
    umount("volume");
    rmdir("volume");
    ck_assert(line != NULL);
    expect_text("the volume's line in mountinfo", line,
                " ro,nosuid,nodev,noexec");
}

/* A mount inside a volume is no way out to the host, either. */
static void mount_in_volume(int stage)
{
    char *token = make_token();
    struct how how = {
        .flags = {"-v", format_text("%s/volume:/data", scratch_folder)}};
    struct process attack;

    ck_assert_int_eq(mkdir("volume", 0755), 0);
    attack = start_attack(stage, &how, "attack-4", "mount", "/data", token,
                          "60", NULL);
    ck_assert(within(10, *output_of(&attack)));
    expect_no_text("the host's mountinfo", read_proc(getpid(), "mountinfo"),
                   token);
    if (strstr(output_of(&attack), "mounted"))
        kill(container_of(&attack), SIGKILL);
    finish(&attack);
    rmdir("volume");
}

/* The target goes through a symbolic link of the rootfs that names a folder
 * of the host: it is looked up in the container's root. */
static void volume_target_symlink(int stage)
{
    char *outside = format_text("%s/outside", scratch_folder);

    ck_assert_int_eq(mkdir("outside", 0755), 0);
    ck_assert_int_eq(symlink(outside, "rootfs/link"), 0);
    put_file("file", "x");
    run_stage(stage, "-v", format_text("%s/file:/link/file", scratch_folder),
              "--", "true", NULL);
    unlink("rootfs/link");
    unlink("file");
    ck_assert_str_eq(folder_text("outside"), "");
    rmdir("outside");
    host_command(NULL, "rm -rf 'rootfs%s'", scratch_folder);
}

/* Links of the image that climb: as root of the container, ".." ends at its
 * root, not at the root that is being left. */
static void link_stays_inside(int stage)
{
    char *token = make_token();
    char *climb =
        format_text("../../../../../../../../..%s/outside", scratch_folder);

    ck_assert_int_eq(mkdir("outside", 0755), 0);
    put_file("conf/hosts.token", token);
    ck_assert_int_eq(rename("rootfs/etc/resolv.conf", "resolv.kept"), 0);
    ck_assert_int_eq(
        symlink(format_text("%s/stub", climb), "rootfs/etc/resolv.conf"), 0);
    ck_assert_int_eq(symlink(climb, "rootfs/link"), 0);
    run_stage(stage, "-v",
              format_text("%s/conf/hosts.token:/link/file", scratch_folder),
              "--", "true", NULL);
    unlink("rootfs/link");
    unlink("rootfs/etc/resolv.conf");
    rename("resolv.kept", "rootfs/etc/resolv.conf");
    unlink("conf/hosts.token");
    host_command(NULL, "rm -rf 'rootfs%s'", scratch_folder);
    ck_assert_str_eq(folder_text("outside"), "");
    rmdir("outside");
}

/* ---- --chroot ------------------------------------------------------------------------ */

/* The article's way, and its hole; the same program without the flag is the
 * property break_out. */
static void chroot_can_be_left(int stage)
{
    struct how how = {.flags = {"--chroot"}};
    char *token = make_token();
    char *path = format_text("%s/secret", scratch_folder);
    struct result result;

    put_file(path, token);
    result = run_stage(stage, "--chroot", "--", "cat", path, NULL);
    expect_no_text("stdout", result.out, token);
    result = run_attack(stage, &how, "breakout", path, NULL);
    unlink(path);
    expect_status(result, 0);
    expect_text("what breakout prints", result.out, token);
}

const struct check rootfs_checks[] = {
    {"list_of_mounts", 6, 7, list_of_mounts},
    {"root_is_rootfs", 6, 8, root_is_rootfs},
    {"starts_in_root", 6, 8, starts_in_root},
    {"clean_environment", 6, 8, clean_environment},
    {"rootfs_flag", 6, 8, rootfs_flag},
    {"conf_files", 6, 8, conf_files},
    {"no_conf_files", 6, 8, no_conf_files},
    {"own_terminals", 6, 8, own_terminals},
    {"usable_devices", 6, 8, usable_devices},
    {"volume_folder", 6, 8, volume_folder},
    {"volume_file", 6, 8, volume_file},
    {"several_volumes", 6, 8, several_volumes},
    {"volume_read_only", 6, 8, volume_read_only},
    {"volume_file_read_only", 6, 8, volume_file_read_only},
    {"volume_nested_mount", 6, 8, volume_nested_mount},
    {"volume_keeps_flags", 6, 8, volume_keeps_flags},
    {"mount_in_volume", 6, 8, mount_in_volume},
    {"volume_target_symlink", 6, 8, volume_target_symlink},
    {"link_stays_inside", 6, 8, link_stays_inside},
    {"chroot_can_be_left", 6, 7, chroot_can_be_left},
    {.name = NULL},
};
