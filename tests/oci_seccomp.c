/* oci_seccomp.c - checks of linux.seccomp, by what system calls do. */
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "../common/common.h"
#include "bundle.h"
#include "look.h"
#include "suite.h"

/* Which of four signals, that are 17, 18, 23 and 28 and harm nobody, may be
 * sent: argument 1 of kill(2). */
static const char send_signals[] =
    "for s in CHLD CONT URG WINCH; do kill -$s 1 2>/dev/null && echo $s; done; "
    "true";

#define MEMBER(text) IN("linux", "\"seccomp\": {" text "}")

/* A profile that allows all but what `rule`, the inside of an object, says. */
static struct edit profile(const char *rule)
{
    return (struct edit){
        "\"linux\": {",
        format_text("\"linux\": {\"seccomp\": {\"defaultAction\": "
                    "\"SCMP_ACT_ALLOW\", \"syscalls\": [{%s}]},",
                    rule)};
}

/* ---- what is wrong ---------------------------------------------------------- */

#define ALLOW "\"defaultAction\": \"SCMP_ACT_ALLOW\""
#define RULE(text)                                                             \
    ALLOW ", \"syscalls\": [{\"names\": [\"mkdir\"], \"action\": "             \
          "\"SCMP_ACT_ERRNO\", " text "}]"

