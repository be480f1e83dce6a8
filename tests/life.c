/* life.c - checks of containers that have a name: from run -d to rm, and the
 * monitor that stays with each. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

#define stage(...) run_stage(8, __VA_ARGS__, NULL)
#define stage_so(how, ...) run_stage_so(8, how, __VA_ARGS__, NULL)
#define run_detached(...)                                                      \
    expect_id(stage("run", "-d", "--rootfs", "rootfs", "--name", __VA_ARGS__))

/* What run -d prints. */
static char *expect_id(struct result result)
{
    expect_status(result, 0);
    ck_assert_msg(strspn(result.out, "0123456789abcdef") == 64 &&
                      strcmp(result.out + 64, "\n") == 0,
                  "run -d printed: %s", result.out);
    result.out[64] = '\0';
    return result.out;
}

static void expect_out(struct result result, const char *out)
{
    expect_status(result, 0);
    ck_assert_str_eq(result.out, out);
}

static void expect_refused(struct result result, const char *text)
{
    expect_status(result, 125);
    expect_text("stderr", result.err, text);
}

/* The container's first process, by what the runtime keeps for OCI's callers. */
static pid_t process_of(const char *id)
{
    char *text = stage("state", id).out;
    char *pid = strstr(text, "\"pid\": ");

    return pid ? (pid_t)atoi(pid + 7) : 0;
}

static pid_t monitor_of(const char *id)
{
    return (pid_t)atoi(status_field(process_of(id), "PPid"));
}

/* What ps -a says of it. */
static char *status_text(const char *name)
{
    char *filter = format_text("name=%s", name);
    char *text = stage("ps", "-a", "--filter", filter, "--format", "json").out;
    char *status = strstr(text, "\"Status\":\"");

    return status
             ? format_text("%.*s", (int)strcspn(status + 10, "\""), status + 10)
             : "";
}

static bool is_status(const char *name, const char *beginning)
{
    return strncmp(status_text(name), beginning, strlen(beginning)) == 0;
}

static void expect_status_text(const char *name, const char *beginning)
{
    ck_assert_msg(is_status(name, beginning), "%s is: %s, not %s", name,
                  status_text(name), beginning);
}

/* ---- the ordinary life -------------------------------------------------------- */

static void life_and_names(int stage_)
{
    char *id, *beginning;

    (void)stage_;
    need_cgroups();
    id = run_detached("first", "sleep", "1000");
    beginning = format_text("%.12s", id);
    expect_status_text("first", "Up ");
    ck_assert(is_alive(process_of(id)));
    expect_text("ps", stage("ps").out, beginning);
    expect_out(stage("ps", "-q"), format_text("%s\n", beginning));
    expect_refused(
        stage("run", "-d", "--rootfs", "rootfs", "--name", "first", "true"),
        "the name \"first\" is taken by container ");
    expect_refused(stage("stop", "frist"), "hint: did you mean first?");
    expect_refused(stage("exec", "frist", "true"), "did you mean first?");
    expect_refused(stage("rm", "first"), "it is running");
    expect_refused(stage("stop", "other"), "no such container: other");
    /* the id's beginning, while it is nobody else's */
    beginning[5] = '\0';
    expect_out(stage("exec", beginning, "echo", "x"), "x\n");
    expect_out(stage("stop", beginning, "-t", "0"),
               format_text("%s\n", beginning));
    expect_status_text("first", "Exited (137) ");
    expect_out(stage("ps", "-q"), "");
    expect_refused(stage("exec", "first", "true"), "is not running");
    expect_refused(stage("kill", "first"), "it is exited");
    expect_out(stage("start", "first"), "first\n");
    expect_status_text("first", "Up ");
    ck_assert(is_alive(process_of(id)));
    expect_out(stage("kill", "first"), "first\n");
    expect_out(stage("rm", "first"), "first\n");
    expect_out(stage("ps", "-aq"), "");
}

