/*
 * systems.c - checks on machines that are set up in another way: how / is
 * mounted, where the root file system lies, what a stage inherits from whoever
 * starts it, and a container around it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

static const char no_limits[] = "--memory max --cpus max --pids max";

/*
 * Runs a shell script on the host, in which "$stage" is the stage's program.
 * The script must start a container that prints $token; fails the check unless
 * the script prints that, and nothing else, and ends with 0.
 */
static void expect_token_from(int stage, const char *script)
{
    char *token = make_token();
    char *output;
    int status;

    if (stage >= 7)
        need_cgroups();
    output = host_command(&status, "exec </dev/null; stage='%s' token=%s; %s",
                          stage_path(stage), token, script);
    ck_assert_msg(
        status == 0 && strcmp(output, format_text("%s\n", token)) == 0,
        "printed \"%.900s\", exit status %d, not \"%s\" and 0: %.900s", output,
        status, token, script);
}

/* ---- how / is mounted ------------------------------------------------------- */

/* With each propagation that / may have, a container works, and neither a mount
 * of the stage's own nor one that is made inside reaches the host. The other
 * checks' host has it shared. */
static void propagation_of_root(int stage)
{
    static const char *const kinds[] = {"shared", "slave", "private"};

    for (size_t i = 0; i < 3; i++)
        expect_token_from(stage,
                          format_text("export stage token; unshare --mount "
                                      "--propagation %s sh -ec '\n"
                                      "before=$(cat /proc/self/mountinfo)\n"
                                      "\"$stage\" -- sh -c \"%s echo $token\"\n"
                                      "[ \"$(cat /proc/self/mountinfo)\" = "
                                      "\"$before\" ]'",
                                      kinds[i],
                                      stage >= 5 && stage <= 7
                                          ? "mount -t tmpfs none /proc/tty &&"
                                          : ""));
}

/* Nothing is executed from there, also not by stage 8, which copies itself. One
 * that this project lies in cannot be so. */
static void noexec_temporary_folders(int stage)
{
    expect_token_from(stage, "export stage token; unshare --mount sh -ec '\n"
                             "for folder in /tmp /var/tmp /dev/shm /run; do\n"
                             "    case $PWD in $folder/*) continue ;; esac\n"
                             "    mount -t tmpfs -o noexec none $folder\n"
                             "done\n"
                             "exec \"$stage\" -- echo $token'");
}

/* ---- where things lie ------------------------------------------------------- */

/* The program, the root file system and a volume, in a path of 1000 letters. */
static void long_path(int stage)
{
    char *path = format_text("%s", "long");
    char *part = format_text("%0199d", 0);
    char *script;

    for (int i = 0; i < 5; i++)
        path = format_text("%s/%s", path, part);
    script = format_text("export stage token; unshare --mount sh -ec '\n"
                         "mkdir -p %s/rootfs\n"
                         "cp -r conf %s\n"
                         "cp \"$stage\" %s/program\n"
                         "mount --bind rootfs %s/rootfs\n"
                         "cd %s\n",
                         path, path, path, path, path);
    expect_token_from(stage,
                      format_text("%s./program -- echo $token'", script));
    if (stage >= 6)
        expect_token_from(
            stage, format_text("%secho $token >file\n"
                               "\"$PWD/program\" --rootfs \"$PWD/rootfs\" "
                               "-v \"$PWD:/srv/volume$PWD:ro\" "
                               "-- cat \"/srv/volume$PWD/file\"\n"
                               "rm -r --one-file-system rootfs/srv/volume'",
                               script));
    host_command(NULL, "rm -rf --one-file-system long");
}

/* Runs the stage with a copy of the root file system on another one, which the
 * script `mounting` mounts on ./place. */
static void expect_token_on(int stage, const char *mounting,
                            const char *copying)
{
    ck_assert_int_eq(mkdir("place", 0755), 0);
    expect_token_from(
        stage, format_text("export stage token; unshare --mount sh -ec '\n"
                           "%s\n"
                           "%s\n"
                           "cd place\n"
                           "\"$stage\" -- sh -ec \"echo $token >/root/file\n"
                           "cat /root/file\n"
                           "test -c /dev/null\n"
                           "rm /root/file\"\n"
                           "\"$stage\" -v ..:/srv/volume:ro -- ls "
                           "/srv/volume/place >/dev/null'",
                           mounting, copying));
    ck_assert_int_eq(rmdir("place"), 0);
}

