/* oci_update.c - checks of update and events: limits changed while a container
 * runs, and what it says it uses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* The file of box's group with `controller`: its name in v1, and in v2. */
static char *group_file(const char *controller, const char *v1, const char *v2)
{
    bool is_v2;
    const char *top = find_cgroup_top(controller, &is_v2);

    return format_text("%s/toy-docker/container-box/%s", top, is_v2 ? v2 : v1);
}

static void expect_file(const char *controller, const char *v1,
                        const char *v1_text, const char *v2,
                        const char *v2_text)
{
    bool is_v2;

    find_cgroup_top(controller, &is_v2);
    ck_assert_str_eq(read_file(group_file(controller, v1, v2)),
                     is_v2 ? v2_text : v1_text);
}

static struct result update_with(const char *json)
{
    struct how how = oci_how;

    how.input = json;
    return run_stage_so(8, &how, "update", "--resources", "-", "box", NULL);
}

/* ---- update ---------------------------------------------------------------------- */

static void expect_half(void)
{
    expect_file("cpu", "cpu.cfs_quota_us", "50000\n", "cpu.max",
                "50000 200000\n");
    expect_file("cpu", "cpu.shares", "512\n", "cpu.weight", "20\n");
}

static void update_limits(int stage)
{
    (void)stage;
    make_bundle(forever, NULL);
    start_box();
    expect_file("pids", "pids.max", "max\n", "pids.max", "max\n");
    expect_status(oci("update", "--memory", "64M", "--memory-swap", "64M",
                      "--pids-limit", "33", "--cpu-quota", "50000",
                      "--cpu-period", "200000", "--cpu-share", "512", "box"),
                  0);
    expect_file("memory", "memory.limit_in_bytes", "67108864\n", "memory.max",
                "67108864\n");
    expect_file("pids", "pids.max", "33\n", "pids.max", "33\n");
    expect_half();
    /* as dockerd says it: 0 leaves a limit, and both of memory go up */
    expect_status(update_with("{\"memory\":{\"limit\":134217728,\"swap\":"
                              "134217728,\"reservation\":0},\"cpu\":{\"shares\""
                              ":0,\"quota\":0,\"period\":0,\"cpus\":\"\"},"
                              "\"pids\":{\"limit\":-1},\"devices\":[]}"),
                  0);
    expect_file("memory", "memory.limit_in_bytes", "134217728\n", "memory.max",
                "134217728\n");
    expect_file("pids", "pids.max", "max\n", "pids.max", "max\n");
    expect_half();
    expect_status(oci("update", "--memory", "-1", "--cpu-quota", "-1", "box"),
                  0);
    expect_file("memory", "memory.limit_in_bytes", "9223372036854771712\n",
                "memory.max", "max\n");
    expect_file("cpu", "cpu.cfs_quota_us", "-1\n", "cpu.max", "max 200000\n");
    end_box();
}

/* The limit holds for processes that are there already. */
static void update_has_effect(int stage)
{
    struct result result;

    (void)stage;
    make_bundle(forever, NULL);
    start_box();
    expect_status(oci("exec", "box", "sh", "-c", "sleep 0 & sleep 0 & wait"),
                  0);
    expect_status(oci("update", "--pids-limit", "3", "box"), 0);
    result = oci("exec", "box", "sh", "-c", "sleep 1 & sleep 1 & wait");
    ck_assert_int_ne(result.status, 0);
    end_box();
}

/* What is in a tmpfs stays in memory: v1 cannot make room for the limit, and in v2
 * the kernel would kill the container, if nobody looked before. */
static void update_below_usage(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle("head -c 20000000 /dev/zero >/dev/shm/x; >/dev/shm/done; "
                "while :; do sleep 0.05; done",
                NULL);
    pid = start_box();
    ck_assert(
        within(10, access(format_text("/proc/%d/root/dev/shm/done", (int)pid),
                          F_OK) == 0));
    expect_refused(update_with("{\"memory\": {\"limit\": 4194304, \"swap\": "
                               "4194304, \"checkBeforeUpdate\": true}}"),
                   "memory");
    ck_assert_str_eq(box_status(), "running");
    expect_status(update_with("{\"memory\": {\"limit\": 104857600, \"swap\": "
                              "104857600, \"checkBeforeUpdate\": true}}"),
                  0);
    end_box();
}

/* All of it or nothing: the kernel takes no quota of a microsecond. */
static void update_taken_back(int stage)
{
    (void)stage;
    make_bundle(forever, NULL);
    start_box();
    expect_status(oci("update", "--cpu-quota", "50000", "--cpu-period",
                      "200000", "--cpu-share", "512", "--memory", "64M",
                      "--pids-limit", "33", "box"),
                  0);
    expect_refused(update_with("{\"memory\": {\"limit\": 134217728}, \"pids\": "
                               "{\"limit\": 44}, \"cpu\": {\"shares\": 2048, "
                               "\"quota\": 1}}"),
                   "Invalid argument");
    expect_half();
    expect_file("memory", "memory.limit_in_bytes", "67108864\n", "memory.max",
                "67108864\n");
    expect_file("pids", "pids.max", "33\n", "pids.max", "33\n");
    end_box();
}

