/* oci_exec.c - checks of exec: one more process in a container. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "suite.h"

/* The container box, running. */
static pid_t make_box(const struct edit *edits)
{
    make_bundle(forever, edits);
    return start_box();
}

static void expect_refused(struct result result, const char *text)
{
    expect_status(result, 125);
    expect_text("stderr", result.err, text);
}

/* The host's number of the process `sleep SECONDS` in box. */
static pid_t find_sleep(const char *seconds)
{
    pid_t pid = 0;

    ck_assert(within(5, (pid = find_process(seconds)) != 0 &&
                            strstr(read_proc(pid, "comm"), "sleep")));
    return pid;
}

/* Runs `sleep SECONDS` there, detached, with one more flag, which may be "". */
static pid_t exec_sleep(const char *flag, const char *value,
                        const char *seconds)
{
    struct result result =
        *flag ? oci("exec", "-d", flag, value, "box", "sleep", seconds)
              : oci("exec", "-d", "box", "sleep", seconds);

    expect_status(result, 0);
    return find_sleep(seconds);
}

static void expect_same(pid_t one, pid_t two, const char *field)
{
    ck_assert_msg(strcmp(status_field(one, field), status_field(two, field)) ==
                      0,
                  "%s: %s and %s", field, status_field(one, field),
                  status_field(two, field));
}

/* ---- what it joins ------------------------------------------------------------ */

static void joins_everything(int stage)
{
    static const char *const kinds[] = {"pid", "net",    "ipc", "uts",
                                        "mnt", "cgroup", "user"};
    static const char *const fields[] = {
        "Uid",    "Gid",        "Groups",  "CapInh",
        "CapPrm", "CapEff",     "CapBnd",  "CapAmb",
        "Umask",  "NoNewPrivs", "Seccomp", "Seccomp_filters"};
    static const struct edit edits[] = {
        {"\"gid\": 0", "\"gid\": 7, \"umask\": 23, \"additionalGids\": [8, 9]"},
        {"\"terminal\"", "\"oomScoreAdj\": 77, \"terminal\""},
        {"\"maskedPaths\"",
         "\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": "
         "[{\"names\": [\"rmdir\"], \"action\": \"SCMP_ACT_ERRNO\", "
         "\"errnoRet\": 99}]}, \"maskedPaths\""},
        {0}};
    pid_t first, other;

    (void)stage;
    first = make_box(edits);
    other = exec_sleep("", "", "971");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        ck_assert_msg(namespace_of(first, kinds[i]) ==
                          namespace_of(other, kinds[i]),
                      "it is in another %s namespace", kinds[i]);
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        expect_same(first, other, fields[i]);
    ck_assert_str_eq(read_proc(first, "cgroup"), read_proc(other, "cgroup"));
    expect_text("its cgroups", read_proc(other, "cgroup"), "container-box");
    ck_assert_str_eq(read_proc(first, "oom_score_adj"),
                     read_proc(other, "oom_score_adj"));
    ck_assert_str_eq(read_proc(first, "limits"), read_proc(other, "limits"));
    ck_assert_str_eq(folder_text(format_text("/proc/%d/fd", (int)other)),
                     "0 1 2");
    expect_text("rmdir", oci("exec", "box", "rmdir", "/tmp").err,
                "Cannot assign");
    expect_status(oci("kill", "box", "KILL"), 0);
    ck_assert(within(5, !is_alive(other)));
    end_box();
}

