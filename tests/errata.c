/*
 * errata.c - what in the articles' programs goes wrong on a machine of today,
 * and that it does not go wrong here. The number is the article's.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

/* 000, 003: proc mounted in a namespace whose / is still shared appears on
 * the host, where it shows nothing once the container has ended. */
static void ps_on_host_after_container(int stage)
{
    int status;

    host_command(&status, "unshare --mount --pid --fork --propagation "
                          "unchanged mount -t proc proc /proc");
    ck_assert_int_eq(status, 0);
    ck_assert_msg(access("/proc/self", F_OK) == -1,
                  "the article's way does no harm here: no use for this check");
    ck_assert_int_eq(umount("/proc"), 0);

    expect_status(run_script(stage, "mount -t proc proc /proc || true"), 0);
    host_command(&status, "ps -p $$");
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(access("/proc/self", F_OK), 0);
}

/* 000: without root, clone's -1 is taken for a child, and the end is 0. */
static void failure_is_not_success(int stage)
{
    struct how how = {.user = 65534};
    struct result result = run_stage_so(stage, &how, "--", "true", NULL);

    expect_status(result, 125);
    expect_text("stderr", result.err, "sudo");
}

/* 000: that the IPC namespace can be shown; from both sides. */
static void queue_on_both_sides(int stage)
{
    char *before = read_file("/proc/sysvipc/msg"), *inside, *outside;
    struct how how = {.keep_input = true};
    struct process process = start_script(
        stage, &how, "ipcmk -Q && cat /proc/sysvipc/msg; echo made; read end");

    expect(&process, "made");
    inside = output_of(&process);
    outside = read_file("/proc/sysvipc/msg");
    expect_text("stdout", inside, "Message queue id:");
    ck_assert_int_eq(strcmp(before, outside) == 0, stage >= 3);
    if (stage < 3)
        host_command(NULL, "ipcrm --all=msg");
    type_text(&process, "end\n");
    finish(&process);
}

/* 000: a mount that fails ends the start; the article's goes on. */
static void failed_mount_ends_start(int stage)
{
    struct result result;

    ck_assert_int_eq(rename("rootfs/proc", "proc"), 0);
    put_file("rootfs/proc", "");
    result = run_stage(stage, "--", "echo", "it ran", NULL);
    unlink("rootfs/proc");
    ck_assert_int_eq(rename("proc", "rootfs/proc"), 0);
    expect_status(result, 125);
    expect_text("stderr", result.err, "/proc");
    ck_assert_str_eq(result.out, "");
}

/* 000: devtmpfs is one for the whole kernel: the host's devices are in it. */
static void devtmpfs_is_the_hosts(int stage)
{
    struct process process = start_script(stage, NULL, forever);
    char *path = format_text("/proc/%d/root/dev", (int)container_of(&process));
    char *host = find_mount(getpid(), "/dev");
    struct stat inside, outside;

    ck_assert_int_eq(stat(path, &inside), 0);
    ck_assert_int_eq(stat("/dev", &outside), 0);
    end_container(&process);
    if (!host || !strstr(host, " - devtmpfs "))
        skip("the host's /dev is no devtmpfs, as in a container");
    ck_assert_int_eq(inside.st_dev == outside.st_dev, stage < 8);
}

/* 000, 002, 004: with chroot, the way out; without, none. */
static void chroot_is_left(int stage)
{
    struct how by_chroot = {.flags = {"--chroot"}};
    char *token = make_token();
    char *path = format_text("%s/secret", scratch_folder);
    struct result with, without;

    put_file(path, token);
    with = run_attack(stage, &by_chroot, "breakout", path, NULL);
    without = run_attack(stage, NULL, "breakout", path, NULL);
    unlink(path);
    expect_text("with --chroot", with.out, token);
    expect_no_text("without --chroot", without.out, token);
}

