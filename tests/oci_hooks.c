/* oci_hooks.c - checks of hooks: when, where and with what they are run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "suite.h"

static const char *const kinds[] = {"prestart",        "createRuntime",
                                    "createContainer", "startContainer",
                                    "poststart",       "poststop"};

/* ---- bundles with hooks ------------------------------------------------------- */

/* A program of the host's for hooks. */
static char *make_program(const char *script)
{
    char *path = format_text("%s/hook", scratch_folder);

    put_file("hook", format_text("#!/bin/sh\n%s\n", script));
    ck_assert_int_eq(chmod("hook", 0755), 0);
    return path;
}

/* A bundle with `hooks`, the inside of the object. The command says "command"
 * into the file ran, and waits. */
static void make_hooked_bundle(const char *hooks)
{
    char *members = format_text("\"hooks\": {%s}, \"annotations\": {\"a\": "
                                "\"b/c\"}, \"hostname\"",
                                hooks);

    make_bundle("echo command >>/ran; while :; do sleep 0.05; done",
                EDITS({"\"hostname\"", members}));
}

/* A hook that writes its name and what it sees into the file log. The one that
 * is the container's writes into its root file system. */
static char *logging_hook(const char *kind, int number)
{
    if (strcmp(kind, "startContainer") == 0)
        return format_text(
            "{\"path\": \"/bin/sh\", \"args\": [\"sh\", \"-c\", \"{ echo %s "
            "%d; cat; echo; readlink /proc/self/ns/mnt /proc/self/ns/pid; } "
            ">>/ran\"]}",
            kind, number);
    return format_text("{\"path\": \"%s/hook\", \"args\": [\"any name\", "
                       "\"%s\", \"%d\"]}",
                       scratch_folder, kind, number);
}

static void make_logging_bundle(void)
{
    char *hooks = format_text(" ");

    make_program(format_text(
        "{ echo $*; cat; echo; readlink /proc/self/ns/mnt /proc/self/ns/pid; "
        "} >>'%s/log'",
        scratch_folder));
    for (size_t i = 0; i < 6; i++)
        hooks =
            format_text("%s%s\"%s\": [%s, %s]", hooks, i ? ", " : "", kinds[i],
                        logging_hook(kinds[i], 1), logging_hook(kinds[i], 2));
    make_hooked_bundle(hooks);
}

static void remove_traces(void)
{
    host_command(NULL, "rm -f hook log rootfs/ran");
    remove_bundle();
}

/* ---- when and where --------------------------------------------------------------- */

/* Fails unless `log` has an entry of the hooks of `kind`, both in their order,
 * with this status, and in the namespaces of `pid`. */
static void expect_hooks(const char *log, const char *kind, const char *status,
                         pid_t pid)
{
    const char *first = strstr(log, format_text("%s 1\n", kind));
    const char *second = strstr(log, format_text("%s 2\n", kind));

    ck_assert_msg(first && second && first < second, "%s hooks in %s", kind,
                  log);
    expect_text(kind, second, format_text("\"status\":\"%s\"", status));
    expect_text(kind, second,
                format_text("\"bundle\":\"%s/bundle\"", scratch_folder));
    expect_text(kind, second, "\"a\":\"b/c\"");
    expect_text(kind, second, "\"id\":\"box\"");
    expect_text(kind, second,
                format_text("mnt:[%lu]\npid:[%lu]\n",
                            (unsigned long)namespace_of(pid, "mnt"),
                            (unsigned long)namespace_of(pid, "pid")));
}

