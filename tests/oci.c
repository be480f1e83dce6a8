/* oci.c - checks of a container's life as an OCI runtime leads it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "suite.h"

/* Status 125, and a message that has `text`. */
static void expect_refused(struct result result, const char *text)
{
    expect_status(result, 125);
    expect_text("stderr", result.err, text);
}

/* Where the group of box is in the hierarchy of `controller`. */
static char *box_group(const char *controller)
{
    bool v2;

    return format_text("%s/toy-docker/container-box",
                       find_cgroup_top(controller, &v2));
}

/* ---- create, start, state, kill, delete ---------------------------------------- */

static void created_waits(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle("echo ran >/ran; while :; do sleep 0.05; done", NULL);
    expect_status(
        oci("create", "--bundle", "bundle", "--pid-file", "pid", "box"), 0);
    ck_assert_str_eq(box_status(), "created");
    pid = box_pid();
    ck_assert_int_eq(atoi(read_file("pid")), pid);
    unlink("pid");
    ck_assert(is_alive(pid));
    ck_assert_int_ne(namespace_of(pid, "mnt"), namespace_of(getpid(), "mnt"));
    expect_text("the group's processes",
                read_file(format_text("%s/cgroup.procs", box_group("pids"))),
                format_text("%d\n", (int)pid));
    usleep(100000);
    ck_assert_int_eq(access("rootfs/ran", F_OK), -1);
    expect_status(oci("start", "box"), 0);
    ck_assert(within(5, access("rootfs/ran", F_OK) == 0));
    ck_assert_str_eq(box_status(), "running");
    ck_assert_int_eq(box_pid(), pid);
    unlink("rootfs/ran");
    end_box();
    ck_assert(!is_alive(pid));
}

/* The errors of runtime.md. */
static void wrong_states(int stage)
{
    (void)stage;
    make_bundle(forever, NULL);
    expect_refused(oci("start", "box"), "does not exist");
    expect_refused(oci("state", "box"), "does not exist");
    expect_refused(oci("kill", "box", "TERM"), "does not exist");
    expect_refused(oci("delete", "box"), "does not exist");
    expect_status(oci("delete", "--force", "box"), 0);
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    expect_refused(oci("create", "--bundle", "bundle", "box"), "exists");
    expect_refused(oci("run", "--bundle", "bundle", "box"), "exists");
    expect_refused(oci("delete", "box"), "created, not stopped");
    expect_status(oci("start", "box"), 0);
    expect_refused(oci("start", "box"), "running, not created");
    expect_refused(oci("delete", "box"), "running, not stopped");
    expect_refused(oci("kill", "box", "NOSUCH"), "not a signal");
    expect_status(oci("kill", "box", "SIGKILL"), 0);
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    ck_assert_int_eq(box_pid(), 0);
    expect_refused(oci("kill", "box", "9"), "not running");
    expect_refused(oci("start", "box"), "stopped, not created");
    expect_status(oci("delete", "box"), 0);
    ck_assert_str_eq(box_status(), "");
    ck_assert_str_eq(folder_text("state"), "");
    remove_bundle();
}

static void bad_ids(int stage)
{
    static const char *const ids[] = {"",    ".",    "..",   "a/b", "../a",
                                      "a b", "-x--", "a\nb", "\xff"};
    char *many = malloc(5001);

    (void)stage;
    make_bundle("true", NULL);
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
        expect_status(oci("create", "--bundle", "bundle", "--", ids[i]), 125);
    memset(many, 'a', 5000);
    many[5000] = '\0';
    expect_refused(oci("create", "--bundle", "bundle", many), "at most");
    expect_refused(oci("create", "--bundle", "bundle", "a/b"),
                   "invalid character `/` in the ID");
    expect_refused(oci("create", "--bundle", "bundle"), "missing");
    ck_assert_int_eq(access("state", F_OK), -1);
    remove_bundle();
}