/* A user namespace comes first, since it decides about the others. */
static void joins_user_and_time(int stage)
{
    static const char *const kinds[] = {"pid", "net",    "ipc",  "uts",
                                        "mnt", "cgroup", "user", "time"};
    struct how how = {.terminal = true, .flags = {"--root", "state"}};
    struct process process;
    struct result result;
    pid_t first, other;

    (void)stage;
    first = make_box(EDITS(
        {"\"namespaces\": [",
         "\"namespaces\": [{\"type\": \"user\"}, {\"type\": \"time\"},"},
        IN("linux",
           "\"timeOffsets\": {\"boottime\": {\"secs\": 77000000}},"
           "\"uidMappings\": [{\"containerID\": 0, \"hostID\": 0, \"size\": "
           "1000}], \"gidMappings\": [{\"containerID\": 0, \"hostID\": 0, "
           "\"size\": 1000}]")));
    other = exec_sleep("--user", "5:6", "986");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        ck_assert_int_eq(namespace_of(first, kinds[i]),
                         namespace_of(other, kinds[i]));
        ck_assert_int_ne(namespace_of(getpid(), kinds[i]),
                         namespace_of(other, kinds[i]));
    }
    expect_text("Uid", status_field(other, "Uid"), "5\t5\t5\t5");
    expect_same(first, other, "CapBnd");
    ck_assert_int_gt(atoi(oci("exec", "box", "cat", "/proc/uptime").out),
                     77000000);
    process = start_stage(8, &how, "exec", "-t", "box", "sh", "-c",
                          "tty; stat -c owner:%u /dev/pts/0", NULL);
    result = finish(&process);
    expect_status(result, 0);
    expect_text("screen", result.out, "owner:0");
    expect_refused(oci("exec", "--user", "1000", "box", "true"), "1000");
    end_box();
}

/* ---- status and errors ---------------------------------------------------------- */

static void exec_status(int stage)
{
    struct result result;

    (void)stage;
    make_box(NULL);
    result = oci("exec", "box", "sh", "-c", "echo out; echo err >&2; exit 42");
    expect_status(result, 42);
    ck_assert_str_eq(result.out, "out\n");
    expect_text("stderr", result.err, "err");
    expect_status(oci("exec", "box", "sh", "-c", "kill -9 $$"), 128 + 9);
    result =
        oci("--log", "log", "--log-format", "json", "exec", "box", "/no/such");
    expect_status(result, 127);
    expect_text("the log", read_file("log"),
                "{\"level\":\"error\",\"msg\":\"execve /no/such");
    unlink("log");
    expect_status(oci("exec", "box", "no-such"), 127);
    expect_status(oci("exec", "box", "/etc"), 126);
    expect_refused(oci("exec", "box"), "command is missing");
    expect_refused(oci("exec", "ark", "true"), "does not exist");
    expect_refused(oci("exec", "--cwd", "/no/such", "box", "true"), "chdir");
    expect_refused(oci("exec", "--user", "4294967295", "box", "true"), "user");
    expect_refused(oci("exec", "--user", "nobody-here", "box", "true"), "user");
    expect_status(oci("kill", "box", "KILL"), 0);
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    expect_refused(oci("exec", "box", "true"), "stopped");
    end_box();
}

/* As runc and crun: its namespaces are there, which is enough. */
static void exec_in_created(int stage)
{
    (void)stage;
    make_bundle(forever, NULL);
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    ck_assert_str_eq(oci("exec", "box", "hostname").out, "container\n");
    ck_assert_str_eq(box_status(), "created");
    expect_status(oci("start", "box"), 0);
    ck_assert_str_eq(box_status(), "running");
    end_box();
}

/* ---- flags --------------------------------------------------------------------- */

static void exec_flags(int stage)
{
    static const struct edit edits[] = {{"\"gid\": 0", "\"gid\": 7"}, {0}};
    const char *script = "pwd; echo $A $B; umask";
    struct result result;
    pid_t pid;

    (void)stage;
    make_box(edits);
    ck_assert_str_eq(oci("exec", "--cwd", "/tmp", "-e", "A=1", "--env", "B=2",
                         "-e", "A=3", "box", "sh", "-c", script)
                         .out,
                     "/tmp\n3 2\n0022\n");
    pid = exec_sleep("--user", "1", "972");
    expect_text("Uid", status_field(pid, "Uid"), "1\t1\t1\t1");
    expect_text("Gid", status_field(pid, "Gid"), "7\t7\t7\t7");
    ck_assert_str_eq(status_field(pid, "CapEff"), "0000000000000000");
    pid = exec_sleep("-u", "2:3", "973");
    expect_text("Uid", status_field(pid, "Uid"), "2\t2\t2\t2");
    expect_text("Gid", status_field(pid, "Gid"), "3\t3\t3\t3");
    pid = exec_sleep("-g", "44", "974");
    expect_text("Groups", status_field(pid, "Groups"), "44");
    result = oci("exec", "--cap", "CAP_NOUGHT", "box", "echo", "it ran");
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "it ran\n");
    expect_text("stderr", result.err, "no capability CAP_NOUGHT");
    pid = exec_sleep("--cap", "CAP_SYS_CHROOT", "975");
    /* spec's KILL, NET_BIND_SERVICE, AUDIT_WRITE, and bit 18 */
    ck_assert_str_eq(status_field(pid, "CapEff"), "0000000020040420");
    ck_assert_str_eq(status_field(pid, "CapBnd"), "0000000020040420");
    ck_assert_str_eq(status_field(pid, "CapInh"), "0000000000000000");
    end_box();
}

