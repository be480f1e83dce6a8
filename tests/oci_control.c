/* oci_control.c - checks of pause, resume, ps, kill: what is done to a
 * container from outside while it runs. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "suite.h"

static void expect_refused(struct result result, const char *text)
{
    expect_status(result, 125);
    expect_text("stderr", result.err, text);
}

/* ---- pause, resume ------------------------------------------------------------ */

static bool uses_time(pid_t pid)
{
    double before = cpu_time(pid);

    usleep(200000);
    return cpu_time(pid) > before;
}

static void pause_and_resume(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle("while :; do :; done", NULL);
    pid = start_box();
    ck_assert(within(5, uses_time(pid)));
    expect_status(oci("pause", "box"), 0);
    ck_assert(!uses_time(pid));
    ck_assert_str_eq(box_status(), "paused");
    ck_assert_int_eq(box_pid(), pid);
    expect_text("list", oci("list").out, "paused");
    expect_refused(oci("pause", "box"), "it is paused");
    expect_refused(oci("start", "box"), "paused, not created");
    expect_refused(oci("delete", "box"), "paused, not stopped");
    expect_refused(oci("exec", "box", "true"), "a paused container: box");
    expect_status(oci("resume", "box"), 0);
    ck_assert(within(5, uses_time(pid)));
    ck_assert_str_eq(box_status(), "running");
    expect_refused(oci("resume", "box"), "running, not paused");
    expect_status(oci("kill", "box", "KILL"), 0);
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    expect_refused(oci("pause", "box"), "it is stopped");
    expect_refused(oci("exec", "box", "true"),
                   "cannot exec in a stopped container");
    expect_refused(oci("resume", "box"), "stopped, not paused");
    end_box();
}

/* Nothing that is put into it would ever run. */
static void frozen_group(int stage)
{
    bool v2;
    const char *top, *file;
    char *group;

    (void)stage;
    make_bundle("true", EDITS(IN("linux", "\"cgroupsPath\": \"/check-oci\"")));
    top = find_cgroup_top("freezer", &v2);
    if (!top) /* v2 can freeze any group */
        top = find_cgroup_top("pids", &v2);
    group = format_text("%s/check-oci", top);
    file = format_text("%s/%s", group, v2 ? "cgroup.freeze" : "freezer.state");
    ck_assert_int_eq(mkdir(group, 0755), 0);
    put_file(file, v2 ? "1" : "FROZEN");
    expect_refused(oci("run", "--bundle", "bundle", "box"),
                   "container's cgroup unexpectedly frozen");
    ck_assert_int_eq(rmdir(group), 0); /* it is not the runtime's */
    remove_bundle();
}

static void pause_of_created(int stage)
{
    (void)stage;
    make_bundle(forever, NULL);
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    expect_status(oci("pause", "box"), 0);
    ck_assert_str_eq(box_status(), "paused");
    expect_status(oci("resume", "box"), 0);
    ck_assert_str_eq(box_status(), "created");
    expect_status(oci("start", "box"), 0);
    ck_assert_str_eq(box_status(), "running");
    end_box();
}

/* In cgroup v1 who is frozen does not die. */
static void end_of_paused(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle(forever, NULL);
    pid = start_box();
    expect_status(oci("pause", "box"), 0);
    expect_status(oci("kill", "box", "TERM"), 0);
    ck_assert_str_eq(box_status(), "paused");
    expect_status(oci("kill", "box", "KILL"), 0);
    ck_assert(within(5, !is_alive(pid)));
    ck_assert_str_eq(box_status(), "stopped");
    expect_status(oci("delete", "box"), 0);
    pid = start_box();
    expect_status(oci("pause", "box"), 0);
    expect_status(oci("kill", "--all", "box", "KILL"), 0);
    ck_assert(within(5, !is_alive(pid)));
    expect_status(oci("delete", "box"), 0);
    pid = start_box();
    expect_status(oci("pause", "box"), 0);
    expect_status(oci("delete", "--force", "box"), 0);
    ck_assert(!is_alive(pid));
    remove_bundle();
}