/* A process that is only a namesake is not touched. */
static void reused_pid(int stage)
{
    char *text;
    pid_t other;

    (void)stage;
    make_bundle("true", NULL);
    start_box();
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    other = fork();
    if (other == 0)
        for (;;)
            pause();
    text = read_file("state/box/state.json");
    text = strstr(text, "\"start\"");
    put_file("state/box/state.json",
             format_text("{\"pid\":%d,%s", (int)other, text));
    ck_assert_str_eq(box_status(), "stopped");
    expect_refused(oci("kill", "box", "KILL"), "not running");
    expect_status(oci("delete", "--force", "box"), 0);
    ck_assert(is_alive(other));
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    remove_bundle();
}

static void two_creates(int stage)
{
    (void)stage;
    make_bundle(forever, NULL);
    for (int i = 0; i < 5; i++) {
        struct process one = start_stage(8, &oci_how, "create", "--bundle",
                                         "bundle", "box", NULL);
        struct process two = start_stage(8, &oci_how, "create", "--bundle",
                                         "bundle", "box", NULL);
        struct result first = finish(&one), second = finish(&two);

        ck_assert_int_eq(first.status + second.status, 125);
        expect_text("stderr", first.status ? first.err : second.err,
                    "already exists");
        ck_assert_str_eq(box_status(), "created");
        expect_status(oci("delete", "--force", "box"), 0);
    }
    remove_bundle();
}

/* Killed at any point, the runtime leaves what delete --force removes whole. */
static void killed_runtime(int stage)
{
    const int moments = moments_of(40);

    (void)stage;
    make_bundle(forever, NULL);
    for (int i = 0; i < moments; i++) {
        struct process process = start_stage(8, &oci_how, "create", "--bundle",
                                             "bundle", "box", NULL);

        usleep((useconds_t)(12000 * slowness() * i / moments));
        end_now(&process);
        expect_status(oci("delete", "--force", "box"), 0);
        ck_assert_str_eq(box_status(), "");
        ck_assert_int_eq(access(box_group("pids"), F_OK), -1);
    }
    remove_bundle();
}

/* In a PID namespace that others share, the first process takes nobody along. */
static void forced_delete_takes_all(int stage)
{
    static const struct edit edits[] = {
        {"{\n        \"type\": \"pid\"\n      },", ""}, {0}};
    char *procs = format_text("%s/cgroup.procs", box_group("pids"));
    pid_t first, other;

    (void)stage;
    make_bundle("n=99; sleep ${n}9 & sleep ${n}8", edits);
    first = start_box();
    ck_assert(within(5, (other = find_process("999")) != 0));
    expect_text("the group", read_file(procs), format_text("%d\n", (int)other));
    kill(first, SIGKILL);
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    ck_assert(is_alive(other));
    expect_status(oci("kill", "--all", "box", "9"), 0);
    ck_assert(within(5, !is_alive(other)));
    end_box();
}

/* ---- run ------------------------------------------------------------------------- */

static void run_in_foreground(int stage)
{
    struct result result;

    (void)stage;
    make_bundle("echo out; echo err >&2; exit 42", NULL);
    result = oci("run", "--bundle", "bundle", "box");
    expect_status(result, 42);
    ck_assert_str_eq(result.out, "out\n");
    expect_text("stderr", result.err, "err");
    ck_assert_str_eq(box_status(), "");
    make_bundle("kill -9 $$", NULL);
    /* pid 1 is deaf to signals of its own namespace */
    expect_status(oci("run", "--bundle", "bundle", "box"), 0);
    make_bundle(forever, NULL);
    expect_status(oci("run", "-d", "--bundle", "bundle", "box"), 0);
    ck_assert_str_eq(box_status(), "running");
    end_box();
}

