/* oci_callers.c - checks of what crun's and runc's callers count on beyond the
 * specification. */
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "suite.h"

/* ---- flags ------------------------------------------------------------------ */

static void other_config(int stage)
{
    struct result result;

    (void)stage;
    make_bundle("echo the other", NULL);
    host_command(NULL, "mkdir bundle/sub && mv bundle/config.json bundle/sub/c "
                       "&& sed s/other/wrong/ bundle/sub/c "
                       ">bundle/config.json");
    result = oci("run", "--bundle", "bundle", "--config", "sub/c", "box");
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "the other\n");
    remove_bundle();
}

static void deleted_by_expression(int stage)
{
    static const char *const ids[] = {"box", "box-2", "cup"};

    (void)stage;
    make_bundle(forever, NULL);
    for (size_t i = 0; i < 3; i++)
        expect_status(oci("create", "--bundle", "bundle", ids[i]), 0);
    expect_status(oci("delete", "--regex", "^b.x"), 125);
    expect_status(oci("delete", "--force", "--regex", "("), 125);
    ck_assert_str_eq(oci("list", "-q").out, "box\nbox-2\ncup\n");
    expect_status(oci("delete", "--force", "--regex", "^b.x"), 0);
    ck_assert_str_eq(oci("list", "-q").out, "cup\n");
    expect_status(oci("delete", "--force", "cup"), 0);
    remove_bundle();
}

/* ---- config.json ---------------------------------------------------------- */

/* What is the file system's goes nowhere on a bind, as with mount(2). */
static void options_of_a_bind(int stage)
{
    struct result result;

    (void)stage;
    make_bundle("grep ' /run/a ' /proc/self/mountinfo",
                EDITS(MOUNT("{\"destination\": \"/run/a\", \"source\": "
                            "\"/tmp\", \"options\": [\"bind\", \"mode=755\", "
                            "\"lazytime\", \"noexec\"]}")));
    result = oci("run", "--bundle", "bundle", "box");
    expect_status(result, 0);
    expect_text("mountinfo", result.out, "noexec");
    expect_text("stderr", result.err,
                "mounts[0].options: \"mode=755\" has no effect on a bind");
    remove_bundle();
}

/* Looking whether the working folder is inside is done before the filter. */
static void filter_without_getcwd(int stage)
{
    struct result result;

    (void)stage;
    make_bundle(
        "echo it ran",
        EDITS({"\"noNewPrivileges\": true", "\"noNewPrivileges\": false"},
              IN("linux", "\"seccomp\": {\"defaultAction\": "
                          "\"SCMP_ACT_ALLOW\", \"syscalls\": "
                          "[{\"names\": [\"getcwd\"], \"action\": "
                          "\"SCMP_ACT_ERRNO\"}]}")));
    result = oci("run", "--bundle", "bundle", "box");
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "it ran\n");
    remove_bundle();
}

#define KEEP(value)                                                            \
    {                                                                          \
        "\"linux\": {",                                                        \
            "\"annotations\": "                                                \
            "{\"run.oci.keep_original_groups\": \"" value "\"}, \"linux\": {"  \
    }

/* podman --group-add keep-groups */
static void kept_groups(int stage)
{
    static const char script[] = "grep Groups: /proc/self/status";
    const gid_t groups[] = {41, 4321};

    (void)stage;
    ck_assert_int_eq(setgroups(2, groups), 0);
    ck_assert_str_eq(printed(script, EDITS(KEEP("1"))), "Groups:\t41 4321 \n");
    ck_assert_str_eq(printed(script, EDITS(KEEP("0"))), "Groups:\t \n");
    ck_assert_int_eq(setgroups(0, NULL), 0);
}

/* ---- NOTIFY_SOCKET -------------------------------------------------------- */

static const char caller[] = "/run/toy-docker/caller";
static const struct how notifying = {
    .flags = {"--root", "state"},
    .environment = "NOTIFY_SOCKET=/run/toy-docker/caller"};

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    return address;
}

