/* namespaces.c - checks of what stages 1 to 5 establish, and all keep. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "look.h"
#include "run.h"
#include "suite.h"

/* Exactly the namespaces of this stage are the container's own. */
static void own_namespaces(int stage)
{
    static const struct {
        const char *type;
        int since;
    } types[] = {{"uts", 2},    {"ipc", 3}, {"pid", 4},  {"mnt", 5},
                 {"cgroup", 7}, {"net", 8}, {"user", 99}};
    struct process process = start_script(stage, NULL, forever);
    pid_t container = container_of(&process);

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        bool own = namespace_of(container, types[i].type) !=
                   namespace_of(getpid(), types[i].type);

        ck_assert_msg(own == (stage >= types[i].since),
                      "the container's %s namespace is %s", types[i].type,
                      own ? "its own" : "the host's");
    }
    end_container(&process);
}

/* The stage itself stays in the host's namespaces. */
static void parent_stays_outside(int stage)
{
    static const char *const types[] = {"uts", "ipc", "pid",
                                        "mnt", "net", "cgroup"};
    struct process process = start_script(stage, NULL, forever);

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        ck_assert_msg(namespace_of(process.pid, types[i]) ==
                          namespace_of(getpid(), types[i]),
                      "the stage has left the host's %s namespace", types[i]);
    end_container(&process);
}

static void hostname_flag(int stage)
{
    char *token = make_token();
    struct result result = run_stage(stage, "--hostname", token, "--", "cat",
                                     "/proc/sys/kernel/hostname", NULL);

    expect_status(result, 0);
    ck_assert_str_eq(result.out, format_text("%s\n", token));
}

static void default_hostname(int stage)
{
    struct result result =
        run_stage(stage, "--", "cat", "/proc/sys/kernel/hostname", NULL);

    expect_status(result, 0);
    ck_assert_str_eq(result.out, "container\n");
}

static void is_pid_1(int stage)
{
    struct process process = start_script(stage, NULL, forever);
    char *numbers = status_field(container_of(&process), "NSpid");
    char *last = strrchr(numbers, '\t');

    if (stage >= 4)
        ck_assert_msg(last && strcmp(last, "\t1") == 0, "NSpid: %s", numbers);
    else
        ck_assert_msg(last == NULL, "NSpid: %s", numbers);
    end_container(&process);
}

/* Whose parent has ended is adopted by pid 1 of its PID namespace, which
 * before stage 4 is the host's. When pid 1 ends, all of them end. */
static void orphans(int stage)
{
    struct how how = {.keep_input = true};
    char *seconds = format_text("6%d.5", (int)getpid());
    struct process process =
        start_script(stage, &how, "read s; (sleep $s &) ; read end");
    pid_t container = container_of(&process), orphan = 0;

    type_text(&process, format_text("%s\n", seconds));
    ck_assert(within(5, (orphan = find_process(seconds)) != 0));
    ck_assert(within(5, atoi(status_field(orphan, "PPid")) ==
                            (stage >= 4 ? container : 1)));
    type_text(&process, "end\n");
    finish(&process);
    ck_assert_int_eq(within(stage >= 4 ? 5 : 0.3, !is_alive(orphan)),
                     stage >= 4);
    kill(orphan, SIGKILL);
}

static void unhandled_signal(int stage)
{
    struct result result = run_script(stage, "kill -TERM $$; echo alive");

    if (stage >= 4) {
        expect_status(result, 0);
        ck_assert_str_eq(result.out, "alive\n");
        result = run_script(stage, "kill -KILL $$; echo alive");
        expect_status(result, 0);
        ck_assert_str_eq(result.out, "alive\n");
    } else {
        expect_status(result, 128 + SIGTERM);
        ck_assert_str_eq(result.out, "");
    }
}

static void handled_signal(int stage)
{
    struct result result =
        run_script(stage, "trap 'echo handled; exit 4' TERM; kill -TERM $$; "
                          "sleep 5");

    expect_status(result, 4);
    ck_assert_str_eq(result.out, "handled\n");
}

/* All mounts, not just /: each has its own propagation. */
static void mounts_are_private(int stage)
{
    struct process process = start_script(stage, NULL, forever);
    char *mounts = read_proc(container_of(&process), "mountinfo");

    expect_text("the host's mountinfo", read_proc(getpid(), "mountinfo"),
                " shared:");
    expect_no_text("mountinfo", mounts, " shared:");
    expect_no_text("mountinfo", mounts, " master:");
    end_container(&process);
}

/* Neither does a mount of the host, made later, come in. */
static void host_mounts_stay_out(int stage)
{
    char *token = make_token();
    struct process process = start_script(stage, NULL, forever);
    char *mounts;

    ck_assert_int_eq(mkdir("mounted", 0700), 0);
    ck_assert_int_eq(mount(token, "mounted", "tmpfs", 0, "size=64k"), 0);
    mounts = read_proc(container_of(&process), "mountinfo");
    umount("mounted");
    rmdir("mounted");
    expect_no_text("mountinfo", mounts, token);
    end_container(&process);
}

static void own_proc(int stage)
{
    struct process process = start_script(stage, NULL, forever);
    char *line = find_mount(container_of(&process), "/proc");
    struct result result;

    ck_assert_msg(line != NULL, "nothing is mounted on /proc");
    expect_text("/proc's line in mountinfo", line, " - proc ");
    expect_text("/proc's line in mountinfo", line, "nosuid");
    expect_text("/proc's line in mountinfo", line, "nodev");
    expect_text("/proc's line in mountinfo", line, "noexec");
    end_container(&process);
    result = run_stage(stage, "--", "readlink", "/proc/self", NULL);
    ck_assert_str_eq(result.out, "1\n");
}

const struct check namespace_checks[] = {
    {"own_namespaces", 1, 8, own_namespaces},
    {"parent_stays_outside", 1, 8, parent_stays_outside},
    {"hostname_flag", 2, 8, hostname_flag},
    {"default_hostname", 2, 8, default_hostname},
    {"is_pid_1", 1, 8, is_pid_1},
    {"orphans", 1, 8, orphans},
    {"unhandled_signal", 1, 8, unhandled_signal},
    {"handled_signal", 1, 8, handled_signal},
    {"mounts_are_private", 5, 8, mounts_are_private},
    {"host_mounts_stay_out", 5, 8, host_mounts_stay_out},
    {"own_proc", 5, 8, own_proc},
    {.name = NULL},
};