/* 002: does not compile with GCC 14, whose C knows no implicit declaration. */
static void compiles_by_hand(int stage)
{
    char *program = format_text("%s/by-hand", scratch_folder);
    int status;
    char *output = host_command(
        &status,
        "cd '%s' && cc -std=gnu11 -D_GNU_SOURCE "
        "-Werror=implicit-function-declaration -o '%s' %02d-*/container.c "
        "common/*.c",
        top_folder, program, stage);

    ck_assert_msg(status == 0, "%s", output);
    host_command(&status, "'%s' --help", program);
    ck_assert_int_eq(status, 0);
    unlink(program);
}

/* 002: proc is mounted in the host's own tree, and stays there. */
static void no_mount_in_hosts_tree(int stage)
{
    struct process process = start_script(stage, NULL, forever);
    char *mounts = read_proc(getpid(), "mountinfo");

    expect_no_text("the host's mountinfo", mounts,
                   format_text("%s/rootfs", scratch_folder));
    ck_assert_int_eq(count_text(mounts, " - proc "),
                     count_text(read_proc(1, "mountinfo"), " - proc "));
    end_container(&process);
}

/* 002: no such file /sys/fs/cgroup/cpu/...: here they are looked for. */
static void cgroups_found_anywhere(int stage)
{
    struct result result;
    const char *top;
    bool v2;

    need_cgroups();
    top = find_cgroup_top("memory", &v2);
    ck_assert_int_eq(mkdir("elsewhere", 0755), 0);
    ck_assert_int_eq(mount("none", top, "tmpfs", 0, "size=4k"), 0);
    ck_assert_int_eq(mount("cgroup", "elsewhere", v2 ? "cgroup2" : "cgroup", 0,
                           v2 ? NULL : "memory"),
                     0);
    result = run_stage(stage, "--explain", "--", "true", NULL);
    ck_assert_int_eq(umount("elsewhere"), 0);
    ck_assert_int_eq(umount(top), 0);
    rmdir("elsewhere");
    expect_status(result, 0);
    expect_text("what is explained", result.err, "elsewhere/toy-docker/");
}

/* 003: every container ends with 255, whatever its command did. */
static void status_is_the_commands(int stage)
{
    expect_status(run_script(stage, "exit 0"), 0);
    expect_status(run_script(stage, "exit 42"), 42);
}

/* 004: pid 1 is a Go program that forwards nothing and reaps nobody; the
 * command is its child. Here pid 1 is the command, by the same exec. */
static void command_is_pid_1(int stage)
{
    struct result result = run_script(stage, "echo $$; exec cat /proc/1/comm");

    expect_status(result, 0);
    ck_assert_str_eq(result.out, stage >= 5 ? "1\ncat\n" : result.out);
    ck_assert_int_eq(strncmp(result.out, "1\n", 2), 0);
}

/* 002, the limit that comes after the loop has started: in cgroups.c, as
 * errata_limit_before_the_loop. */
const struct check erratum_checks[] = {
    {"errata_ps_on_host_after_container", 5, 8, ps_on_host_after_container},
    {"errata_failure_is_not_success", 2, 8, failure_is_not_success},
    {"errata_queue_on_both_sides", 1, 5, queue_on_both_sides},
    {"errata_failed_mount_ends_start", 6, 8, failed_mount_ends_start},
    {"errata_devtmpfs_is_the_hosts", 6, 8, devtmpfs_is_the_hosts},
    {"errata_chroot_is_left", 6, 7, chroot_is_left},
    {"errata_compiles_by_hand", 1, 7, compiles_by_hand},
    {"errata_no_mount_in_hosts_tree", 5, 8, no_mount_in_hosts_tree},
    {"errata_cgroups_found_anywhere", 7, 8, cgroups_found_anywhere},
    {"errata_status_is_the_commands", 1, 8, status_is_the_commands},
    {"errata_command_is_pid_1", 4, 8, command_is_pid_1},
    {.name = NULL},
};
