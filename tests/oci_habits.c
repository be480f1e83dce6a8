/* oci_habits.c - what those who call runc count on: its flags, words, and ways
 * that the specification leaves open. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

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

/* ---- --no-pivot ----------------------------------------------------------------- */

/* Root of a user namespace of its own may mount /proc anew if it sees one without
 * masked paths: the host's. */
#define ATTACK                                                                 \
    "cat /token; cat /proc/1/comm; ls -d /../../*/; unshare -mrpf sh -c 'echo" \
    " root; mount -t proc none /mnt && echo whole'; true"

/* Each capability set gets the one that a mapping of root takes. */
#define FOR_UNSHARE                                                            \
    {"\"bounding\": [", "\"bounding\": [\"CAP_SETFCAP\","},                    \
        {"\"effective\": [", "\"effective\": [\"CAP_SETFCAP\","},              \
    {                                                                          \
        "\"permitted\": [", "\"permitted\": [\"CAP_SETFCAP\","                 \
    }

static void expect_own_root(const struct edit *edits, const char *token)
{
    struct result result;

    make_bundle(ATTACK, edits);
    result = oci("run", "--no-pivot", "--bundle", "bundle", "box");
    expect_status(result, 0);
    expect_text("the root", result.out, format_text("%s\nsh\n", token));
    expect_no_text("the folders", result.out, scratch_folder);
    expect_text("unshare", result.out, "\nroot\n");
    expect_no_text("a new /proc", result.out, "whole");
    remove_bundle();
}

static void without_pivot(int stage)
{
    const char *token = make_token();

    (void)stage;
    put_file("rootfs/token", format_text("%s\n", token));
    expect_own_root(EDITS(FOR_UNSHARE), token);
    /* the host's mounts are locked here, and the way to the root closed */
    make_shifted();
    expect_own_root(EDITS(FOR_UNSHARE, SHIFTED), token);
    remove_shifted();
    /* its own mounts are in its folder already when the root is moved */
    expect_own_root(
        EDITS(FOR_UNSHARE,
              {"\"hostname\"", "\"hooks\": {\"createContainer\": [{\"path\": "
                               "\"/bin/true\"}]}, \"hostname\""}),
        token);
    unlink("rootfs/token");
}

/* ---- the terminal, the environment, descriptors ------------------------------- */

/* $(runtime run ID) gets lines, whatever config.json says of a terminal. */
static void plain_lines(int stage)
{
    (void)stage;
    make_bundle("test -t 1 && echo one && echo two",
                EDITS({"\"terminal\": false", "\"terminal\": true"}));
    ck_assert_str_eq(oci("run", "--bundle", "bundle", "box").out, "one\ntwo\n");
    make_bundle("while :; do sleep 0.05; done", NULL);
    start_box();
    ck_assert_str_eq(
        oci("exec", "-t", "box", "sh", "-c", "test -t 1 && echo one").out,
        "one\n");
    end_box();
}

static void empty_home(int stage)
{
    static const char command[] = "echo at $HOME; env | grep -c ^HOME";

    (void)stage;
    ck_assert_str_eq(
        printed(command, EDITS({"\"env\": [", "\"env\": [\"HOME=\","})),
        "at /root\n1\n");
    ck_assert_str_eq(
        printed(command, EDITS({"\"env\": [", "\"env\": [\"HOME=/x\","})),
        "at /x\n1\n");
}

/* While it waits to be started it has nothing open but streams, sockets and its
 * root. */
static void nothing_is_open(int stage)
{
    char **files;

    (void)stage;
    make_bundle("true", NULL);
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    files = list_folder(format_text("/proc/%d/fd", (int)box_pid()));
    ck_assert(*files != NULL);
    for (; *files; files++) {
        char target[4096] = "";

        if (atoi(*files) <= STDERR_FILENO)
            continue;
        ck_assert_int_gt(
            readlink(format_text("/proc/%d/fd/%s", (int)box_pid(), *files),
                     target, sizeof(target) - 1),
            0);
        ck_assert_msg(strcmp(target, "/") == 0 ||
                          strncmp(target, "socket:", 7) == 0 ||
                          strncmp(target, "anon_inode:", 11) == 0,
                      "descriptor %s is %s", *files, target);
    }
    end_box();
}

/* ---- --pidfd-socket ---------------------------------------------------------------- */

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    ck_assert_int_eq(
        bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    return listener;
}

/* The process of the pidfd that comes, and with it `word`. */
static pid_t received_process(int listener, const char *word)
{
    char *text, *info;
    int pidfd = receive_descriptor(accept(listener, NULL, NULL), &text);

    ck_assert_str_eq(text, word);
    info = read_file(format_text("/proc/self/fdinfo/%d", pidfd));
    info = strstr(info, "Pid:\t");
    ck_assert(info != NULL);
    close(pidfd);
    return (pid_t)atoi(info + strlen("Pid:\t"));
}