static void run_and_keep(int stage)
{
    (void)stage;
    make_bundle("exit 42", NULL);
    expect_status(oci("run", "--keep", "--bundle", "bundle", "box"), 42);
    ck_assert_str_eq(box_status(), "stopped");
    expect_refused(oci("run", "--keep", "--bundle", "bundle", "box"), "box");
    ck_assert_int_eq(access(box_group("pids"), F_OK), 0);
    expect_status(oci("delete", "box"), 0);
    ck_assert_int_eq(access(box_group("pids"), F_OK), -1);
    remove_bundle();
}

/* It is what start needs; and what is there to be run then is create's. */
static void no_process(int stage)
{
    (void)stage;
    make_bundle("true", EDITS({"\"process\"", "\"prozess\""}));
    expect_refused(oci("run", "--bundle", "bundle", "box"),
                   "process: is missing");
    ck_assert_str_eq(box_status(), "");
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    expect_refused(oci("start", "box"), "has no process");
    ck_assert_str_eq(box_status(), "created");
    end_box();
}

/* Whoever gets into its process while it waits gets nothing of the host's. */
static void created_holds_nothing(int stage)
{
    char link[512];
    int fds = 0;
    pid_t pid;

    (void)stage;
    make_bundle("true", NULL);
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    pid = box_pid();
    for (int fd = 0; fd < 256; fd++) {
        ssize_t length = readlink(format_text("/proc/%d/fd/%d", (int)pid, fd),
                                  link, sizeof(link) - 1);

        if (length == -1)
            continue;
        fds++;
        link[length] = '\0';
        /* the folders of its state and of its groups have its name in them */
        ck_assert_msg(!strstr(link, "box"), "descriptor %d: %s", fd, link);
    }
    ck_assert_int_ge(fds, 3);
    end_box();
}

/* docker's run is still there. */
static void run_with_rootfs(int stage)
{
    (void)stage;
    need_cgroups();
    ck_assert_str_eq(
        run_stage(8, "run", "--rm", "--rootfs", "rootfs", "echo", "hi", NULL)
            .out,
        "hi\n");
}

/* The caller learns of it from create, whose status tells what it was. */
static void missing_command(int stage)
{
    static const struct edit missing[] = {{"\"sh\"", "\"/no/such\""}, {0}};
    static const struct edit folder[] = {{"\"sh\"", "\"/etc\""}, {0}};
    struct result result;
    char *log;

    (void)stage;
    make_bundle("true", missing);
    result = oci("--log", "log", "--log-format", "json", "create", "--bundle",
                 "bundle", "box");
    expect_status(result, 127);
    expect_text("stderr", result.err, "/no/such: No such file");
    log = read_file("log");
    ck_assert_int_eq(count_text(log, "\n"), 1);
    expect_text("the log", log,
                "{\"level\":\"error\",\"msg\":\"execve /no/such: "
                "executable file not found (ENOENT)\"");
    unlink("log");
    expect_status(oci("--log", "log", "state", "box"), 125);
    expect_text("the log", read_file("log"), "level=error msg=\"container box");
    unlink("log");
    expect_status(oci("--debug", "--log", "log", "state", "box"), 125);
    expect_text("the log", read_file("log"), ": state box ended with 125\"");
    unlink("log");
    expect_refused(oci("--log", "log", "checkpoint", "box"),
                   "\"checkpoint\" is not supported");
    unlink("log");
    expect_refused(oci("--log", "log", "state", "--nope", "box"), "--nope");
    expect_text("the log", read_file("log"), "--nope");
    unlink("log");
    make_bundle("true", folder);
    expect_status(oci("--log", "log", "create", "--bundle", "bundle", "box"),
                  126);
    expect_text("the log", read_file("log"),
                "/etc: permission denied (EACCES)");
    unlink("log");
    ck_assert_str_eq(folder_text("state"), "");
    remove_bundle();
}