/* What the container changed is there at its next start, and gone with it. */
static void life_keeps_files(int stage_)
{
    char *token = make_token(), *file;

    (void)stage_;
    need_cgroups();
    expect_status(stage("run", "--name", "files", "--rootfs", "rootfs", "sh",
                        "-c", "cat /word 2>/dev/null && exit 5; echo $0 >/word",
                        token),
                  0);
    expect_status_text("files", "Exited (0) ");
    expect_status(stage("start", "-a", "files"), 5);
    expect_text("logs", stage("logs", "files").out, token);
    ck_assert_int_eq(access("rootfs/word", F_OK), -1);
    /* the host's users cannot get at it, where it may be a setuid program */
    file = format_text("/var/lib/toy-docker/containers/%s/upper/word",
                       folder_text("/var/lib/toy-docker/containers"));
    ck_assert_int_eq(access(file, F_OK), 0);
    ck_assert_str_eq(host_command(NULL,
                                  "chroot --userspec=65534:65534 / "
                                  "cat '%s' 2>&1 >/dev/null | "
                                  "grep -o 'Permission denied'",
                                  file),
                     "Permission denied\n");
    expect_status(stage("rm", "files"), 0);
}

static void life_stop_signals(int stage_)
{
    static const char trap[] = "trap 'echo term; exit 3' TERM; "
                               "trap 'echo usr1; exit 4' USR1; echo ready; "
                               "while :; do sleep 0.05; done";

    (void)stage_;
    need_cgroups();
    run_detached("one", "sh", "-c", trap);
    run_detached("two", "--stop-signal", "USR1", "sh", "-c", trap);
    ck_assert(within(10, *stage("logs", "one").out));
    ck_assert(within(10, *stage("logs", "two").out));
    expect_out(stage("stop", "one", "two"), "one\ntwo\n");
    expect_status_text("one", "Exited (3) ");
    expect_status_text("two", "Exited (4) ");
    expect_text("logs", stage("logs", "two").out, "usr1");
    /* one that does not listen is killed in the end, a paused one as well */
    run_detached("three", "sh", "-c", "trap '' TERM; sleep 1000");
    expect_out(stage("pause", "three"), "three\n");
    expect_status_text("three", "Up ");
    expect_refused(stage("exec", "three", "true"), "paused container: three");
    expect_out(stage("unpause", "three"), "three\n");
    expect_out(stage("exec", "three", "echo", "x"), "x\n");
    stage("pause", "three");
    expect_out(stage("stop", "-t", "1", "three"), "three\n");
    expect_status_text("three", "Exited (137) ");
    expect_status(stage("rm", "one", "two", "three"), 0);
}

/* As many as its clients are, and some. */
static size_t count_descriptors(pid_t pid)
{
    char **names = list_folder(format_text("/proc/%d/fd", (int)pid));
    size_t count = 0;

    while (names && names[count])
        count++;
    return count;
}

/* How many the monitor has once it has let go of those who started it. */
static size_t count_at_rest(pid_t monitor)
{
    size_t before, count = count_descriptors(monitor);

    do {
        before = count;
        usleep((useconds_t)(100000 * slowness()));
        count = count_descriptors(monitor);
    } while (count != before);
    return count;
}

static void life_wait(int stage_)
{
    struct process waiting, removed;
    size_t before;
    pid_t monitor;

    (void)stage_;
    need_cgroups();
    run_detached("waited", "sh", "-c", "read x; exit 7");
    monitor = monitor_of(run_detached("removed", "--rm", "sleep", "1000"));
    waiting = start_stage(8, NULL, "wait", "waited", NULL);
    before = count_at_rest(monitor);
    removed = start_stage(8, NULL, "wait", "removed", NULL);
    ck_assert(within(10, count_descriptors(monitor) > before));
    stage("kill", "removed");
    expect_out(finish(&removed), "137\n");
    /* without -i its standard input has ended already */
    expect_out(finish(&waiting), "7\n");
    expect_out(stage("wait", "waited"), "7\n");
    expect_text("ps", stage("ps", "-a").out, "waited");
    expect_no_text("ps", stage("ps", "-a").out, "removed");
    expect_status(stage("rm", "waited"), 0);
}

/* ---- exec ----------------------------------------------------------------------- */