static void hooks_of_a_life(int stage)
{
    char *log;
    pid_t pid;

    (void)stage;
    make_logging_bundle();
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    pid = box_pid();
    log = read_file("log");
    expect_hooks(log, "prestart", "creating", getpid());
    expect_hooks(log, "createRuntime", "creating", getpid());
    expect_hooks(log, "createContainer", "creating", pid);
    ck_assert_int_eq(count_text(log, "\"status\""), 6);
    ck_assert_int_eq(count_text(log, format_text("\"pid\":%d,", (int)pid)), 4);
    ck_assert(strstr(log, "prestart") < strstr(log, "createRuntime"));
    ck_assert(strstr(log, "createRuntime") < strstr(log, "createContainer"));
    ck_assert_int_eq(access("rootfs/ran", F_OK), -1);
    /* what the bundle says from now on is of no importance */
    host_command(NULL, "rm log bundle/config.json");
    expect_status(oci("start", "box"), 0);
    ck_assert(within(5, strstr(read_file("rootfs/ran"), "command\n") != NULL));
    log = read_file("rootfs/ran");
    expect_hooks(log, "startContainer", "created", pid);
    ck_assert(strstr(log, "startContainer 2") < strstr(log, "command"));
    expect_hooks(read_file("log"), "poststart", "running", getpid());
    host_command(NULL, "rm log");
    expect_status(oci("kill", "box", "KILL"), 0);
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    ck_assert_int_eq(access("log", F_OK), -1);
    expect_status(oci("delete", "box"), 0);
    log = read_file("log");
    expect_hooks(log, "poststop", "stopped", getpid());
    expect_no_text("poststop", log, "\"pid\"");
    ck_assert_str_eq(box_status(), "");
    remove_traces();
}

/* All of them in one go, in their order, once each. */
static void hooks_of_run(int stage)
{
    char *log;

    (void)stage;
    make_logging_bundle();
    host_command(NULL, "sed -i 's/while :; do sleep 0.05; done/exit 7/' "
                       "bundle/config.json");
    expect_status(oci("run", "--bundle", "bundle", "box"), 7);
    log = read_file("log");
    ck_assert_int_eq(count_text(log, "\"status\""), 10);
    ck_assert(strstr(log, "createContainer 2") < strstr(log, "poststart 1"));
    ck_assert(strstr(log, "poststart 2") < strstr(log, "poststop 1"));
    ck_assert_int_eq(count_text(read_file("rootfs/ran"), "\"status\""), 2);
    remove_traces();
}

/* Before the change of root, they find the container's mounts below the host's
 * path of the root file system, where those inside begin, and what they mount
 * there stays. */
static void hooks_see_both_sides(int stage)
{
    static const char find_mounts[] =
        "test -e ./proc/self && test -c ./dev/null && "
        "echo found >./dev/shm/found";
    char *hooks;
    pid_t pid;

    (void)stage;
    make_program(format_text(
        "if [ $1 = inside ]; then %s; exit; fi\ncd '%s'\n"
        "pid=$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/')\n"
        "nsenter -t $pid -m mount --bind '%s/conf' \"$PWD/rootfs/run\"",
        find_mounts, scratch_folder, scratch_folder));
    hooks = format_text("\"createRuntime\": [{\"path\": \"%s/hook\", \"args\": "
                        "[\"hook\", \"outside\"]}], \"createContainer\": "
                        "[{\"path\": \"%s/hook\", \"args\": [\"hook\", "
                        "\"inside\"]}]",
                        scratch_folder, scratch_folder);
    make_hooked_bundle(hooks);
    pid = start_box();
    ck_assert_str_eq(
        read_file(format_text("/proc/%d/root/dev/shm/found", (int)pid)),
        "found\n");
    ck_assert_str_eq(folder_text(format_text("/proc/%d/root/run", (int)pid)),
                     folder_text("conf"));
    /* and the host's root is gone for all that */
    ck_assert_int_eq(
        access(format_text("/proc/%d/root%s", (int)pid, scratch_folder), F_OK),
        -1);
    ck_assert(find_mount(getpid(), "rootfs/run") == NULL);
    end_box();
    remove_traces();
}

