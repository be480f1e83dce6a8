/* clean_host.c - checks of `make clean-host` after a stage was killed. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "snapshot.h"
#include "suite.h"

static char *clean_host(const char *environment, int *status)
{
    return host_command(status, "%s '%s/scripts/clean-host.sh'", environment,
                        top_folder);
}

/* How long the stage takes from its start to its command's first output. */
static double measure_start(int stage)
{
    double start = now();
    struct process process = start_script(stage, NULL, "sleep 60");
    double seconds = now() - start;

    end_now(&process);
    return seconds;
}

static void kill_after(int stage, double seconds)
{
    struct process process =
        start_stage(stage, NULL, "--", "sleep", "60", NULL);

    usleep((useconds_t)(seconds * 1e6));
    end_now(&process);
}

/* The lines of DRY=1 that are done without it, in its words. */
static void expect_same_plan(const char *plan, const char *done)
{
    char *rest = format_text("%s", plan), *line;

    while ((line = strsep(&rest, "\n")))
        if (strncmp(line, "would remove: ", 14) == 0)
            expect_text("what was done", done,
                        format_text("removed: %s\n", line + 14));
    ck_assert_int_eq(count_text(plan, "would remove: "),
                     count_text(done, "removed: "));
}

/* From before the stage's first instruction to after its command's: what is
 * left behind, and by half of the moments something must be, is removed. */
static void clean_host_after_kill(int stage)
{
    struct snapshot before = take_snapshot();
    double start = measure_start(stage);
    const int moments = moments_of(20);
    int found = 0;

    need_cgroups();
    for (int i = 0; i < moments; i++) {
        char *plan, *done;
        int status;

        kill_after(stage, 1.5 * start * i / moments);
        ck_assert_msg(within(10, count_processes("sleep") == 0),
                      "the container outlives its stage");
        /* a process without memory, and so a command line, may have its files
         * and their locks, and be in its cgroups, for another moment */
        ck_assert(within(10, (plan = clean_host("DRY=1", &status),
                              status == 0 && !strstr(plan, "in use"))));
        done = clean_host("", &status);
        ck_assert_msg(status == 0, "moment %d: %s", i, done);
        expect_same_plan(plan, done);
        expect_unchanged(&before);
        found += strstr(done, "removed: ") != NULL;
    }
    ck_assert_msg(found > moments / 8, "only %d of %d kills left something",
                  found, moments);
    expect_text("a clean host", clean_host("", NULL), "nothing of ours is");
}

/* What has another name, a living runtime or a process stays. */
static void clean_host_keeps_what_is_not_its_own(int stage)
{
    struct process running = start_script(stage, NULL, "sleep 60");
    const char *top;
    char *foreign, *mine, *busy, *output;
    bool v2;
    int status;

    need_cgroups();
    top = find_cgroup_top("pids", &v2);
    foreign = format_text("%s/toy-docker-other", top);
    mine = format_text("%s/toy-docker/mine", top);
    busy = format_text("%s/toy-docker/stage-%d-0-1", top, stage);
    ck_assert(mkdir(foreign, 0755) == 0 && mkdir(mine, 0755) == 0 &&
              mkdir(busy, 0755) == 0);
    ck_assert(write_file(format_text("%s/cgroup.procs", busy), "0") == 0);

    output = clean_host("", &status);
    ck_assert_msg(status == 1, "exit status %d: %s", status, output);
    expect_text("output", output, "in use: cgroup");
    expect_text("output", output,
                format_text("%s has no runtime, but processes: ", busy));
    expect_no_text("output", output, "\nremoved: cgroup");
    ck_assert(is_alive(container_of(&running)));
    ck_assert(rmdir(foreign) == 0 && rmdir(mine) == 0);

    ck_assert(write_file(format_text("%s/host/cgroup.procs", top), "0") == 0);
    end_now(&running);
    output = clean_host("", &status);
    ck_assert_msg(status == 0 && strstr(output, busy), "%s", output);
}

/* A mount below ./rootfs is what the articles' programs leave. The script is
 * copied, for a ./rootfs of its own. */