static void life_exec(int stage_)
{
    struct how input = {.input = "typed\n"};
    char *token = make_token(), *id;

    (void)stage_;
    need_cgroups();
    id = run_detached("host", "-e", "A=first", "sleep", "1000");
    expect_out(stage_so(&input, "exec", "host", "cat"), "");
    expect_out(stage_so(&input, "exec", "-i", "host", "cat"), "typed\n");
    expect_out(stage("exec", "-e", "B=second", "-w", "/tmp", "host", "sh", "-c",
                     "echo $A $B; pwd"),
               "first second\n/tmp\n");
    expect_out(stage("exec", "-u", "1000", "host", "id", "-u"), "1000\n");
    ck_assert_str_eq(
        stage("exec", "host", "grep", "Seccomp:", "/proc/self/status").out,
        "Seccomp:\t2\n");
    expect_status(stage("exec", "host", "sh", "-c", "exit 9"), 9);
    expect_status(stage("exec", "host", "no-such-command"), 127);
    expect_out(stage("exec", "-d", "host", "sh", "-c",
                     format_text("echo %s >/tmp/mark; exec sleep 999", token)),
               "");
    ck_assert(within(
        10, strstr(stage("exec", "host", "cat", "/tmp/mark").out, token)));
    /* docker's exec ends with the container */
    expect_text("ps", stage("ps", id).out, "sleep 999");
    expect_status(stage("rm", "host", "-f"), 0);
}

/* The container ends between exec's look at it and the new process: strace holds
 * exec back there. */
static void life_exec_meets_end(int stage_)
{
    const char *told;

    (void)stage_;
    need_cgroups();
    run_detached("host", "sleep", "2");
    told = host_command(NULL,
                        "strace -f -qq -o /dev/null -e trace=clone3 "
                        "-e inject=clone3:delay_enter=4000000 '%s' exec host "
                        "true 2>&1; echo $?",
                        stage_path(8));
    expect_text("exec", told, "stage-8: container host is not running\n125\n");
    expect_status(stage("rm", "host"), 0);
}

/* ---- the monitor ------------------------------------------------------------------ */

static void monitor_killed(int stage_)
{
    char *id, *other;
    pid_t process;

    (void)stage_;
    need_cgroups();
    id = run_detached("orphan", "sleep", "1000");
    other = run_detached("gone", "--rm", "sleep", "1000");
    process = process_of(id);
    kill(monitor_of(id), SIGKILL);
    kill(monitor_of(other), SIGKILL);
    ck_assert(within(10, !is_alive(process)));
    ck_assert(within(10, is_status("orphan", "Exited (255)")));
    expect_out(stage("ps", "-q"), "");
    expect_out(stage("wait", "orphan"), "255\n");
    /* it can begin anew, and be removed */
    expect_out(stage("start", "orphan"), "orphan\n");
    expect_status_text("orphan", "Up ");
    kill(monitor_of(id), SIGKILL);
    ck_assert(within(10, is_status("orphan", "Exited (255)")));
    expect_status(stage("rm", "orphan"), 0);
    /* the one of --rm goes with the next run */
    expect_status(stage("run", "--rm", "--rootfs", "rootfs", "true"), 0);
    expect_out(stage("ps", "-aq"), "");
}

/* So much is the monitor's alone; its program is a file that all share. */
static void monitor_is_small(int stage_)
{
    char *id, *text, *line;

    (void)stage_;
    need_cgroups();
    id = run_detached("small", "sh", "-c", "seq 1 20000; sleep 1000");
    ck_assert(within(10, strstr(stage("logs", "small").out, "\n20000\n")));
    if (atof(status_field(monitor_of(id), "VmSize")) > 1e9)
        skip("a sanitizer's memory would be counted");
    text = read_file(format_text("/proc/%d/smaps_rollup", (int)monitor_of(id)));
    line = text ? strstr(text, "\nAnonymous:") : NULL;
    if (!line)
        skip("no smaps_rollup here");
    ck_assert_int_gt(atoi(line + 11), 0);
    ck_assert_int_lt(atoi(line + 11), 400);
    expect_status(stage("rm", "-f", "small"), 0);
}