/* The socket of whoever waits for the service. */
static int listen_as_caller(void)
{
    struct sockaddr_un address = address_of(caller);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* A message to the socket that is in the container. */
static void tell(pid_t pid, const char *text)
{
    struct sockaddr_un address =
        address_of(format_text("/proc/%d/root%s/notify", (int)pid, caller));
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    ck_assert_int_eq(sendto(fd, text, strlen(text), 0,
                            (struct sockaddr *)&address, sizeof(address)),
                     (ssize_t)strlen(text));
    close(fd);
}

static void make_service(const char *command)
{
    make_bundle(command, EDITS(MOUNT("{\"destination\": \"/run\", \"type\": "
                                     "\"tmpfs\"}")));
}

/* The container's word is the caller's, and nothing else that it says. */
static void expect_ready(pid_t pid, int fd)
{
    char text[100] = "";

    tell(pid, "STATUS=on its way");
    tell(pid, "STATUS=there\nREADY=1\nMAINPID=1");
    ck_assert_int_eq(recv(fd, text, sizeof(text) - 1, 0), 7);
    ck_assert_str_eq(text, "READY=1");
}

static void notified_by_run(int stage)
{
    int fd = listen_as_caller();
    struct process process;
    pid_t pid;

    (void)stage;
    make_service("trap 'exit 7' TERM; echo $NOTIFY_SOCKET >/dev/shm/x; "
                 "touch ${NOTIFY_SOCKET}s /dev/shm/y; "
                 "while :; do sleep 0.05; done");
    process =
        start_stage(8, &notifying, "run", "--bundle", "bundle", "box", NULL);
    ck_assert(within(10, strcmp(box_status(), "running") == 0));
    pid = box_pid();
    ck_assert(
        within(10, access(format_text("/proc/%d/root/dev/shm/y", (int)pid),
                          F_OK) == 0));
    ck_assert_str_eq(
        read_file(format_text("/proc/%d/root/dev/shm/x", (int)pid)),
        "/run/toy-docker/caller/notify\n");
    /* nobody fills the host's folder from in there */
    ck_assert_int_eq(access("state/box/notify/notifys", F_OK), -1);
    expect_ready(pid, fd);
    expect_status(oci("kill", "box"), 0);
    expect_status(finish(&process), 7);
    close(fd);
    unlink(caller);
    remove_bundle();
}

/* start has started it when it is ready, or has ended. */
static void notified_by_start(int stage)
{
    int fd = listen_as_caller();

    (void)stage;
    make_service(forever);
    for (int ready = 0; ready < 2; ready++) {
        struct process process;
        siginfo_t info = {.si_pid = 0};

        expect_status(run_stage_so(8, &notifying, "create", "--bundle",
                                   "bundle", "box", NULL),
                      0);
        process = start_stage(8, &notifying, "start", "box", NULL);
        ck_assert(within(10, strcmp(box_status(), "running") == 0));
        usleep(200000);
        ck_assert_int_eq(waitid(P_PID, (id_t)process.pid, &info,
                                WEXITED | WNOHANG | WNOWAIT),
                         0);
        ck_assert_int_eq(info.si_pid, 0);
        if (ready)
            expect_ready(box_pid(), fd);
        else
            expect_status(oci("kill", "box", "KILL"), 0);
        expect_status(finish(&process), 0);
        expect_status(oci("delete", "--force", "box"), 0);
    }
    close(fd);
    unlink(caller);
    remove_bundle();
}

const struct check oci_caller_checks[] = {
    {"oci_other_config", 8, 8, other_config},
    {"oci_deleted_by_expression", 8, 8, deleted_by_expression},
    {"oci_options_of_a_bind", 8, 8, options_of_a_bind},
    {"oci_filter_without_getcwd", 8, 8, filter_without_getcwd},
    {"oci_kept_groups", 8, 8, kept_groups},
    {"oci_notified_by_run", 8, 8, notified_by_run},
    {"oci_notified_by_start", 8, 8, notified_by_start},
    {0},
};