static void exec_no_new_privileges(int stage)
{
    static const struct edit edits[] = {
        {"\"noNewPrivileges\": true", "\"noNewPrivileges\": false"}, {0}};

    (void)stage;
    make_box(edits);
    ck_assert_str_eq(status_field(exec_sleep("", "", "976"), "NoNewPrivs"),
                     "0");
    expect_status(oci("exec", "-d", "--no-new-privs", "box", "sleep", "977"),
                  0);
    ck_assert_str_eq(status_field(find_sleep("977"), "NoNewPrivs"), "1");
    end_box();
}

/* The bundle is the caller's, and may be changed or gone. */
static void exec_without_bundle(int stage)
{
    pid_t pid;

    (void)stage;
    make_box(NULL);
    host_command(NULL, "sed -i s/CAP_KILL/CAP_SYS_ADMIN/ bundle/config.json");
    pid = exec_sleep("", "", "978");
    ck_assert_str_eq(status_field(pid, "CapEff"), "0000000020000420");
    host_command(NULL, "rm -r bundle");
    expect_status(oci("exec", "box", "true"), 0);
    end_box();
}

/* Into a folder that is another user's: it is entered before the change of
 * user, who has no capability for it. */
static void exec_in_a_closed_folder(int stage)
{
    (void)stage;
    ck_assert_int_eq(mkdir("rootfs/closed", 0700), 0);
    ck_assert_int_eq(chown("rootfs/closed", 42, 42), 0);
    make_box(EDITS({"\"cwd\": \"/\"", "\"cwd\": \"/closed\""},
                   {"\"uid\": 0", "\"uid\": 42"}));
    ck_assert_str_eq(oci("exec", "--user", "0", "box", "pwd").out, "/closed\n");
    end_box();
    rmdir("rootfs/closed");
}

/* What the file does not say is the container's. */
static void exec_process_file(int stage)
{
    static const char process[] =
        "{\"args\": [\"echo\", \"by fd\"], \"cwd\": \"/\", "
        "\"env\": [\"PATH=/bin:/usr/bin\"]}";
    struct how how = oci_how;
    struct result result;
    int fds[2];
    pid_t pid;

    (void)stage;
    make_box(NULL);
    put_file("process", "{\"args\":[\"sleep\",\"979\"],\"cwd\":\"/\","
                        "\"env\":[\"PATH=/bin:/usr/bin\"],"
                        "\"user\":{\"uid\":5,\"gid\":6}}");
    expect_status(oci("exec", "--process", "process", "--detach", "--pid-file",
                      "pid", "box"),
                  0);
    pid = find_sleep("979");
    ck_assert_int_eq(atoi(read_file("pid")), pid);
    unlink("pid");
    expect_text("Uid", status_field(pid, "Uid"), "5\t5\t5\t5");
    ck_assert_str_eq(status_field(pid, "CapBnd"), "0000000020000420");
    ck_assert_str_eq(status_field(pid, "NoNewPrivs"), "1");
    expect_text("limits", read_proc(pid, "limits"),
                "Max open files            1024                 1024");
    expect_refused(oci("exec", "-p", "process", "box", "true"), "--process");
    /* what a shell makes of <(...) */
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(write(fds[1], process, strlen(process)),
                     (ssize_t)strlen(process));
    close(fds[1]);
    ck_assert_int_eq(dup2(fds[0], 3), 3);
    how.descriptor = 3;
    result = run_stage_so(8, &how, "exec", "-p", "/dev/fd/3", "box", NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "by fd\n");
    close(fds[0]);
    close(3);
    put_file("process", "{\"args\":[\"true\"],\"cwd\":\"here\"}");
    result = oci("exec", "-p", "process", "box");
    expect_refused(result, "process: cwd: \"here\"");
    put_file("process",
             "{\"args\":[\"/bin/pwd\"],\"cwd\":\"/tmp\",\"capabilities\":"
             "{},\"noNewPrivileges\":false}");
    ck_assert_str_eq(oci("exec", "-p", "process", "box").out, "/tmp\n");
    unlink("process");
    expect_refused(oci("exec", "-p", "process", "box"), "process");
    end_box();
}