static size_t count_lines(const char *path)
{
    char *text = read_file(path);
    size_t lines = 0;

    for (char *c = text; c && *c; c++)
        lines += *c == '\n';
    return lines;
}

static void monitor_restarts(int stage_)
{
    pid_t first;
    char *id;

    (void)stage_;
    need_cgroups();
    host_command(NULL, "mkdir out");
    run_detached("fails", "-v", "./out:/out", "--restart", "on-failure:2", "sh",
                 "-c", "echo x >>/out/fails; exit 3");
    run_detached("fine", "-v", "./out:/out", "--restart", "on-failure", "sh",
                 "-c", "echo x >>/out/fine");
    run_detached("always", "-v", "./out:/out", "--restart", "always", "sh",
                 "-c", "echo x >>/out/always");
    ck_assert(within(30, is_status("fails", "Exited (3)")));
    ck_assert_uint_eq(count_lines("out/fails"), 3);
    ck_assert(within(10, is_status("fine", "Exited (0)")));
    ck_assert_uint_eq(count_lines("out/fine"), 1);
    ck_assert(within(30, count_lines("out/always") >= 3));
    /* while it waits for the next time, and for good */
    expect_out(stage("stop", "always"), "always\n");
    expect_status_text("always", "Exited (0)");
    expect_out(stage("ps", "-q"), "");
    /* who kills it means it; who kills its process does not */
    id = run_detached("steady", "--restart", "always", "sleep", "1000");
    first = process_of(id);
    kill(first, SIGKILL);
    ck_assert(within(10, process_of(id) && process_of(id) != first &&
                             is_status("steady", "Up ")));
    expect_out(stage("kill", "steady"), "steady\n");
    ck_assert(within(10, is_status("steady", "Exited (137)")));
    expect_status(stage("rm", "steady"), 0);
    run_detached("steady", "--restart", "always", "sh", "-c",
                 "trap 'exit 3' TERM; echo set; while :; do sleep 0.05; done");
    ck_assert(within(10, *stage("logs", "steady").out));
    expect_out(stage("kill", "-s", "TERM", "steady"), "steady\n");
    ck_assert(within(10, is_status("steady", "Exited (3)")));
    expect_out(stage("update", "--restart", "no", "always"), "always\n");
    expect_out(stage("start", "always"), "always\n");
    ck_assert(within(10, is_status("always", "Exited (0)")));
    expect_refused(stage("run", "--rm", "--restart", "always", "--rootfs",
                         "rootfs", "true"),
                   "--rm");
    expect_status(stage("rm", "fails", "fine", "always", "steady"), 0);
    host_command(NULL, "rm -r out");
}

static void monitor_updates(int stage_)
{
    char *id;

    (void)stage_;
    need_cgroups();
    id = run_detached("limited", "--pids-limit", "50", "sleep", "1000");
    expect_out(stage("update", "--pids-limit", "30", "-m", "80M", "limited"),
               "limited\n");
    ck_assert_str_eq(
        cgroup_value(process_of(id), "pids", "pids.max", "pids.max"), "30");
    stage("stop", "-t", "0", "limited");
    stage("start", "limited");
    ck_assert_str_eq(
        cgroup_value(process_of(id), "pids", "pids.max", "pids.max"), "30");
    ck_assert_str_eq(cgroup_value(process_of(id), "memory",
                                  "memory.limit_in_bytes", "memory.max"),
                     "83886080");
    expect_status(stage("rm", "-f", "limited"), 0);
}

/* Nothing is lost between the container and a slow reader of run. */
static void monitor_loses_nothing(int stage_)
{
    static const char command[] =
        "'%s' run --rm --rootfs rootfs sh -c 'seq 1 60000; seq 1 60000 >&2' "
        "2>err | (sleep 1; cat) >out; cmp out err && cksum <out";
    int status;
    char *sum;

    (void)stage_;
    need_cgroups();
    sum = host_command(&status, command, stage_path(8));
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(sum, host_command(NULL, "seq 1 60000 | cksum"));
    host_command(NULL, "rm out err");
}

/* Who starts a container in the foreground and is killed takes its standard
 * input along; not the container itself. */
