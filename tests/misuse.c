/* misuse.c - checks of docker's form in wrong hands: words that contradict, and
 * machines on which nothing fits. It says so, and leaves nothing behind. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "suite.h"

#define stage(...) run_stage(8, __VA_ARGS__, NULL)
#define run(...) stage("run", "--rm", "--rootfs", "rootfs", __VA_ARGS__)
#define STORE "/var/lib/toy-docker"

static void expect_refused(struct result result, const char *text)
{
    expect_status(result, 125);
    ck_assert_str_eq(result.out, "");
    expect_text("stderr", result.err, text);
}

/* ---- words ---------------------------------------------------------------------- */

static void wrong_words(int stage_)
{
    static const char tty[] = "the input device is not a TTY\nhint: ";

    (void)stage_;
    need_cgroups();
    expect_refused(run("-it", "true"), tty);
    expect_status(run("-t", "true"), 0);
    expect_status(run("-m=64m", "-e=A=b", "sh", "-c", "test $A = b"), 0);
    expect_refused(run("-e", "=b", "true"), "NAME=VALUE");
    expect_refused(run("-v", "/usr:/d:ro,rw", "true"), "one of a kind");
    expect_refused(run("-v", "/usr:/d:slave,rshared", "true"), "of a kind");
    expect_status(run("-v", "/usr:/d:rslave,z,ro", "true"), 0);
    expect_refused(run("--mount",
                       "type=bind,src=/usr,dst=/d,"
                       "bind-propagation=ro",
                       "true"),
                   "--mount");
    expect_refused(stage("ps", "--filter", "web"), "name=, id=, ");
    expect_status(stage("ps", "-f", "json"), 0);
    expect_status(stage("run", "-dit", "--name", "web", "--rootfs", "rootfs",
                        "sleep", "1000"),
                  0);
    /* not half a template */
    expect_refused(stage("ps", "--format", "{{.Names}} {{.None}}"),
                   "there is no .None");
    expect_refused(stage("attach", "web"), tty);
    expect_refused(stage("attach", "--no-stdin", "web", "other"),
                   "one container is wanted");
    expect_refused(stage("exec", "-it", "web", "true"), tty);
    expect_status(stage("exec", "-dit", "web", "touch", "/touched"), 0);
    ck_assert(
        within(10, stage("exec", "web", "test", "-e", "/touched").status == 0));
    expect_status(stage("rm", "-f", "web"), 0);
}

/* ---- limits ---------------------------------------------------------------------- */

/* The stage with at most `limit` descriptors. Through a file: a container that
 * was created holds its output open. */
static char *with_descriptors(int limit, int *status, const char *arguments)
{
    char *said;

    host_command(status, "prlimit --nofile=%d '%s' %s >said 2>&1", limit,
                 stage_path(8), arguments);
    said = read_file("said");
    unlink("said");
    return said;
}

/* What cannot be looked at is not said to be missing. */
static void few_descriptors(int stage_)
{
    int limit, status = 1;

    (void)stage_;
    make_bundle("true", NULL);
    for (limit = 4; limit < 99 && status != 0; limit++) {
        char *said = with_descriptors(limit, &status,
                                      "--root state create --bundle bundle box "
                                      "</dev/null");

        ck_assert_msg(status == 0 || strcmp(folder_text("state"), "") == 0,
                      "with %d it says: %s, and leaves its state", limit, said);
    }
    ck_assert_int_gt(limit, 8);
    expect_status(oci("delete", "--force", "box"), 0);
    remove_bundle();
    expect_status(stage("run", "--name", "web", "--rootfs", "rootfs", "true"),
                  0);
    expect_text("ps", with_descriptors(4, &status, "ps -a"), "EMFILE");
    ck_assert_int_eq(status, 125);
    expect_text("rm", with_descriptors(4, &status, "rm -f web"), "EMFILE");
    expect_status(stage("rm", "web"), 0);
}

/* Nor is what runs said to have ended. */
static void no_proc(int stage_)
{
    static const char *const words[] = {"ps", "rm web", "stop -t 0 web",
                                        "exec web true"};
    int status;

    (void)stage_;
    need_cgroups();
    expect_status(stage("run", "-d", "--name", "web", "--rootfs", "rootfs",
                        "sleep", "1000"),
                  0);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        char *said = host_command(&status,
                                  "unshare -m sh -c 'mount -t tmpfs none /proc "
                                  "&& exec \"$@\"' sh timeout 20 '%s' %s 2>&1",
                                  stage_path(8), words[i]);

        ck_assert_msg(status == 125, "%s: %d, %s", words[i], status, said);
        expect_text(words[i], said, "/proc/");
    }
    ck_assert_str_eq(stage("inspect", "-f", "{{.State.Status}}", "web").out,
                     "running\n");
    expect_status(stage("rm", "-f", "web"), 0);
}