static const struct mistake mistakes[] = {
    {MEMBER("\"flags\": []"), "linux.seccomp.defaultAction: is missing"},
    {MEMBER("\"defaultAction\": \"ALLOW\""),
     "linux.seccomp.defaultAction: \"ALLOW\" is not an action"},
    {MEMBER(ALLOW ", \"defaultErrnoRet\": 1"),
     "linux.seccomp.defaultErrnoRet: SCMP_ACT_ALLOW takes none"},
    {MEMBER("\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": -1"),
     "linux.seccomp.defaultErrnoRet: must be from 0"},
    {MEMBER(ALLOW ", \"architectures\": [\"SCMP_ARCH_Z80\"]"),
     "linux.seccomp.architectures[0]: \"SCMP_ARCH_Z80\" is not"},
    {MEMBER(ALLOW ", \"flags\": [\"SECCOMP_FILTER_FLAG_NEW_LISTENER\"]"),
     "linux.seccomp.flags[0]: \"SECCOMP_FILTER_FLAG_NEW_LISTENER\" is not"},
    {MEMBER(ALLOW ", \"listenerMetadata\": \"x\""),
     "linux.seccomp.listenerMetadata: needs a listenerPath"},
    {MEMBER(ALLOW ", \"syscalls\": [{\"names\": [\"mkdir\"], \"action\": "
                  "\"SCMP_ACT_NOTIFY\"}]"),
     "linux.seccomp.listenerPath: is missing"},
    {MEMBER(ALLOW ", \"syscalls\": [{\"action\": \"SCMP_ACT_KILL\"}]"),
     "linux.seccomp.syscalls[0].names: is missing or empty"},
    {MEMBER(ALLOW ", \"syscalls\": [{\"names\": [\"mkdir\"]}]"),
     "linux.seccomp.syscalls[0].action: is missing"},
    {MEMBER(RULE("\"errnoRet\": 70000")),
     "linux.seccomp.syscalls[0].errnoRet: must be from 0 to 65535"},
    {MEMBER(RULE("\"args\": [{\"index\": 6, \"value\": 0, \"op\": "
                 "\"SCMP_CMP_EQ\"}]")),
     "linux.seccomp.syscalls[0].args[0].index: must be from 0 to 5"},
    {MEMBER(RULE("\"args\": [{\"index\": 1, \"op\": \"SCMP_CMP_EQ\"}]")),
     "linux.seccomp.syscalls[0].args[0]: index or value is missing"},
    {MEMBER(RULE("\"args\": [{\"index\": 1, \"value\": 0, \"op\": \"EQ\"}]")),
     "linux.seccomp.syscalls[0].args[0].op: \"EQ\" is not an operator"},
};

static void seccomp_errors(int stage)
{
    (void)stage;
    expect_mistakes_named(mistakes, sizeof(mistakes) / sizeof(*mistakes));
    remove_bundle();
}

/* ---- actions ---------------------------------------------------------------- */

#define MKDIR "\"names\": [\"mkdir\", \"mkdirat\"], "

/* What mkdir(1) says, or the status, when mkdir(2) is treated as `rule` says. */
static struct result run_mkdir(const char *rule)
{
    struct result result;

    make_bundle("mkdir /tmp/folder; s=$?; rmdir /tmp/folder; exit $s",
                EDITS(profile(rule)));
    result = oci("run", "--bundle", "bundle", "box");
    remove_bundle();
    return result;
}

static void seccomp_actions(int stage)
{
    struct result result;

    (void)stage;
    expect_status(run_mkdir(MKDIR "\"action\": \"SCMP_ACT_ALLOW\""), 0);
    expect_status(run_mkdir(MKDIR "\"action\": \"SCMP_ACT_LOG\""), 0);
    result = run_mkdir(MKDIR "\"action\": \"SCMP_ACT_ERRNO\"");
    expect_text("stderr", result.err, strerror(EPERM));
    result =
        run_mkdir(MKDIR "\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 118");
    expect_text("stderr", result.err, strerror(ENOTNAM));
    /* nobody traces it */
    result = run_mkdir(MKDIR "\"action\": \"SCMP_ACT_TRACE\", \"errnoRet\": 5");
    expect_text("stderr", result.err, strerror(ENOSYS));
    expect_status(run_mkdir(MKDIR "\"action\": \"SCMP_ACT_KILL\""),
                  128 + SIGSYS);
    expect_status(run_mkdir(MKDIR "\"action\": \"SCMP_ACT_KILL_THREAD\""),
                  128 + SIGSYS);
    expect_status(run_mkdir(MKDIR "\"action\": \"SCMP_ACT_KILL_PROCESS\""),
                  128 + SIGSYS);
    expect_status(run_mkdir(MKDIR "\"action\": \"SCMP_ACT_TRAP\""),
                  128 + SIGSYS);
    /* names of calls that are newer than the library, or of none, and a null
     * where others write one, are no reason to fail */
    result = run_mkdir("\"names\": [\"no_such_call\", \"mkdir\", \"mkdirat\"], "
                       "\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 118, "
                       "\"args\": null, \"comment\": \"\", \"includes\": {}");
    expect_text("stderr", result.err, strerror(ENOTNAM));
}

static const struct {
    const char *rules, *allowed;
} comparisons[] = {
    {"{\"index\": 1, \"value\": 23, \"op\": \"SCMP_CMP_EQ\"}",
     "CHLD\nCONT\nWINCH\n"},
    {"{\"index\": 1, \"value\": 23, \"op\": \"SCMP_CMP_NE\"}", "URG\n"},
    {"{\"index\": 1, \"value\": 18, \"op\": \"SCMP_CMP_LT\"}",
     "CONT\nURG\nWINCH\n"},
    {"{\"index\": 1, \"value\": 18, \"op\": \"SCMP_CMP_LE\"}", "URG\nWINCH\n"},
    {"{\"index\": 1, \"value\": 23, \"op\": \"SCMP_CMP_GE\"}", "CHLD\nCONT\n"},
    {"{\"index\": 1, \"value\": 23, \"op\": \"SCMP_CMP_GT\"}",
     "CHLD\nCONT\nURG\n"},
    /* the two lowest bits, both set: 23 alone */
    {"{\"index\": 1, \"value\": 3, \"valueTwo\": 3, \"op\": "
     "\"SCMP_CMP_MASKED_EQ\"}",
     "CHLD\nCONT\nWINCH\n"},
    /* of two arguments: both must be so */
    {"{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"}, "
     "{\"index\": 1, \"value\": 17, \"op\": \"SCMP_CMP_EQ\"}",
     "CONT\nURG\nWINCH\n"},
    {"{\"index\": 0, \"value\": 2, \"op\": \"SCMP_CMP_EQ\"}, "
     "{\"index\": 1, \"value\": 17, \"op\": \"SCMP_CMP_EQ\"}",
     "CHLD\nCONT\nURG\nWINCH\n"},
    /* of one argument twice: one is enough */
    {"{\"index\": 1, \"value\": 17, \"op\": \"SCMP_CMP_EQ\"}, "
     "{\"index\": 1, \"value\": 28, \"op\": \"SCMP_CMP_EQ\"}",
     "CONT\nURG\n"},
    /* the same rule again, and another one for the same call */
    {"{\"index\": 1, \"value\": 17, \"op\": \"SCMP_CMP_EQ\"}]}, "
     "{\"names\": [\"kill\", \"kill\"], \"action\": \"SCMP_ACT_ERRNO\", "
     "\"args\": [{\"index\": 1, \"value\": 17, \"op\": \"SCMP_CMP_EQ\"}]}, "
     "{\"names\": [\"kill\"], \"action\": \"SCMP_ACT_ERRNO\", \"args\": "
     "[{\"index\": 1, \"value\": 23, \"op\": \"SCMP_CMP_EQ\"}",
     "CONT\nWINCH\n"},
};