/* The container's side has no more power than its root. */
static void hooks_in_user_namespace(int stage)
{
    unsigned long first = 1, outside = 1;
    char *log;

    (void)stage;
    make_program(
        format_text("cat /proc/self/uid_map >>'%s/log'", scratch_folder));
    put_file("log", "");
    ck_assert_int_eq(chmod("log", 0666), 0);
    make_hooked_bundle(format_text(
        "\"createRuntime\": [{\"path\": \"%s/hook\"}], \"createContainer\": "
        "[{\"path\": \"%s/hook\"}]",
        scratch_folder, scratch_folder));
    host_command(NULL, "sed -i -e 's/\"namespaces\": \\[/\"uidMappings\": "
                       "[{\"containerID\": 0, \"hostID\": 100000, \"size\": "
                       "65536}], \"gidMappings\": [{\"containerID\": 0, "
                       "\"hostID\": 100000, \"size\": 65536}], "
                       "\"namespaces\": [{\"type\": \"user\"},/' "
                       "bundle/config.json");
    start_box();
    log = read_file("log");
    ck_assert_int_eq(sscanf(log, "%lu %lu", &first, &outside), 2);
    ck_assert_int_eq(outside, 0);
    log = strchr(log, '\n') + 1;
    ck_assert_int_eq(sscanf(log, "%lu %lu", &first, &outside), 2);
    ck_assert_int_eq(outside, 100000);
    end_box();
    remove_traces();
}

/* ---- with what --------------------------------------------------------------------- */

static void hooks_environment(int stage)
{
    struct how how = {.flags = {"--root", "state"},
                      .environment = "OF_CALLER=caller"};
    char *log;

    (void)stage;
    make_program(format_text("{ echo \"$0 $*\"; env | sort | tr '\\n' ' '; "
                             "echo; ls /proc/self/fd | tr '\\n' ' '; echo; } "
                             ">>'%s/log'",
                             scratch_folder));
    make_hooked_bundle(format_text(
        "\"createRuntime\": [{\"path\": \"%s/hook\", \"args\": [\"x\", \"a "
        "b\"], \"env\": [\"ONLY=this\"]}, {\"path\": \"%s/hook\"}], "
        "\"startContainer\": [{\"path\": \"/bin/sh\", \"args\": [\"sh\", "
        "\"-c\", \"env >>/ran; pwd >>/ran\"]}]",
        scratch_folder, scratch_folder));
    expect_status(
        run_stage_so(8, &how, "create", "--bundle", "bundle", "box", NULL), 0);
    expect_status(oci("start", "box"), 0);
    log = read_file("log");
    expect_text("the log", log, "/hook a b\n");
    expect_text("the log", log, "ONLY=this");
    ck_assert_int_eq(count_text(log, "OF_CALLER=caller"), 1);
    ck_assert(strstr(log, "OF_CALLER") > strstr(log, "ONLY"));
    /* and the one that ls opens */
    ck_assert_int_eq(count_text(log, "\n0 1 2 3 \n"), 2);
    log = read_file("rootfs/ran");
    expect_text("the container's", log, "TERM=xterm\n");
    expect_no_text("the container's", log, "OF_CALLER");
    end_box();
    remove_traces();
}

/* It belongs to the image: no more than the command it is allowed anything. */
static void start_hook_is_confined(int stage)
{
    static const char hook[] =
        "\"startContainer\": [{\"path\": \"/bin/sh\", \"args\": [\"sh\", "
        "\"-c\", \"grep -e Uid -e CapEff -e NoNew -e Seccomp: "
        "/proc/self/status >>/dev/shm/ran; mkdir /tmp/x 2>>/dev/shm/ran; "
        "true\"]}]";
    char *text;
    pid_t pid;

    (void)stage;
    make_hooked_bundle(hook);
    host_command(NULL,
                 "sed -i -e 's/\"uid\": 0/\"uid\": 1234/' -e "
                 "'s/\"linux\": {/\"linux\": {\"seccomp\": {\"defaultAction\": "
                 "\"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"mkdir\", "
                 "\"mkdirat\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": "
                 "118}]},/' bundle/config.json");
    pid = start_box();
    text = read_file(format_text("/proc/%d/root/dev/shm/ran", (int)pid));
    expect_text("the hook's", text, "Uid:\t1234\t1234");
    expect_text("the hook's", text, "CapEff:\t0000000000000000");
    expect_text("the hook's", text, "NoNewPrivs:\t1");
    expect_text("the hook's", text, "Seccomp:\t2");
    expect_text("the hook's", text, "Not a XENIX");
    end_box();
    remove_traces();
}