static void monitor_outlives_client(int stage_)
{
    struct how typing = {.keep_input = true};
    struct process reader, other;

    (void)stage_;
    need_cgroups();
    reader =
        start_stage(8, &typing, "run", "-i", "--name", "reader", "--rootfs",
                    "rootfs", "sh", "-c", "echo ready; cat; exit 6", NULL);
    other =
        start_stage(8, &typing, "run", "--name", "other", "--rootfs", "rootfs",
                    "sh", "-c", "echo ready; exec sleep 1000", NULL);
    expect(&reader, "ready");
    expect(&other, "ready");
    end_now(&reader);
    end_now(&other);
    ck_assert(within(10, is_status("reader", "Exited (6)")));
    expect_status_text("other", "Up ");
    expect_status(stage("rm", "reader"), 0);
    expect_status(stage("rm", "-f", "other"), 0);
}

/* Several at once, of which one makes it run: nobody waits until it ends. */
static void started_at_once(int stage_)
{
    struct process starts[4];

    (void)stage_;
    need_cgroups();
    expect_id(stage("run", "-d", "--rootfs", "rootfs", "--name", "sleeper",
                    "sleep", "1000"));
    for (int times = 0; times < 3; times++) {
        expect_out(stage("kill", "sleeper"), "sleeper\n");
        expect_out(stage("wait", "sleeper"), "137\n");
        for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
            starts[i] = start_stage(8, NULL, "start", "sleeper", NULL);
        for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
            expect_out(finish(&starts[i]), "sleeper\n");
    }
    expect_status(stage("rm", "-f", "sleeper"), 0);
}

static void monitor_attach(int stage_)
{
    struct how typing = {.keep_input = true};
    struct process first, second, third;

    (void)stage_;
    need_cgroups();
    run_detached("echoes", "-i", "cat");
    first = start_stage(8, &typing, "attach", "echoes", NULL);
    second = start_stage(8, &typing, "attach", "--no-stdin", "echoes", NULL);
    third = start_stage(8, &typing, "start", "-a", "echoes", NULL);
    /* until all are there */
    ck_assert(within(
        10, (type_text(&first, "x\n"), strchr(output_of(&first), 'x') &&
                                           strchr(output_of(&second), 'x') &&
                                           strchr(output_of(&third), 'x'))));
    type_text(&first, "everybody\n");
    expect(&first, "everybody");
    expect(&second, "everybody");
    expect(&third, "everybody");
    expect_text("logs", stage("logs", "echoes").out, "everybody");
    expect_out(stage("kill", "echoes"), "echoes\n");
    expect_status(finish(&first), 137);
    expect_status(finish(&second), 137);
    expect_status(finish(&third), 137);
    expect_refused(stage("attach", "echoes"), "it is exited");
    expect_status(stage("rm", "echoes"), 0);
}

/* Who has no time to end has none at a restart either. */
static void life_restart(int stage_)
{
    (void)stage_;
    need_cgroups();
    run_detached("hasty", "--stop-timeout", "0", "sh", "-c",
                 "trap 'sleep 3; echo late; exit' TERM; echo ready; "
                 "while :; do sleep 0.05; done");
    ck_assert(within(10, *stage("logs", "hasty").out));
    expect_out(stage("restart", "hasty"), "hasty\n");
    expect_status_text("hasty", "Up ");
    ck_assert(within(10, count_text(stage("logs", "hasty").out, "ready") == 2));
    expect_no_text("logs", stage("logs", "hasty").out, "late");
    expect_status(stage("rm", "-f", "hasty"), 0);
}

/* Whenever run is killed, what is left can be seen and removed. */
static void monitor_run_killed(int stage_)
{
    (void)stage_;
    need_cgroups();
    for (int i = 0; i < 20; i++) {
        struct process killed =
            start_stage(8, NULL, "run", "-d", "--name", "victim", "--rootfs",
                        "rootfs", "sleep", "1000", NULL);

        usleep((useconds_t)(i * 500 * slowness()));
        end_now(&killed);
        expect_status(stage("rm", "-f", "victim"), 0);
        expect_out(stage("ps", "-aq"), "");
    }
    /* halves of a record go with the next run */
    expect_status(stage("run", "--rm", "--rootfs", "rootfs", "true"), 0);
    ck_assert_str_eq(folder_text("/var/lib/toy-docker/containers"), "");
}