static void seccomp_arguments(int stage)
{
    (void)stage;
    for (size_t i = 0; i < sizeof(comparisons) / sizeof(*comparisons); i++) {
        char *rule = format_text("\"names\": [\"kill\"], \"action\": "
                                 "\"SCMP_ACT_ERRNO\", \"args\": [%s]",
                                 comparisons[i].rules);
        char *allowed = printed(send_signals, EDITS(profile(rule)));

        ck_assert_msg(strcmp(allowed, comparisons[i].allowed) == 0,
                      "%s: allowed is %s", comparisons[i].rules, allowed);
    }
}

/* ---- in whose way a filter is ------------------------------------------------- */

/* With no_new_privs it comes last: it kills nobody that the runtime makes these
 * calls in its own name, from the start of the container on. */
static void seccomp_comes_last(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle("while :; do sleep 0.05; done",
                EDITS(profile("\"names\": [\"accept4\", \"recvfrom\", "
                              "\"sendmsg\", \"close_range\", \"capset\", "
                              "\"setgroups\", \"setresuid\", \"fchdir\"], "
                              "\"action\": \"SCMP_ACT_KILL_PROCESS\"")));
    pid = start_box();
    ck_assert_str_eq(status_field(pid, "Seccomp"), "2");
    ck_assert_str_eq(status_field(pid, "NoNewPrivs"), "1");
    end_box();
}

/* Without, it takes CAP_SYS_ADMIN, which the command has not got. And it holds
 * for the runtime's last steps: a profile that allows what it lists must list
 * those. */
static void seccomp_without_nnp(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle(
        "while :; do sleep 0.05; done",
        EDITS(profile("\"names\": [\"mkdir\"], \"action\": "
                      "\"SCMP_ACT_ERRNO\""),
              {"\"noNewPrivileges\": true", "\"noNewPrivileges\": false"},
              {"\"uid\": 0", "\"uid\": 1000"}));
    pid = start_box();
    ck_assert_str_eq(status_field(pid, "Seccomp"), "2");
    ck_assert_str_eq(status_field(pid, "NoNewPrivs"), "0");
    ck_assert_str_eq(status_field(pid, "CapEff"), "0000000000000000");
    end_box();
}

/* What is done with the filter in force has to do with old calls: profiles do
 * not know new ones. */
static void seccomp_old_profile(int stage)
{
    (void)stage;
    ck_assert_str_eq(
        printed(
            "echo it ran",
            EDITS(profile("\"names\": [\"faccessat2\", \"openat2\", "
                          "\"close_range\"], \"action\": "
                          "\"SCMP_ACT_ERRNO\""),
                  {"\"noNewPrivileges\": true", "\"noNewPrivileges\": false"})),
        "it ran\n");
}

/* As docker's: what is not listed is refused. For a shell and a few programs,
 * with `more` names behind. */