/* ---- failures ---------------------------------------------------------------------- */

/* Hooks of `kind`: one that fails, between two that do not. All others are
 * logging ones. */
static void make_failing_bundle(const char *kind)
{
    char *hooks = format_text(" ");
    char *failing = format_text("{\"path\": \"/bin/sh\", \"args\": [\"sh\", "
                                "\"-c\", \"echo so it is; exit 33\"]}");

    make_logging_bundle();
    for (size_t i = 0; i < 6; i++)
        hooks = format_text(
            "%s%s\"%s\": [%s, %s, %s]", hooks, i ? ", " : "", kinds[i],
            logging_hook(kinds[i], 1),
            strcmp(kind, kinds[i]) == 0 ? failing : logging_hook(kinds[i], 2),
            logging_hook(kinds[i], 3));
    make_hooked_bundle(hooks);
}

static void expect_failure(struct result result, const char *kind)
{
    expect_status(result, 125);
    expect_text("stderr", result.err,
                format_text("error running %s hook #1: /bin/sh: exit status "
                            "33: so it is",
                            kind));
}

/* All is undone, as far as to the poststop hooks. */
static void failing_create_hooks(int stage)
{
    (void)stage;
    for (size_t i = 0; i < 3; i++) {
        char *log;

        make_failing_bundle(kinds[i]);
        expect_failure(oci("create", "--bundle", "bundle", "box"), kinds[i]);
        log = read_file("log");
        expect_text("the log", log, format_text("%s 1", kinds[i]));
        expect_no_text("the log", log, format_text("%s 3", kinds[i]));
        if (i < 2)
            expect_no_text("the log", log, kinds[i + 1]);
        expect_hooks(log, "poststop", "stopped", getpid());
        ck_assert_str_eq(folder_text("state"), "");
        ck_assert_int_eq(access("rootfs/ran", F_OK), -1);
        remove_traces();
    }
}

static void failing_start_hooks(int stage)
{
    (void)stage;
    make_failing_bundle("startContainer");
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    expect_failure(oci("start", "box"), "startContainer");
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    expect_no_text("what ran", read_file("rootfs/ran"), "command");
    expect_no_text("what ran", read_file("rootfs/ran"), "startContainer 3");
    expect_no_text("the log", read_file("log"), "poststart");
    expect_status(oci("delete", "box"), 0);
    expect_hooks(read_file("log"), "poststop", "stopped", getpid());
    remove_traces();

    make_failing_bundle("poststart");
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    expect_failure(oci("start", "box"), "poststart");
    ck_assert_str_eq(box_status(), "stopped");
    expect_no_text("the log", read_file("log"), "poststart 3");
    expect_no_text("the log", read_file("log"), "poststop");
    expect_status(oci("delete", "box"), 0);
    expect_text("the log", read_file("log"), "poststop 3");
    remove_traces();
    /* run is create, start and delete */
    make_failing_bundle("poststart");
    expect_failure(oci("run", "--bundle", "bundle", "box"), "poststart");
    ck_assert_str_eq(box_status(), "");
    expect_text("the log", read_file("log"), "poststop 3");
    remove_traces();
}

/* It is too late for anything but a warning. */
static void failing_poststop_hook(int stage)
{
    struct result result;

    (void)stage;
    make_failing_bundle("poststop");
    start_box();
    result = oci("--log", "log.json", "--log-format", "json", "delete",
                 "--force", "box");
    expect_status(result, 0);
    expect_text("stderr", result.err, "error running poststop hook #1");
    expect_text("the log", read_file("log.json"), "\"level\":\"warning\"");
    expect_text("the log", read_file("log"), "poststop 3");
    ck_assert_str_eq(box_status(), "");
    unlink("log.json");
    remove_traces();
}