/* A container that fills the disk of its own store ends all the same, how it
 * ended is known, and it can be removed. */
static void monitor_full_disk(int stage_)
{
    static const char fill[] = "head -c 50000000 /dev/zero >/big; echo "
                               "words for the log; exit 3";
    struct result result;

    (void)stage_;
    need_cgroups();
    host_command(NULL, "mkdir small && mount -t tmpfs -o size=4m small small");
#define small_stage(...) stage("--data-root", "small", __VA_ARGS__)
    result = small_stage("run", "--rootfs", "rootfs", "--name", "full", "sh",
                         "-c", fill);
    expect_status(result, 3);
    expect_text("stdout", result.out, "words for the log");
    expect_text("ps", small_stage("ps", "-a").out, "Exited (3)");
    expect_status(small_stage("start", "full"), 0);
    expect_out(small_stage("rm", "-f", "full"), "full\n");
    expect_out(small_stage("ps", "-aq"), "");
#undef small_stage
    host_command(NULL, "umount small && rmdir small");
}

/* A disk that has become read-only: who is there can be looked at, and ended. */
static void monitor_read_only_disk(int stage_)
{
    char *id;

    (void)stage_;
    need_cgroups();
    host_command(NULL, "mkdir small && mount -t tmpfs small small && tar -cf "
                       "tar -C rootfs/etc passwd");
#define small_stage(...) stage("--data-root", "small", __VA_ARGS__)
    expect_status(small_stage("import", "tar", "its:1"), 0);
    id = expect_id(small_stage("run", "-d", "--rootfs", "rootfs", "--name",
                               "web", "sh", "-c", "echo hello; sleep 1000"));
    ck_assert(within(10, strstr(small_stage("logs", "web").out, "hello\n")));
    host_command(NULL, "mount --bind small small && "
                       "mount -o remount,bind,ro small");
    expect_out(small_stage("logs", "web"), "hello\n");
    expect_text("ps", small_stage("ps").out, "web\n");
    expect_out(small_stage("inspect", "-f", "{{.Id}}", "web"),
               format_text("%s\n", id));
    expect_text("images", small_stage("images").out, "its ");
    expect_text("inspect", small_stage("inspect", "its:1").out, "its:1");
    expect_refused(small_stage("run", "--rootfs", "rootfs", "true"),
                   "Read-only file system (EROFS)\nhint: --data-root DIR is");
    expect_refused(small_stage("rmi", "its:1"), "Read-only file system");
    expect_out(small_stage("kill", "-s", "CONT", "web"), "web\n");
    expect_out(small_stage("stop", "-t", "0", "web"), "web\n");
    expect_text("ps", small_stage("ps", "-a").out, "Exited (137)");
    expect_refused(small_stage("rm", "web"), "Read-only file system");
    host_command(NULL, "umount small");
    expect_out(small_stage("rm", "web"), "web\n");
#undef small_stage
    host_command(NULL, "umount small && rmdir small && rm tar");
}

/* One that is not there is told, and the others are not left in the lurch. */
static void life_several(int stage_)
{
    (void)stage_;
    need_cgroups();
    run_detached("first", "sleep", "1000");
    run_detached("second", "sleep", "1000");
    expect_refused(stage("pause", "none", "first"), "no such container: none");
    expect_status_text("first", "Up ");
    ck_assert(strstr(status_text("first"), "(Paused)"));
    expect_refused(stage("stop", "-t", "0", "first", "none", "second"),
                   "no such container: none");
    expect_status_text("first", "Exited (137)");
    expect_status_text("second", "Exited (137)");
    expect_refused(stage("pause", "first"), "cannot pause container first: it "
                                            "is exited");
    expect_refused(stage("start", "none", "second"), "no such container: none");
    expect_status_text("second", "Up ");
    expect_refused(stage("kill", "first", "second"), "it is exited");
    ck_assert(within(10, is_status("second", "Exited (137)")));
    expect_status(stage("start", "second"), 0);
    expect_refused(stage("rm", "none", "second", "first"),
                   "cannot remove container second: it is running");
    expect_text("ps", stage("ps", "-a").out, "second");
    expect_no_text("ps", stage("ps", "-a").out, "first");
    expect_status(stage("rm", "-f", "second"), 0);
}