static void exec_subgroup(int stage)
{
    bool v2;
    const char *top = find_cgroup_top("pids", &v2);
    char *group = format_text("%s/toy-docker/container-box/below", top);
    const char *in = v2 ? "" : "pids:";

    (void)stage;
    make_box(NULL);
    ck_assert_int_eq(mkdir(group, 0755), 0);
    exec_sleep("--cgroup", format_text("%sbelow", in), "981");
    expect_text("its cgroups", read_proc(find_sleep("981"), "cgroup"),
                "container-box/below");
    expect_refused(
        oci("exec", "--cgroup", format_text("%s..", in), "box", "true"),
        "below the container's");
    expect_refused(
        oci("exec", "--cgroup", format_text("%s/none", in), "box", "true"),
        "cgroup");
    expect_refused(oci("exec", "--cgroup", "nix:/", "box", "true"),
                   "no such controller");
    end_box();
}

/* ---- terminals -------------------------------------------------------------------- */

static void exec_at_terminal(int stage)
{
    struct how how = {.terminal = true, .flags = {"--root", "state"}};
    struct process process;
    pid_t pid;
    struct stat inside, outside;

    (void)stage;
    make_box(NULL);
    process = start_stage(8, &how, "exec", "-t", "box", "sh", "-c",
                          "tty; stty size; exec sleep $((980+2))", NULL);
    expect(&process, "/dev/pts/0");
    pid = find_sleep("982");
    ck_assert_int_eq(stat(format_text("/proc/%d/fd/0", (int)pid), &inside), 0);
    ck_assert_int_eq(
        stat(format_text("/proc/%d/fd/0", (int)process.pid), &outside), 0);
    ck_assert(S_ISCHR(inside.st_mode) && inside.st_dev != outside.st_dev);
    /* the container's terminal makes a signal of it, for this process alone */
    type_text(&process, "\003");
    expect_status(finish(&process), 128 + SIGINT);
    ck_assert_str_eq(box_status(), "running");
    expect_refused(oci("exec", "-d", "-t", "box", "true"),
                   "--console-socket is needed");
    end_box();
}

/* A signal to the runtime is one for the process. */
static void exec_passes_signals(int stage)
{
    struct process process;

    (void)stage;
    make_box(NULL);
    process = start_stage(8, &oci_how, "exec", "box", "sh", "-c",
                          "trap 'exit 7' TERM; echo ready; "
                          "while :; do sleep 0.05; done",
                          NULL);
    expect(&process, "ready");
    kill(process.pid, SIGTERM);
    expect_status(finish(&process), 7);
    end_box();
}

/* ---- attacks --------------------------------------------------------------------- */

/* CVE-2024-21626: no number leads to a folder of the host. */
static void exec_into_descriptor(int stage)
{
    (void)stage;
    make_box(NULL);
    for (int i = 3; i < 20; i++)
        expect_refused(oci("exec", "--cwd", format_text("/proc/self/fd/%d", i),
                           "box", "pwd"),
                       "chdir");
    ck_assert_int_eq(symlink("/proc/self/fd/7", "rootfs/tmp/link"), 0);
    expect_refused(oci("exec", "--cwd", "/tmp/link", "box", "pwd"), "chdir");
    unlink("rootfs/tmp/link");
    end_box();
}

/* One that is gone is not: before the command's process there is another. */
static bool is_in_container(pid_t pid)
{
    struct stat status;

    return stat(format_text("/proc/%d/ns/pid", (int)pid), &status) == 0 &&
           status.st_ino != namespace_of(getpid(), "pid");
}

/* CVE-2016-9962: while it is in the container and not yet its command, root of
 * the container cannot look into it. A named pipe in place of the pid file
 * makes the runtime wait at that point. */