static void rootfs_on_tmpfs(int stage)
{
    expect_token_on(stage, "mount -t tmpfs none place",
                    "cp -a rootfs conf place");
}

/* overlayfs wants an upper folder that lies on no overlayfs. */
static void rootfs_on_overlayfs(int stage)
{
    int status;
    char *mounting =
        "mount -t tmpfs none place; mkdir place/upper place/work "
        "place/rootfs; cp -a conf place; mount -t overlay -o "
        "lowerdir=rootfs,upperdir=place/upper,workdir=place/work none "
        "place/rootfs";
    char *output;

    ck_assert_int_eq(mkdir("place", 0755), 0);
    output = host_command(&status, "unshare --mount sh -ec '%s'", mounting);
    ck_assert_int_eq(rmdir("place"), 0);
    if (status != 0)
        skip("no overlayfs here: %.120s", output);
    expect_token_on(stage, mounting, "");
}

static void rootfs_on_ext4(int stage)
{
    int status;
    char *output = host_command(
        &status, "truncate -s 200M image && mkfs.ext4 -q image && mkdir place "
                 "&& unshare --mount mount -o loop image place; "
                 "status=$?; rmdir place; exit $status");

    if (status != 0) {
        unlink("image");
        skip("no ext4 in a file here: %.120s", output);
    }
    expect_token_on(stage, "mount -o loop image place",
                    "cp -a rootfs conf place");
    ck_assert_int_eq(unlink("image"), 0);
}

/* ---- what a stage inherits -------------------------------------------------- */

/* Bytes are bytes: one that is no UTF-8 passes, and 0.5 is a half everywhere. */
static void other_locales(int stage)
{
    static const char *const locales[] = {"C", "POSIX", "de_DE.ISO-8859-1",
                                          "tr_TR.UTF-8", "no-such-locale"};

    ck_assert_int_eq(mkdir("\344", 0755), 0);
    for (size_t i = 0; i < sizeof(locales) / sizeof(*locales); i++)
        expect_token_from(
            stage,
            format_text("export LC_ALL=%s LANG=%s; "
                        "\"$stage\" %s %s -- sh -c 'test \"$1\" = \"\344\" "
                        "%s && echo \"$2\"' sh \"\344\" $token",
                        locales[i], locales[i], stage >= 7 ? "--cpus 0.5" : "",
                        stage >= 6 ? "-v \"$PWD/\344:/srv/\344\"" : "",
                        stage >= 6 ? "&& test -d \"/srv/\344\"" : ""));
    if (stage >= 6)
        ck_assert_int_eq(rmdir("rootfs/srv/\344"), 0);
    ck_assert_int_eq(rmdir("\344"), 0);
}

/* As with nohup: the shell that started the stage has ended. */
static void parent_is_gone(int stage)
{
    expect_token_from(
        stage, "export stage token; mkfifo go; exec 3<>go; sh -c '\n"
               "\"$stage\" -- sh -c \"read -r line; echo $token\" "
               "<&3 3<&- >out 2>&1 &\n"
               "echo $! >pid'\n"
               "read -r pid <pid\n"
               "grep -q '^PPid:.*[^0-9]1$' /proc/$pid/status || echo parent\n"
               "echo >&3\n"
               "for i in $(seq 200); do\n"
               "    [ -s out ] && break\n"
               "    sleep 0.05\n"
               "done\n"
               "cat out; rm out pid go");
}

/* Then getppid(2) is 0 in it, and 1 in a child without a PID namespace. */
static void stage_is_pid_1(int stage)
{
    expect_token_from(stage, "unshare --pid --fork --mount-proc --propagation "
                             "private \"$stage\" -- sh -c \"sleep 0.1; "
                             "echo $token\"");
}

/* No mode of the container's own depends on it, nor can the host's users reach
 * more than before. */