/* The second of two words is a signal as runc has it, though a container may be
 * named so, or have an id that begins so. */
static void life_signal_last(int stage_)
{
    (void)stage_;
    need_cgroups();
    run_detached("15", "sleep", "1000");
    run_detached("web", "sleep", "1000");
    expect_refused(stage("kill", "gone", "15"), "gone");
    expect_status_text("15", "Up ");
    expect_out(stage("kill", "web", "9"), "web\n");
    ck_assert(within(10, is_status("web", "Exited (137)")));
    expect_status_text("15", "Up ");
    expect_out(stage("kill", "-s", "KILL", "15"), "15\n");
    ck_assert(within(10, is_status("15", "Exited (137)")));
    expect_status(stage("rm", "web", "15"), 0);
}

/* All at once, on a container that ends meanwhile: what cannot be done any more
 * is told in words about the container, not by an errno; and nobody writes into
 * what another one writes. */
static void life_verbs_race(int stage_)
{
    static const char *const verbs[] = {
        "kill",    "pause",       "exec web true", "top",
        "unpause", "restart -t0", "commit",        "update --cpus 0.5",
        "stop",    "start",       "logs",          "stats --no-stream"};
    const int rounds = moments_of(8);
    char *script = format_text("%s", "");

    (void)stage_;
    need_cgroups();
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        script = format_text("%s '%s' %s %s 2>&1 >/dev/null & ", script,
                             stage_path(8), verbs[i],
                             strstr(verbs[i], "web") ? "" : "web");
    for (int i = 0; i < rounds; i++) {
        char *told;

        run_detached("web", "sleep", "0.02");
        told = host_command(NULL, "%swait", script);
        ck_assert_msg(!strstr(told, "(E") && !strstr(told, "missing") &&
                          !strstr(told, "does not freeze"),
                      "told: %s", told);
        told = host_command(NULL,
                            "for i in 1 2; do '%s' rm -f web 2>&1 & done "
                            "| sort -u; wait",
                            stage_path(8));
        ck_assert_msg(strcmp(told, "web\n") == 0 ||
                          strcmp(told,
                                 "hint: ps -a lists those that there are\n"
                                 "stage-8: no such container: web\n"
                                 "web\n") == 0,
                      "told: %s", told);
    }
    host_command(NULL, "'%s' images -q | xargs -r '%s' rmi", stage_path(8),
                 stage_path(8));
}

const struct check life_checks[] = {
    {"life_and_names", 8, 8, life_and_names},
    {"life_keeps_files", 8, 8, life_keeps_files},
    {"life_stop_signals", 8, 8, life_stop_signals},
    {"life_restart", 8, 8, life_restart},
    {"life_wait", 8, 8, life_wait},
    {"life_exec", 8, 8, life_exec},
    {"life_exec_meets_end", 8, 8, life_exec_meets_end},
    {"monitor_killed", 8, 8, monitor_killed},
    {"monitor_is_small", 8, 8, monitor_is_small},
    {"monitor_restarts", 8, 8, monitor_restarts},
    {"monitor_updates", 8, 8, monitor_updates},
    {"monitor_loses_nothing", 8, 8, monitor_loses_nothing},
    {"monitor_outlives_client", 8, 8, monitor_outlives_client},
    {"started_at_once", 8, 8, started_at_once},
    {"monitor_attach", 8, 8, monitor_attach},
    {"monitor_run_killed", 8, 8, monitor_run_killed},
    {"monitor_full_disk", 8, 8, monitor_full_disk},
    {"monitor_read_only_disk", 8, 8, monitor_read_only_disk},
    {"life_several", 8, 8, life_several},
    {"life_signal_last", 8, 8, life_signal_last},
    {"life_verbs_race", 8, 8, life_verbs_race},
    {.name = NULL},
};