static struct edit allow_list(const char *more)
{
    static const char list[] =
        "\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 118, "
        "\"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", "
        "\"SCMP_ARCH_X32\"], \"flags\": [\"SECCOMP_FILTER_FLAG_LOG\", "
        "\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\", \"SECCOMP_FILTER_FLAG_TSYNC\"], "
        "\"syscalls\": [{\"action\": \"SCMP_ACT_ALLOW\", \"names\": ["
        "\"access\", \"arch_prctl\", \"brk\", \"clone\", \"close\", \"dup\", "
        "\"dup2\", \"execve\", \"exit\", \"exit_group\", \"faccessat\", "
        "\"fcntl\", \"fstat\", \"futex\", \"getcwd\", "
        "\"getdents64\", \"getegid\", \"geteuid\", \"getgid\", \"getgroups\", "
        "\"getpgrp\", \"getpid\", \"getppid\", \"getuid\", "
        "\"ioctl\", \"lseek\", \"mmap\", \"mprotect\", \"munmap\", "
        "\"newfstatat\", \"open\", \"openat\", \"pipe\", \"pipe2\", "
        "\"pread64\", \"read\", \"readlink\", "
        "\"rt_sigaction\", \"rt_sigprocmask\", \"rt_sigreturn\", "
        "\"set_robust_list\", \"set_tid_address\", \"sigaltstack\", "
        "\"stat\", \"statfs\", \"sysinfo\", \"umask\", \"uname\", "
        "\"unlink\", \"vfork\", \"wait4\", \"write\", \"writev\"%s]}]";

    return (struct edit){
        "\"linux\": {",
        format_text("\"linux\": {\"seccomp\": {%s},", format_text(list, more))};
}

static void seccomp_allow_list(int stage)
{
    char *out;

    (void)stage;
    out = printed("ls / | grep -q . && echo listed; mkdir /tmp/x 2>&1; true",
                  EDITS(allow_list(", \"faccessat2\", \"getrandom\", "
                                   "\"prlimit64\", \"rseq\", \"statx\"")));
    expect_text("stdout", out, "listed");
    expect_text("stdout", out, strerror(ENOTNAM));
}

/* Calls that are newer than all of the list's are not there, so that programs
 * make older ones, as ls does; others are refused. */
static void seccomp_newer_calls(int stage)
{
    char *out;

    (void)stage;
    out = printed("ls / | grep -q . && echo listed; mkdir /tmp/x 2>&1; "
                  "(ulimit -n 50) 2>&1; true", /* prlimit64 */
                  EDITS(allow_list("")));
    expect_text("stdout", out, "listed");
    expect_text("stdout", out, strerror(ENOTNAM));
    expect_text("stdout", out, strerror(ENOSYS));
}

/* ---- a listener ----------------------------------------------------------------- */

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(fd, 4), 0);
    return fd;
}

/* What comes over one connection until its end, and the descriptor with it. */
static char *receive_state(int listening, int *filter)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    static char text[65536];
    struct iovec data = {text, sizeof(text) - 1};
    struct msghdr packet = {.msg_iov = &data,
                            .msg_iovlen = 1,
                            .msg_control = &control,
                            .msg_controllen = sizeof(control)};
    struct pollfd ready = {listening, POLLIN, 0};
    int connection;
    ssize_t got, more;

    ck_assert_int_eq(poll(&ready, 1, (int)(10000 * slowness())), 1);
    connection = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    got = recvmsg(connection, &packet, MSG_CMSG_CLOEXEC);
    ck_assert_int_gt(got, 0);
    ck_assert_int_eq(control.header.cmsg_type, SCM_RIGHTS);
    memcpy(filter, CMSG_DATA(&control.header), sizeof(*filter));
    while ((more = read(connection, text + got,
                        sizeof(text) - 1 - (size_t)got)) > 0)
        got += more;
    ck_assert_int_eq(more, 0);
    text[got] = '\0';
    close(connection);
    return text;
}

static bool is_mkdir(int number)
{
#ifdef SYS_mkdir
    if (number == SYS_mkdir)
        return true;
#endif
    return number == SYS_mkdirat;
}