static void slow_hook(int stage)
{
    struct result result;
    double begin = now();

    (void)stage;
    make_hooked_bundle("\"createRuntime\": [{\"path\": \"/bin/sleep\", "
                       "\"args\": [\"sleep\", \"54321\"], \"timeout\": 1}]");
    result = oci("create", "--bundle", "bundle", "box");
    expect_status(result, 125);
    expect_text("stderr", result.err, "took longer than 1 s");
    ck_assert(now() - begin < 20 * slowness());
    ck_assert_int_eq(count_processes("54321"), 0);
    /* one that is quick enough is left alone */
    make_hooked_bundle("\"createRuntime\": [{\"path\": \"/bin/sleep\", "
                       "\"args\": [\"sleep\", \"0.1\"], \"timeout\": 100}]");
    start_box();
    end_box();
    remove_traces();
}

/* A hook may ask about the container that is being made. */
static void state_during_hooks(int stage)
{
    struct process create;

    (void)stage;
    make_program(format_text("while [ ! -e '%s/go' ]; do sleep 0.01; done",
                             scratch_folder));
    make_hooked_bundle(
        format_text("\"prestart\": [{\"path\": \"%s/hook\"}]", scratch_folder));
    create =
        start_stage(8, &oci_how, "create", "--bundle", "bundle", "box", NULL);
    ck_assert(within(5, strcmp(box_status(), "creating") == 0));
    ck_assert(within(5, count_processes("/hook") == 1));
    ck_assert_str_eq(box_status(), "creating");
    expect_text("list", oci("list").out, "creating");
    put_file("go", "");
    expect_status(finish(&create), 0);
    ck_assert_str_eq(box_status(), "created");
    unlink("go");
    end_box();
    remove_traces();
}

static void hook_mistakes(int stage)
{
    static const struct {
        const char *hooks, *message;
    } mistakes[] = {
        {"\"prestart\": [{\"path\": \"bin/true\"}]",
         "hooks.prestart[0].path: \"bin/true\" is not an absolute path"},
        {"\"poststop\": [{\"args\": [\"x\"]}]",
         "hooks.poststop[0].path: is missing"},
        {"\"createRuntime\": [{\"path\": \"/bin/true\", \"timeout\": 0}]",
         "hooks.createRuntime[0].timeout: must be greater than 0"},
        {"\"startContainer\": [{\"path\": \"/bin/true\", \"timeout\": -1}]",
         "hooks.startContainer[0].timeout: must be from 0 to"},
        {"\"poststart\": {}", "hooks.poststart: must be an array"},
    };

    (void)stage;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
        struct result result;

        make_hooked_bundle(mistakes[i].hooks);
        result = oci("create", "--bundle", "bundle", "box");
        expect_status(result, 125);
        expect_text("stderr", result.err, mistakes[i].message);
        ck_assert_int_eq(access("state", F_OK), -1);
    }
    /* one that is not there is only noticed when its time has come */
    make_hooked_bundle("\"prestart\": [{\"path\": \"/no/such\"}]");
    expect_text("stderr", oci("create", "--bundle", "bundle", "box").err,
                "/no/such: exit status 127: execve: No such file");
    remove_traces();
    for (size_t i = 0; i < 6; i++)
        expect_text("features", oci("features").out,
                    format_text("\"%s\"", kinds[i]));
}

const struct check oci_hooks_checks[] = {
    {"oci_hooks_of_a_life", 8, 8, hooks_of_a_life},
    {"oci_hooks_of_run", 8, 8, hooks_of_run},
    {"oci_hooks_see_both_sides", 8, 8, hooks_see_both_sides},
    {"oci_hooks_in_user_namespace", 8, 8, hooks_in_user_namespace},
    {"oci_hooks_environment", 8, 8, hooks_environment},
    {"oci_hooks_start_is_confined", 8, 8, start_hook_is_confined},
    {"oci_hooks_failing_create", 8, 8, failing_create_hooks},
    {"oci_hooks_failing_start", 8, 8, failing_start_hooks},
    {"oci_hooks_failing_poststop", 8, 8, failing_poststop_hook},
    {"oci_hooks_slow", 8, 8, slow_hook},
    {"oci_hooks_state_during", 8, 8, state_during_hooks},
    {"oci_hooks_mistakes", 8, 8, hook_mistakes},
    {0},
};