static void exec_not_traced(int stage)
{
    static const char script[] =
        "for p in /proc/[0-9]*; do n=${p#/proc/}; [ $n = 1 ] || [ $n = $$ ] || "
        "{ echo found; cat $p/environ; cat $p/mem; ls $p/cwd/ "
        "$p/root/ $p/fd/3/; readlink $p/exe $p/fd/0; }; done";
    struct process process;
    struct result result;
    pid_t pid;

    (void)stage;
    make_bundle("exec sleep 983", NULL);
    start_box();
    find_sleep("983");
    ck_assert_int_eq(mkfifo("pid.new", 0600), 0);
    process = start_stage(8, &oci_how, "exec", "--pid-file", "pid", "box",
                          "true", NULL);
    ck_assert(within(5, list_children(process.pid, &pid, 1) == 1 &&
                            is_in_container(pid)));
    usleep(100000);
    result = oci("exec", "box", "sh", "-c", script);
    expect_text("stdout", result.out, "found\n");
    ck_assert_str_eq(result.out, "found\n");
    ck_assert_uint_ge(count_text(result.err, "Permission denied"), 5);
    host_command(NULL, "cat pid.new");
    expect_status(finish(&process), 0);
    unlink("pid");
    end_box();
}

/* With CAP_SYS_PTRACE it can; but what it sees of exec is in the container, and
 * may do no more than its command. strace makes every step take long. */
static void exec_appears_late(int stage)
{
    static const char steps[] =
        "-e trace=setns,capset,setresuid -e "
        "inject=setns,capset,setresuid:delay_enter=700000";
    const char *script = format_text(
        "while :; do for p in /proc/[0-9]*; do [ $p = /proc/1 ] || { "
        "[ -e $p/root%s ] && echo the host; while read name value; do "
        "[ $name = CapEff: ] && [ $value != \"$seen\" ] && seen=$value && "
        "echo $value; done; } <$p/status; done 2>/dev/null; done",
        scratch_folder);
    char *told;

    (void)stage;
    need_cgroups();
    expect_status(run_stage(8, "run", "-d", "--name", "spy", "--cap-drop",
                            "ALL", "--cap-add", "SYS_PTRACE", "--rootfs",
                            "rootfs", "sh", "-c", script, NULL),
                  0);
    told = host_command(NULL,
                        "strace -f -qq -o /dev/null %s '%s' exec spy sleep 1 "
                        "2>&1; echo $?",
                        steps, stage_path(8));
    ck_assert_str_eq(told, "0\n");
    /* the command itself, and nothing else */
    ck_assert_str_eq(run_stage(8, "logs", "spy", NULL).out,
                     "0000000000080000\n");
    expect_status(run_stage(8, "rm", "-f", "spy", NULL), 0);
}

/* The container ends when exec has joined it, and strace holds it back before it
 * makes the command's process: the second clone3. */
static void exec_meets_end(int stage)
{
    const char *told;

    (void)stage;
    make_bundle("sleep 3", NULL);
    expect_status(oci("run", "--detach", "--bundle", "bundle", "box"), 0);
    told = host_command(NULL,
                        "strace -f -qq -o /dev/null -e trace=clone3 "
                        "-e inject=clone3:delay_enter=2000000 '%s' --root "
                        "state exec box true 2>&1; echo $?",
                        stage_path(8));
    expect_text("exec", told, "stage-8: container box is not running\n125\n");
    expect_status(oci("delete", "box"), 0);
    remove_bundle();
}

const struct check oci_exec_checks[] = {
    {"exec_joins_everything", 8, 8, joins_everything},
    {"exec_joins_user_and_time", 8, 8, joins_user_and_time},
    {"exec_status", 8, 8, exec_status},
    {"exec_meets_end", 8, 8, exec_meets_end},
    {"exec_in_created", 8, 8, exec_in_created},
    {"exec_flags", 8, 8, exec_flags},
    {"exec_no_new_privileges", 8, 8, exec_no_new_privileges},
    {"exec_without_bundle", 8, 8, exec_without_bundle},
    {"exec_in_a_closed_folder", 8, 8, exec_in_a_closed_folder},
    {"exec_process_file", 8, 8, exec_process_file},
    {"exec_subgroup", 8, 8, exec_subgroup},
    {"exec_at_terminal", 8, 8, exec_at_terminal},
    {"exec_passes_signals", 8, 8, exec_passes_signals},
    {"exec_into_descriptor", 8, 8, exec_into_descriptor},
    {"exec_not_traced", 8, 8, exec_not_traced},
    {"exec_appears_late", 8, 8, exec_appears_late},
    {0},
};