/* What can only be known at the end: a script whose interpreter is missing. */
static void start_that_fails(int stage)
{
    static const struct edit edits[] = {{"\"sh\"", "\"/tmp/script\""}, {0}};
    struct result result;

    (void)stage;
    make_bundle("true", edits);
    put_file("rootfs/tmp/script", "#!/no/interpreter\n");
    chmod("rootfs/tmp/script", 0755);
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    result = oci("start", "box");
    expect_status(result, 127);
    expect_text("stderr", result.err, "loader or interpreter");
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    unlink("rootfs/tmp/script");
    end_box();
}

/* ---- around it -------------------------------------------------------------------- */

static void lists(int stage)
{
    (void)stage;
    make_bundle(forever, NULL);
    ck_assert_str_eq(oci("list", "-q").out, "");
    ck_assert_str_eq(oci("list", "--format", "json").out, "[]\n");
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    expect_status(oci("create", "--bundle", "bundle", "ark"), 0);
    expect_status(oci("start", "ark"), 0);
    ck_assert_str_eq(oci("list", "--quiet").out, "ark\nbox\n");
    expect_text("list", oci("list").out, "created");
    expect_text("list", oci("list", "-f", "json").out,
                "\"id\":\"ark\",\"pid\":");
    expect_status(oci("delete", "-f", "ark"), 0);
    end_box();
}

static void tells_about_itself(int stage)
{
    struct result result = oci("features");

    (void)stage;
    expect_status(result, 0);
    expect_text("features", result.out, "\"rslave\"");
    expect_text("features", result.out, "\"CAP_CHOWN\"");
    expect_text("features", result.out, "\"tmpcopyup\"");
    expect_text("--version", run_stage(8, "--version", NULL).out, "spec: 1.");
    expect_text("--version", oci("--version").out, "spec: 1.");
    expect_refused(oci("--systemd-cgroup", "list"), "not supported");
    expect_refused(oci("--cgroup-manager", "systemd", "list"), "not supported");
    expect_refused(oci("--rootless", "true", "list"), "not supported");
    make_bundle("true", NULL);
    expect_refused(oci("spec", "--bundle", "bundle"), "File exists");
    remove_bundle();
}

static char *followed(const char *link)
{
    char target[4096] = "";

    ck_assert_int_gt(readlink(link, target, sizeof(target) - 1), 0);
    return format_text("%s", target);
}

static void console_socket(int stage)
{
    static const struct edit edits[] = {{"\"terminal\": false",
                                         "\"terminal\": true, \"consoleSize\": "
                                         "{\"height\": 33, \"width\": 77}"},
                                        {0}};
    struct sockaddr_un address = {AF_UNIX, "console"};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), master;
    char text[4096] = "";

    (void)stage;
    make_bundle("tty; stty size; exec sleep 100", edits);
    expect_refused(oci("create", "--bundle", "bundle", "box"),
                   "--console-socket is needed");
    ck_assert_int_eq(
        bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    expect_status(oci("create", "--bundle", "bundle", "--console-socket",
                      "console", "box"),
                  0);
    master = receive_descriptor(accept(listener, NULL, NULL), NULL);
    /* while it waits it holds none of create's streams: who reads those to
     * their end has nobody to wait for */
    for (int stream = 0; stream <= STDERR_FILENO; stream++)
        ck_assert_str_eq(
            followed(format_text("/proc/%d/fd/%d", (int)box_pid(), stream)),
            "/dev/pts/0");
    expect_status(oci("start", "box"), 0);
    for (size_t length = 0; !strstr(text, "33 77");) {
        ssize_t got = read(master, text + length, sizeof(text) - 1 - length);

        length += got > 0 ? (size_t)got : 0;
        ck_assert_msg(got > 0 || errno == EAGAIN, "the terminal: %s", text);
        usleep(1000);
    }
    expect_text("the terminal", text, "/dev/pts/0");
    close(master);
    close(listener);
    unlink("console");
    make_bundle("true", NULL);
    expect_refused(oci("create", "--bundle", "bundle", "--console-socket",
                       "console", "cup"),
                   "terminal is not true");
    end_box();
}