static void exec_in_paused(int stage)
{
    struct process process;

    (void)stage;
    make_bundle(forever, NULL);
    start_box();
    expect_status(oci("pause", "box"), 0);
    process = start_stage(8, &oci_how, "exec", "--ignore-paused", "box", "echo",
                          "ran", NULL);
    usleep(200000);
    ck_assert_str_eq(output_of(&process), "");
    expect_status(oci("resume", "box"), 0);
    expect_status(finish(&process), 0);
    ck_assert_str_eq(output_of(&process), "ran\n");
    /* who is tired of waiting may go */
    expect_status(oci("pause", "box"), 0);
    process = start_stage(8, &oci_how, "exec", "--ignore-paused", "box", "sh",
                          "-c", "echo ran >/tmp/ran", NULL);
    usleep(200000);
    kill(process.pid, SIGTERM);
    expect_status(finish(&process), 128 + SIGTERM);
    expect_status(oci("resume", "box"), 0);
    usleep(200000);
    ck_assert_int_eq(access("rootfs/tmp/ran", F_OK), -1);
    end_box();
}

static void pause_without_freezer(int stage)
{
    bool v2;
    const char *top = find_cgroup_top("freezer", &v2);

    (void)stage;
    if (!top || v2)
        skip("the freezer is no hierarchy of its own here");
    make_bundle(forever, NULL);
    ck_assert_int_eq(mount("tmpfs", top, "tmpfs", 0, NULL), 0);
    start_box();
    expect_refused(oci("pause", "box"), "without the controller freezer");
    expect_status(oci("kill", "--all", "box", "KILL"), 0);
    end_box();
    umount2(top, MNT_DETACH);
}

/* ---- kill ------------------------------------------------------------------------ */

/* Pid 1 is deaf to signals that it does not handle, but a container that was
 * not started has nobody to handle them. */
static void kill_of_created(int stage)
{
    static const char *const signals[] = {"TERM", "INT", "10", "RTMIN"};

    (void)stage;
    make_bundle(forever, NULL);
    for (size_t i = 0; i < 3; i++) {
        expect_status(oci("create", "--bundle", "bundle", "box"), 0);
        expect_status(oci("kill", "box", "WINCH"), 0);
        usleep(20000);
        ck_assert_str_eq(box_status(), "created");
        expect_status(oci("kill", "box", signals[i]), 0);
        ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
        expect_refused(oci("start", "box"), "stopped, not created");
        expect_status(oci("delete", "box"), 0);
    }
    /* and what the command ignores is its own affair */
    start_box();
    expect_status(oci("kill", "box", "TERM"), 0);
    usleep(100000);
    ck_assert_str_eq(box_status(), "running");
    end_box();
}

/* In a PID namespace that others share, --all finds who is made meanwhile. */
static void kill_all_of_many(int stage)
{
    static const struct edit edits[] = {
        {"{\n        \"type\": \"pid\"\n      },", ""}, {0}};

    (void)stage;
    make_bundle("f() { sleep 90$$ & f & }; f; f; wait", edits);
    start_box();
    expect_status(oci("kill", "--all", "box", "KILL"), 0);
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    ck_assert(
        within(5, strcmp(oci("ps", "-f", "json", "box").out, "[]\n") == 0));
    end_box();
}

/* ---- delete ---------------------------------------------------------------------- */

/* With at most `limit` descriptors; what it says is thrown away. */
static int delete_with(int limit)
{
    char *told = host_command(NULL,
                              "prlimit --nofile=%d '%s' --root state delete "
                              "--force box >told 2>&1; echo $?; rm told",
                              limit, stage_path(8));

    return atoi(told);
}

/* It takes all, or says that it cannot, and can be tried again: what stays
 * behind and is forgotten is found by the stand-in at the end. */
static void delete_with_few_descriptors(int stage)
{
    int refused = 0, limit = 4, status = 1;

    (void)stage;
    make_bundle(forever, NULL);
    for (; limit < 64 && status != 0; limit++) {
        pid_t pid = start_box();

        status = delete_with(limit);
        if (status == 0)
            break;
        refused++;
        ck_assert_int_eq(access("state/box", F_OK), 0);
        expect_status(oci("delete", "--force", "box"), 0);
        ck_assert(within(5, kill(pid, 0) == -1));
    }
    ck_assert_int_gt(refused, 0);
    ck_assert_int_eq(status, 0);
    remove_bundle();
}