/* Answers all calls until the filter's processes are gone: mkdir with an
 * error, the others may go on. Returns how many mkdir there were. */
static int answer_calls(int filter)
{
    int folders = 0;

    for (;;) {
        struct seccomp_notif call = {0};
        struct seccomp_notif_resp answer = {0};
        struct pollfd ready = {filter, POLLIN, 0};

        ck_assert_int_eq(poll(&ready, 1, (int)(10000 * slowness())), 1);
        if (!(ready.revents & POLLIN))
            return folders; /* POLLHUP */
        if (ioctl(filter, SECCOMP_IOCTL_NOTIF_RECV, &call) == -1)
            continue;
        answer.id = call.id;
        if (is_mkdir(call.data.nr)) {
            answer.error = -ENOTNAM;
            folders++;
        } else {
            answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        }
        ioctl(filter, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
}

static const char asks[] =
    "\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\": "
    "[\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"], \"listenerPath\": "
    "\"%s/listener\", \"listenerMetadata\": \"%s\", \"syscalls\": [{"
    "\"names\": [\"mkdir\", \"mkdirat\", \"sendmsg\", \"recvfrom\", \"wait4\", "
    "\"futex\", \"write\"], \"action\": \"SCMP_ACT_NOTIFY\"}]}";

static void make_asking_bundle(const char *token, bool no_new_privileges)
{
    char *text = format_text(asks, scratch_folder, token);
    char *member = format_text("\"linux\": {%s,", text);

    make_bundle("mkdir /tmp/x 2>&1; true",
                EDITS({"\"linux\": {", member},
                      {"\"hostname\"", "\"annotations\": {\"a\": \"b\"}, "
                                       "\"hostname\""},
                      {"\"noNewPrivileges\": true",
                       no_new_privileges ? "\"noNewPrivileges\": true"
                                         : "\"noNewPrivileges\": false"}));
}

/* Even calls that the runtime itself makes then are asked about, without a
 * deadlock. */
static void ask_listener(bool no_new_privileges)
{
    int listening = listen_at("listener"), filter = -1;
    char *token = make_token(), *state;
    struct process run;
    struct result result;
    int pid = 0;

    make_asking_bundle(token, no_new_privileges);
    run = start_stage(8, &oci_how, "run", "--bundle", "bundle", "box", NULL);
    state = receive_state(listening, &filter);
    expect_text("the state", state, "\"fds\":[\"seccompFd\"]");
    expect_text("the state", state, format_text("\"metadata\":\"%s\"", token));
    expect_text("the state", state, "\"state\":{\"ociVersion\":\"1.");
    expect_text("the state", state, "\"id\":\"box\",\"status\":\"creating\"");
    expect_text("the state", state, "\"annotations\":{\"a\":\"b\"}");
    sscanf(strstr(state, "\"pid\":"), "\"pid\":%d", &pid);
    ck_assert_int_eq(pid, container_of(&run));
    ck_assert_int_eq(answer_calls(filter), 1);
    result = finish(&run);
    expect_status(result, 0);
    expect_text("stdout", result.out, strerror(ENOTNAM));
    close(filter);
    close(listening);
    unlink("listener");
    remove_bundle();
}

static void seccomp_listener(int stage)
{
    (void)stage;
    ask_listener(true);
    ask_listener(false);
}

/* With create and start, the second of them hands it over: nothing in between
 * is the command's. And nobody who listens is an error. */
static void seccomp_listener_of_start(int stage)
{
    int listening, filter = -1;
    struct process start;
    struct result result;
    char *state;

    (void)stage;
    make_asking_bundle("x", true);
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    host_command(NULL, "rm bundle/config.json");
    listening = listen_at("listener");
    start = start_stage(8, &oci_how, "start", "box", NULL);
    state = receive_state(listening, &filter);
    expect_text("the state", state, format_text("\"pid\":%d,", (int)box_pid()));
    ck_assert_int_eq(answer_calls(filter), 1);
    expect_status(finish(&start), 0);
    close(filter);
    close(listening);
    unlink("listener");
    end_box();
    make_asking_bundle("x", false);
    result = oci("create", "--bundle", "bundle", "box");
    expect_status(result, 125);
    expect_text("stderr", result.err,
                "failed to connect with seccomp agent: "
                "linux.seccomp.listenerPath");
    ck_assert_str_eq(folder_text("state"), "");
    make_asking_bundle("x", true);
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    result = oci("start", "box");
    expect_status(result, 125);
    expect_text("stderr", result.err, "linux.seccomp.listenerPath");
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    end_box();
}

/* A process that joins has a filter of its own, and is announced as well. */
static void seccomp_listener_of_exec(int stage)
{
    int listening = listen_at("listener"), filters[2] = {-1, -1}, pid = 0;
    char *rule = format_text("\"seccomp\": {" ALLOW ", \"listenerPath\": "
                             "\"%s/listener\", \"syscalls\": [{" MKDIR
                             "\"action\": \"SCMP_ACT_NOTIFY\"}]}",
                             scratch_folder);
    struct process exec;
    struct result result;
    char *state;

    (void)stage;
    make_bundle("while :; do sleep 0.05; done",
                EDITS({"\"linux\": {", format_text("\"linux\": {%s,", rule)}));
    start_box();
    receive_state(listening, &filters[0]);
    exec = start_stage(8, &oci_how, "exec", "box", "mkdir", "/tmp/x", NULL);
    state = receive_state(listening, &filters[1]);
    expect_text("the state", state, "\"id\":\"box\",\"status\":\"running\"");
    sscanf(strstr(state, "\"pid\":"), "\"pid\":%d", &pid);
    ck_assert_int_eq(pid, container_of(&exec));
    ck_assert_int_eq(answer_calls(filters[1]), 1);
    result = finish(&exec);
    expect_text("stderr", result.err, strerror(ENOTNAM));
    close(filters[0]);
    close(filters[1]);
    close(listening);
    unlink("listener");
    end_box();
}

/* ---- features ------------------------------------------------------------------- */

/* All that it lists is accepted. */
static void seccomp_features(int stage)
{
    char *text = oci("features").out;
    static const char *const words[] = {
        "\"SCMP_ACT_NOTIFY\"", "\"SCMP_CMP_MASKED_EQ\"", "\"SCMP_ARCH_X86_64\"",
        "\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"", "\"supportedFlags\""};

    (void)stage;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        expect_text("features", text, words[i]);
    for (char *flag = text; (flag = strstr(flag, "SECCOMP_FILTER_FLAG_"));
         flag++)
        expect_status(
            (make_bundle("true",
                         EDITS({"\"linux\": {",
                                format_text("\"linux\": {\"seccomp\": {" ALLOW
                                            ", \"flags\": [\"%.*s\"]},",
                                            (int)strcspn(flag, "\""), flag)})),
             oci("run", "--bundle", "bundle", "box")),
            0);
    remove_bundle();
}

const struct check oci_seccomp_checks[] = {
    {"oci_seccomp_errors", 8, 8, seccomp_errors},
    {"oci_seccomp_actions", 8, 8, seccomp_actions},
    {"oci_seccomp_arguments", 8, 8, seccomp_arguments},
    {"oci_seccomp_comes_last", 8, 8, seccomp_comes_last},
    {"oci_seccomp_without_nnp", 8, 8, seccomp_without_nnp},
    {"oci_seccomp_old_profile", 8, 8, seccomp_old_profile},
    {"oci_seccomp_allow_list", 8, 8, seccomp_allow_list},
    {"oci_seccomp_newer_calls", 8, 8, seccomp_newer_calls},
    {"oci_seccomp_listener", 8, 8, seccomp_listener},
    {"oci_seccomp_listener_of_start", 8, 8, seccomp_listener_of_start},
    {"oci_seccomp_listener_of_exec", 8, 8, seccomp_listener_of_exec},
    {"oci_seccomp_features", 8, 8, seccomp_features},
    {0},
};