/* Two-sided: with the flag it is there, without it is not. */
static void preserved_descriptors(int stage)
{
    struct how how = oci_how;
    struct result result;
    int fds[2];

    (void)stage;
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(dup2(fds[0], 3), 3);
    how.descriptor = 3;
    make_bundle("ls /proc/self/fd", NULL);
    result = run_stage_so(8, &how, "run", "--bundle", "bundle",
                          "--preserve-fds", "1", "box", NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "0\n1\n2\n3\n4\n"); /* 4: ls's own */
    result = run_stage_so(8, &how, "run", "--bundle", "bundle", "box", NULL);
    ck_assert_str_eq(result.out, "0\n1\n2\n3\n");
    result = run_stage_so(8, &how, "run", "--bundle", "bundle",
                          "--preserve-fds", "3", "box", NULL);
    expect_refused(result, "descriptor");
    remove_bundle();
}

/* As systemd and podman hand over sockets: sd_listen_fds(3). */
static void sockets_of_systemd(int stage)
{
    static const char in_container[] =
        "echo $LISTEN_FDS $LISTEN_PID; ls /proc/self/fd | tr '\\n' ' '";
    struct how how = {.program = "/bin/sh", .descriptor = 3};
    struct result result;
    int fds[2];

    (void)stage;
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(dup2(fds[0], 3), 3);
    make_bundle(in_container, NULL);
    result = run_stage_so(8, &how, "-c",
                          format_text("LISTEN_FDS=1 LISTEN_PID=$$ exec '%s' "
                                      "--root state run --bundle bundle box",
                                      stage_path(8)),
                          NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "1 1\n0 1 2 3 4 ");
    /* those of another process */
    result = run_stage_so(8, &how, "-c",
                          format_text("LISTEN_FDS=1 LISTEN_PID=1 exec '%s' "
                                      "--root state run --bundle bundle box",
                                      stage_path(8)),
                          NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "\n0 1 2 3 ");
    remove_bundle();
}

static void without_cgroups(int stage)
{
    static const struct how how = {
        .flags = {"--root", "state", "--cgroup-manager", "disabled"}};

    (void)stage;
    make_bundle(forever, NULL);
    expect_status(
        run_stage_so(8, &how, "create", "--bundle", "bundle", "box", NULL), 0);
    ck_assert_int_eq(access(box_group("pids"), F_OK), -1);
    end_box();
}

const struct check oci_checks[] = {
    {"oci_created_waits", 8, 8, created_waits},
    {"oci_wrong_states", 8, 8, wrong_states},
    {"oci_bad_ids", 8, 8, bad_ids},
    {"oci_reused_pid", 8, 8, reused_pid},
    {"oci_two_creates", 8, 8, two_creates},
    {"oci_killed_runtime", 8, 8, killed_runtime},
    {"oci_forced_delete_takes_all", 8, 8, forced_delete_takes_all},
    {"oci_run_in_foreground", 8, 8, run_in_foreground},
    {"oci_run_and_keep", 8, 8, run_and_keep},
    {"oci_no_process", 8, 8, no_process},
    {"oci_created_holds_nothing", 8, 8, created_holds_nothing},
    {"oci_run_with_rootfs", 8, 8, run_with_rootfs},
    {"oci_missing_command", 8, 8, missing_command},
    {"oci_start_that_fails", 8, 8, start_that_fails},
    {"oci_lists", 8, 8, lists},
    {"oci_tells_about_itself", 8, 8, tells_about_itself},
    {"oci_console_socket", 8, 8, console_socket},
    {"oci_preserved_descriptors", 8, 8, preserved_descriptors},
    {"oci_sockets_of_systemd", 8, 8, sockets_of_systemd},
    {"oci_without_cgroups", 8, 8, without_cgroups},
    {0},
};