/* What may be made in the container's group is deeper than there are
 * descriptors, and a process lives at the end. */
static void delete_of_deep_groups(int stage)
{
    const char *top;
    pid_t member;
    bool v2;
    int home = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

    (void)stage;
    make_bundle(forever, EDITS(IN("linux", "\"cgroupsPath\": \"/check-oci\"")));
    start_box();
    top = find_cgroup_top("pids", &v2);
    ck_assert_int_eq(chdir(format_text("%s/check-oci", top)), 0);
    for (int i = 0; i < 100; i++)
        ck_assert(mkdir("deeper", 0755) == 0 && chdir("deeper") == 0);
    member = fork();
    if (member == 0) {
        execlp("sleep", "sleep", "1000", NULL);
        _exit(127);
    }
    put_file("cgroup.procs", format_text("%d", (int)member));
    ck_assert_int_eq(fchdir(home), 0);
    close(home);
    ck_assert_int_eq(delete_with(50), 0);
    ck_assert_int_eq(waitpid(member, NULL, 0), member);
    remove_bundle();
}

/* ---- ps -------------------------------------------------------------------------- */

static void lists_processes(int stage)
{
    struct result result;
    pid_t first, other;

    (void)stage;
    make_bundle("sleep 984; true", NULL);
    first = start_box();
    ck_assert(within(5, (other = find_process("sleep 984; true")) == first));
    expect_status(oci("exec", "-d", "box", "sleep", "985"), 0);
    ck_assert(within(5, (other = find_process("985")) != 0));
    result = oci("ps", "-f", "json", "box");
    expect_status(result, 0);
    expect_text("ps", result.out, format_text("[%d,", (int)first));
    expect_text("ps", result.out, format_text(",%d]\n", (int)other));
    ck_assert_uint_eq(count_text(result.out, ","), 2);
    host_command(NULL, "mkdir programs");
    put_file("programs/ps", "#!/bin/sh\nprintf 'A PID B\\n'\nfor p in "
                            "/proc/[0-9]*; do echo \"$# ${p#/proc/} $1\"; "
                            "done\n");
    chmod("programs/ps", 0755);
    setenv("PATH",
           format_text("%s/programs:%s", scratch_folder, getenv("PATH")), 1);
    result = oci("ps", "box");
    expect_text("ps", result.out, format_text("1 %d -ef\n", (int)other));
    ck_assert_uint_eq(count_text(result.out, "\n"), 4);
    expect_text("ps", oci("ps", "box", "-o", "pid").out,
                format_text("2 %d -o\n", (int)other));
    put_file("programs/ps", "#!/bin/sh\nexit 1\n");
    expect_refused(oci("ps", "box"), "ps ended with an error");
    host_command(NULL, "rm -r programs");
    expect_status(oci("kill", "box", "KILL"), 0);
    ck_assert(
        within(5, strcmp(oci("ps", "-f", "json", "box").out, "[]\n") == 0));
    end_box();
    expect_refused(oci("ps", "box"), "does not exist");
    expect_text("ps", oci("ps").out, "CONTAINER ID"); /* docker's */
}

const struct check oci_control_checks[] = {
    {"oci_ps", 8, 8, lists_processes},
    {"pause_and_resume", 8, 8, pause_and_resume},
    {"frozen_group", 8, 8, frozen_group},
    {"pause_of_created", 8, 8, pause_of_created},
    {"end_of_paused", 8, 8, end_of_paused},
    {"exec_in_paused", 8, 8, exec_in_paused},
    {"pause_without_freezer", 8, 8, pause_without_freezer},
    {"kill_of_created", 8, 8, kill_of_created},
    {"delete_with_few_descriptors", 8, 8, delete_with_few_descriptors},
    {"delete_of_deep_groups", 8, 8, delete_of_deep_groups},
    {"kill_all_of_many", 8, 8, kill_all_of_many},
    {0},
};