static void files_limited(int stage_)
{
    char *script = format_text("ulimit -f 16; '%s' run -d --name web --rootfs "
                               "rootfs sh -c 'yes a line; exec sleep 1000'",
                               stage_path(8));
    int status;

    (void)stage_;
    need_cgroups();
    expect_status(run("grep", "-q", "^SigIgn:.*0$", "/proc/self/status"), 0);
    host_command(&status, "%s", script);
    ck_assert_int_eq(status, 0);
    /* its log is full: it waits, as for a slow terminal */
    ck_assert(within(20, strlen(stage("logs", "web").out) > 500));
    usleep(300000);
    ck_assert_str_eq(stage("inspect", "-f", "{{.State.Status}}", "web").out,
                     "running\n");
    expect_status(stage("rm", "-f", "web"), 0);
    expect_text("run",
                host_command(&status,
                             "ulimit -f 0; '%s' run --rootfs rootfs "
                             "true 2>&1",
                             stage_path(8)),
                "(EFBIG)");
    ck_assert_int_eq(status, 125);
    ck_assert_str_eq(folder_text(STORE "/containers"), "");
}

#define in_store(...) stage("--data-root", "store", __VA_ARGS__)

static void store_full(int stage_)
{
    struct result result;
    pid_t pid;

    (void)stage_;
    need_cgroups();
    host_command(NULL, "mkdir store && mount -t tmpfs -o size=128k none store");
    expect_status(in_store("run", "-d", "--name", "web", "--rootfs", "rootfs",
                           "--pids-limit", "77", "sleep", "1000"),
                  0);
    pid = atoi(in_store("inspect", "-f", "{{.State.Pid}}", "web").out);
    host_command(NULL, "head -c 1m /dev/zero >store/fill");
    /* all of it, or nothing */
    expect_refused(in_store("update", "--pids-limit", "78", "web"), "(ENOSPC)");
    ck_assert_str_eq(cgroup_value(pid, "pids", "pids.max", "pids.max"), "77");
    expect_status(in_store("rm", "-f", "web"), 0);
    host_command(NULL, "head -c 1m /dev/zero >store/fill");
    for (int i = 0; i < 2; i++) {
        result = in_store("run", "--rootfs", "rootfs", "true");
        expect_status(result, 125);
        expect_text("stderr", result.err, "(ENOSPC)");
        ck_assert_str_eq(folder_text("store/containers"), "");
    }
    host_command(NULL, "umount store && rmdir store");
}

/* What goes to a full disk is not there: that is no success. */
static void output_lost(int stage_)
{
    static const char *const words[] = {"run --rm --rootfs rootfs", "logs",
                                        "start -a"};
    int status;

    (void)stage_;
    need_cgroups();
    expect_status(stage("run", "--name", "web", "--rootfs", "rootfs", "echo",
                        "something"),
                  0);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        char *said =
            host_command(&status, "'%s' %s %s 2>&1 >/dev/full", stage_path(8),
                         words[i], i ? "web" : "sh -c 'echo a; echo b'");

        ck_assert_msg(status == 125, "%s: %d", words[i], status);
        expect_text(words[i], said, "No space left on device");
        ck_assert_uint_eq(count_text(said, "No space left"), 1);
    }
    /* who has gone misses nothing */
    host_command(&status, "'%s' run --rm --rootfs rootfs echo x 2>&1 | true",
                 stage_path(8));
    ck_assert(within(10, strcmp(stage("ps", "-q").out, "") == 0));
    expect_status(stage("rm", "web"), 0);
}

const struct check misuse_checks[] = {
    {"misuse_words", 8, 8, wrong_words},
    {"misuse_few_descriptors", 8, 8, few_descriptors},
    {"misuse_no_proc", 8, 8, no_proc},
    {"misuse_files_limited", 8, 8, files_limited},
    {"misuse_store_full", 8, 8, store_full},
    {"misuse_output_lost", 8, 8, output_lost},
    {.name = NULL},
};