static void clean_host_unmounts(int stage)
{
    char *output;
    int status;

    (void)stage;
    output = host_command(
        &status,
        "mkdir scripts && cp '%s/scripts/clean-host.sh' scripts &&"
        "mkdir -p 'rootfs/mnt/a b' && mount -t tmpfs t rootfs/mnt &&"
        "mkdir 'rootfs/mnt/a b' && mount -t tmpfs t 'rootfs/mnt/a b' &&"
        "mkdir other && mount -t tmpfs t other &&"
        "DRY=1 scripts/clean-host.sh && scripts/clean-host.sh;"
        "result=$?; umount other; rmdir other 'rootfs/mnt/a b';"
        "rm -r scripts; exit $result",
        top_folder);
    ck_assert_msg(status == 0, "%s", output);
    expect_text("output", output,
                format_text("would unmount: %s/rootfs/mnt/a b\n"
                            "would unmount: %s/rootfs/mnt\n"
                            "unmounted: %s/rootfs/mnt/a b\n"
                            "unmounted: %s/rootfs/mnt\n",
                            scratch_folder, scratch_folder, scratch_folder,
                            scratch_folder));
    expect_no_text("output", output, "other");
}

/* Of two containers, the one that has ended goes, with its cgroups. */
static void clean_host_deletes_states(int stage)
{
    char *clean = format_text("STATES=state STAGE_DIR=\"$(dirname '%s')\" "
                              "'%s/scripts/clean-host.sh'",
                              stage_path(stage), top_folder);
    char *output;
    int status;

    need_cgroups();
    make_bundle("while :; do sleep 0.05; done", NULL);
    start_box();
    output = host_command(&status, "%s", clean);
    ck_assert_msg(status == 0, "%s", output);
    expect_text("output", output, "in use: container box in state\n");
    ck_assert_str_eq(box_status(), "running");

    kill(box_pid(), SIGKILL);
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    output = host_command(&status, "DRY=1 %s", clean);
    expect_text("output", output, "would delete: container box in state\n");
    output = host_command(&status, "%s", clean);
    ck_assert_msg(status == 0, "%s", output);
    expect_text("output", output, "deleted: container box in state\n");
    ck_assert_str_eq(box_status(), "");
    remove_bundle();
}

/* Groups of containers whose states are gone: those that nobody is making. */
static void clean_host_forgotten_groups(int stage)
{
    char *top, *old, *young, *output;
    int status;
    bool v2;

    (void)stage;
    need_cgroups();
    top = format_text("%s/toy-docker", find_cgroup_top("pids", &v2));
    old = format_text("%s/container-old", top);
    young = format_text("%s/container-young", top);
    host_command(NULL, "mkdir -p %s %s && touch -d '2 minutes ago' %s", young,
                 old, old);
    output = clean_host("", &status);
    ck_assert_msg(status == 0, "exit status %d: %s", status, output);
    expect_text("output", output, format_text("removed: cgroup %s\n", old));
    expect_no_text("output", output, young);
    ck_assert(rmdir(young) == 0 && rmdir(top) == 0);
}

static void clean_host_needs_root(int stage)
{
    int status;
    char *output = host_command(
        &status,
        "setpriv --reuid 65534 --regid 65534 --clear-groups bash -s "
        "<'%s/scripts/clean-host.sh'",
        top_folder);

    (void)stage;
    ck_assert_int_eq(status, 125);
    expect_text("output", output, "this needs root");
}

const struct check clean_host_checks[] = {
    {"clean_host_after_kill", 7, 8, clean_host_after_kill},
    {"clean_host_keeps_what_is_not_its_own", 7, 8,
     clean_host_keeps_what_is_not_its_own},
    {"clean_host_unmounts", 8, 8, clean_host_unmounts},
    {"clean_host_deletes_states", 8, 8, clean_host_deletes_states},
    {"clean_host_forgotten_groups", 8, 8, clean_host_forgotten_groups},
    {"clean_host_needs_root", 8, 8, clean_host_needs_root},
    {.name = NULL},
};