static void update_refused(int stage)
{
    (void)stage;
    make_bundle(forever, NULL);
    expect_refused(oci("update", "--memory", "64M", "box"), "does not exist");
    start_box();
    expect_refused(oci("update", "--resources", "none", "box"), "none");
    expect_refused(oci("update", "--memory", "lots", "box"), "must be a size");
    expect_refused(oci("update", "--cpu-quota", "-2", "box"), "must be");
    expect_refused(update_with("{\"memory\":"), "is not JSON");
    expect_refused(update_with("{\"memory\":{\"limit\":\"1G\"}}"),
                   "memory.limit: must be a whole number");
    expect_refused(oci("update", "-r", "-", "--memory", "64M", "box"),
                   "--resources");
    expect_refused(oci("update", "--cpuset-cpus", "9999", "box"), "9999");
    expect_status(oci("kill", "box", "KILL"), 0);
    ck_assert(within(5, strcmp(box_status(), "stopped") == 0));
    expect_refused(oci("update", "--memory", "64M", "box"), "not running");
    expect_refused(oci("events", "--stats", "box"), "not running");
    end_box();
}

/* ---- events ---------------------------------------------------------------------- */

/* The number behind `key` in the text, from the member `section` on. */
static uint64_t number_in(const char *text, const char *section,
                          const char *key)
{
    const char *place = strstr(text, format_text("\"%s\":{", section));

    place = place ? strstr(place, format_text("\"%s\":", key)) : NULL;
    if (!place)
        ck_abort_msg("no %s of %s in %s", key, section, text);
    return strtoull(place + strlen(key) + 3, NULL, 10);
}

/* Nanoseconds of CPU time, by the kernel's own file. */
static uint64_t read_cpu_time(void)
{
    bool v2;
    char *text;

    find_cgroup_top("cpu", &v2);
    text = read_file(v2 ? group_file("cpu", "", "cpu.stat")
                        : group_file("cpuacct", "cpuacct.usage", ""));
    return v2 ? strtoull(strstr(text, "usage_usec ") + 11, NULL, 10) * 1000
              : strtoull(text, NULL, 10);
}

static void events_stats(int stage)
{
    struct result result;
    uint64_t before, after, now_is;

    (void)stage;
    make_bundle("while :; do :; done", NULL);
    start_box();
    expect_status(oci("exec", "-d", "box", "sleep", "989"), 0);
    expect_status(oci("update", "--memory", "77M", "--pids-limit", "55", "box"),
                  0);
    usleep(200000);
    before = read_cpu_time();
    result = oci("events", "--stats", "box");
    after = read_cpu_time();
    expect_status(result, 0);
    expect_text("events", result.out,
                "{\"type\":\"stats\",\"id\":\"box\",\"data\":{\"cpu\":{");
    ck_assert_uint_eq(count_text(result.out, "\n"), 1);
    now_is = number_in(result.out, "usage", "total");
    ck_assert_msg(before <= now_is && now_is <= after && before > 0,
                  "%llu is not from %llu to %llu", (unsigned long long)now_is,
                  (unsigned long long)before, (unsigned long long)after);
    ck_assert_uint_eq(number_in(result.out, "memory", "limit"), 77 << 20);
    ck_assert_uint_gt(number_in(result.out, "memory",
                                "usage\":{\"limit\":"
                                "80740352,\"usage"),
                      4096);
    ck_assert_uint_eq(number_in(result.out, "pids", "limit"), 55);
    ck_assert_uint_eq(number_in(result.out, "pids", "current"), 2);
    end_box();
}

/* A line for each interval, and the last one when it is over. */
static void events_until_the_end(int stage)
{
    struct process process;

    (void)stage;
    make_bundle(forever, NULL);
    start_box();
    process =
        start_stage(8, &oci_how, "events", "--interval", "50ms", "box", NULL);
    ck_assert(within(5, count_text(output_of(&process), "\n") >= 3));
    expect_status(oci("kill", "box", "KILL"), 0);
    expect_status(finish(&process), 0);
    expect_refused(oci("events", "--interval", "0s", "box"), "must be a time");
    end_box();
}

static void events_out_of_memory(int stage)
{
    struct process process;

    (void)stage;
    make_bundle("while ! test -e /tmp/go; do sleep 0.05; done; "
                "dd if=/dev/zero of=/dev/null bs=100M count=1; sleep 100",
                NULL);
    start_box();
    expect_status(
        oci("update", "--memory", "24M", "--memory-swap", "24M", "box"), 0);
    process = start_stage(8, &oci_how, "events", "box", NULL);
    usleep(100000);
    ck_assert_str_eq(output_of(&process), "");
    put_file("rootfs/tmp/go", "");
    expect(&process, "{\"type\":\"oom\",\"id\":\"box\"}\n");
    /* it may have been the first process that the kernel chose */
    oci("kill", "box", "KILL");
    expect_status(finish(&process), 0);
    unlink("rootfs/tmp/go");
    end_box();
}

const struct check oci_update_checks[] = {
    {"update_limits", 8, 8, update_limits},
    {"update_has_effect", 8, 8, update_has_effect},
    {"update_below_usage", 8, 8, update_below_usage},
    {"update_taken_back", 8, 8, update_taken_back},
    {"update_refused", 8, 8, update_refused},
    {"events_stats", 8, 8, events_stats},
    {"events_until_the_end", 8, 8, events_until_the_end},
    {"events_out_of_memory", 8, 8, events_out_of_memory},
    {.name = NULL},
};