static void umask_of_the_caller(int stage)
{
    static const char *const masks[] = {"077", "0"};
    static const char script[] =
        "umask; stat -c %%a /tmp /run /dev/shm /srv/volume /etc/hosts; "
        ">/tmp/file; stat -c %%a /tmp/file; cat /etc/hostname";

    ck_assert_int_eq(mkdir("volume", 0750), 0);
    put_file("conf/hostname", "named\n");
    for (size_t i = 0; i < 2; i++) {
        int status;
        char *output = host_command(
            &status,
            "umask %s; exec '%s' -v \"$PWD/volume:/srv/volume\" -- "
            "sh -c '%s' </dev/null",
            masks[i], stage_path(stage), format_text(script));

        ck_assert_int_eq(status, 0);
        ck_assert_str_eq(output, "0022\n1777\n755\n1777\n750\n644\n644\n"
                                 "named\n");
        host_command(&status, "test \"$(stat -c %%a rootfs/srv/volume)\" = 755"
                              " && rmdir rootfs/srv/volume");
        ck_assert_msg(status == 0, "mode of the mount point, umask %s",
                      masks[i]);
    }
    ck_assert_int_eq(rmdir("volume"), 0);
}

/* ---- a container around it -------------------------------------------------- */

/* What stage `inner`, in a container of stage `outer`, does: works (its token
 * appears), or refuses with 125 and a hint that says what is missing. */
static void judge_inner(int outer, const char *outer_flags, int inner,
                        const char *inner_flags, const char *hint)
{
    char *token = make_token();
    int status;
    char *output = host_command(
        &status,
        "exec </dev/null '%s' %s -v '%s:/stages:ro' -v '%s:/scratch' -- "
        "sh -c 'cd /scratch && exec /stages/stage-%d %s -- echo %s'",
        stage_path(outer), outer_flags,
        host_command(NULL, "dirname '%s' | tr -d '\\n'", stage_path(inner)),
        scratch_folder, inner, inner_flags, token);
    bool works = status == 0 && strcmp(output, format_text("%s\n", token)) == 0;
    bool refuses = status == 125 && hint && strstr(output, "\nhint: ") &&
                   strstr(output, hint);

    ck_assert_msg(hint ? refuses : works,
                  "stage %d %s in stage %d %s should %s; status %d, %s", inner,
                  inner_flags, outer, outer_flags, hint ? "refuse" : "work",
                  status, output);
}

/* The mounts of an inner stage are its own; limits are the outer one's, as it
 * shows no cgroup file system that can be written. */
static void stages_inside(int stage)
{
    need_cgroups();
    for (int inner = 1; inner <= 7; inner++) {
        if (stage == 7) {
            judge_inner(7, "", inner, inner < 7 ? "" : no_limits, NULL);
            continue;
        }
        judge_inner(8, "", inner, inner < 7 ? "" : no_limits,
                    inner > 1 ? "--privileged" : NULL);
        judge_inner(8, "--cap-add ALL", inner, inner < 7 ? "" : no_limits,
                    NULL);
    }
    judge_inner(stage, stage == 8 ? "--cap-add ALL" : "", 7, "", "cgroup");
    judge_inner(stage, stage == 8 ? "--cap-add ALL" : "", 8, "", "cgroup");
    judge_inner(8, "", 8, "", "--privileged");
    host_command(NULL, "rmdir rootfs/stages rootfs/scratch");
}

const struct check system_checks[] = {
    {"propagation_of_root", 1, 8, propagation_of_root},
    {"noexec_temporary_folders", 1, 8, noexec_temporary_folders},
    {"long_path", 1, 8, long_path},
    {"rootfs_on_tmpfs", 6, 8, rootfs_on_tmpfs},
    {"rootfs_on_overlayfs", 6, 8, rootfs_on_overlayfs},
    {"rootfs_on_ext4", 6, 8, rootfs_on_ext4},
    {"other_locales", 1, 8, other_locales},
    {"parent_is_gone", 1, 8, parent_is_gone},
    {"stage_is_pid_1", 1, 8, stage_is_pid_1},
    {"umask_of_the_caller", 6, 8, umask_of_the_caller},
    {"stages_inside", 7, 8, stages_inside},
    {.name = NULL},
};