static void sends_pidfd(int stage)
{
    int listener = listen_at("pidfd");

    (void)stage;
    make_bundle("while :; do sleep 0.05; done", NULL);
    expect_status(
        oci("create", "--bundle", "bundle", "--pidfd-socket", "pidfd", "box"),
        0);
    ck_assert_int_eq(received_process(listener, "standard"), box_pid());
    expect_status(oci("start", "box"), 0);
    expect_status(oci("exec", "-d", "--pid-file", "pid", "--pidfd-socket",
                      "pidfd", "box", "sleep", "100"),
                  0);
    ck_assert_int_eq(received_process(listener, "setns"),
                     atoi(read_file("pid")));
    close(listener);
    unlink("pidfd");
    expect_refused(oci("exec", "--pidfd-socket", "pidfd", "box", "true"),
                   "--pidfd-socket pidfd: No such file");
    unlink("pid");
    end_box();
}

/* ---- kill ------------------------------------------------------------------------ */

static void shared_processes(int stage)
{
    static const struct edit edits[] = {
        {"{\n        \"type\": \"pid\"\n      },", ""}, {0}};
    pid_t first, child;

    (void)stage;
    for (int i = 0; i < 2; i++) {
        make_bundle("sleep 987 & wait", edits);
        first = start_box();
        ck_assert(within(5, list_children(first, &child, 1) == 1));
        if (i == 1) { /* the first process is gone, and the rest lives on */
            kill(first, SIGKILL);
            ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
            ck_assert(is_alive(child));
        }
        expect_status(oci("kill", "box", "KILL"), 0);
        ck_assert(within(5, !is_alive(child)));
        ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
        expect_refused(oci("kill", "box", "KILL"), "container not running");
        end_box();
    }
}

/* As with kill(2), 0 sends nothing. */
static void asks_if_alive(int stage)
{
    pid_t first;

    (void)stage;
    make_bundle("while :; do sleep 0.05; done", NULL);
    first = start_box();
    expect_status(oci("kill", "box", "0"), 0);
    ck_assert_str_eq(box_status(), "running");
    kill(first, SIGKILL);
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    expect_refused(oci("kill", "box", "0"), "container not running");
    end_box();
}

/* ---- words ------------------------------------------------------------------------- */

static void known_words(int stage)
{
    (void)stage;
    make_bundle("while :; do sleep 0.05; done",
                EDITS(IN("linux", "\"cgroupsPath\": \"/check-oci\"")));
    start_box();
    expect_refused(oci("create", "--bundle", "bundle", "cup"),
                   "container's cgroup is not empty");
    expect_refused(oci("exec", "--cgroup", "..", "box", "true"),
                   "bad sub cgroup path");
    end_box();
    make_bundle("true", EDITS({"\"hostname\"",
                               "\"hooks\": {\"createRuntime\": [{\"path\": "
                               "\"/bin/sh\", \"args\": [\"sh\", \"-c\", "
                               "\"kill -SYS $$\"]}]}, \"hostname\""}));
    expect_refused(oci("run", "--bundle", "bundle", "box"),
                   "createRuntime hook #0: /bin/sh: ended by signal 31, bad "
                   "system call");
    remove_bundle();
}

static void debug_on_stderr(int stage)
{
    struct result result = oci("--debug", "list", "-q");

    (void)stage;
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "");
    expect_text("stderr", result.err, "level=debug msg=");
    expect_text("stderr", result.err, "list -q ended with 0");
    result = oci("--debug", "--log", "log", "list", "-q");
    ck_assert_str_eq(result.err, "");
    expect_text("the log", read_file("log"), "list -q ended with 0");
    unlink("log");
}

static void short_flags(int stage)
{
    (void)stage;
    ck_assert_str_eq(run_stage(8, "-v", NULL).out,
                     run_stage(8, "--version", NULL).out);
    ck_assert_str_eq(run_stage(8, "-h", NULL).out,
                     run_stage(8, "--help", NULL).out);
    expect_text("--help", run_stage(8, "-h", NULL).out, "usage: ");
}

/* However many folders are masked, it is one empty file system. */
static void one_mask(int stage)
{
    char *out;

    (void)stage;
    host_command(NULL, "mkdir -p rootfs/mask/a rootfs/mask/b/c");
    out = printed("stat -c %d /mask/a /mask/b; ls /mask/b",
                  EDITS({"\"maskedPaths\": [",
                         "\"maskedPaths\": [\"/mask/a\", \"/mask/b\","}));
    host_command(NULL, "rm -r rootfs/mask");
    ck_assert_int_eq(atoi(out), atoi(strchr(out, '\n')));
    ck_assert_uint_eq(count_text(out, "\n"), 2);
}

const struct check oci_habit_checks[] = {
    {"oci_without_pivot", 8, 8, without_pivot},
    {"oci_plain_lines", 8, 8, plain_lines},
    {"oci_empty_home", 8, 8, empty_home},
    {"oci_nothing_is_open", 8, 8, nothing_is_open},
    {"oci_sends_pidfd", 8, 8, sends_pidfd},
    {"kill_of_shared_processes", 8, 8, shared_processes},
    {"kill_asks_if_alive", 8, 8, asks_if_alive},
    {"oci_known_words", 8, 8, known_words},
    {"oci_debug_on_stderr", 8, 8, debug_on_stderr},
    {"oci_short_flags", 8, 8, short_flags},
    {"oci_one_mask", 8, 8, one_mask},
    {0},
};
