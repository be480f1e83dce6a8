/* oci_resources.c - checks of linux.resources, by the files of the groups. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "suite.h"

/* The folder of the box's groups, below each hierarchy's top. */
static const char group[] = "check-oci/box";

#define RESOURCES(text)                                                        \
    EDITS(IN("linux", "\"cgroupsPath\": \"/check-oci/box\""),                  \
          {"\"resources\": {", format_text("\"resources\": {%s,", text)})

/* Where a controller is on this machine: its v1 name, or its v2 name. */
static const char *find_top(const char *v1, const char *v2, bool *is_v2)
{
    const char *top = v1 ? find_cgroup_top(v1, is_v2) : NULL;

    if (top && !*is_v2)
        return top;
    top = v2 ? find_cgroup_top(v2, is_v2) : NULL;
    return top && *is_v2 ? top : NULL;
}

static void remove_parents(void)
{
    host_command(NULL,
                 "for d in $(sed -n 's/^[^ ]* \\([^ ]*\\) cgroup.*/\\1/p' "
                 "/proc/mounts); do rmdir $d/check-oci; done");
}

/* ---- one limit, one file ------------------------------------------------------ */

struct limit {
    const char *json;
    const char *v1, *v1_file, *v1_text; /* the controller, its file, ... */
    const char *v2, *v2_file, *v2_text; /* NULL: v2 has no such limit */
};

static const struct limit limits[] = {
    {"\"memory\": {\"limit\": 67108864, \"swap\": 100663296}", "memory",
     "memory.memsw.limit_in_bytes", "100663296\n", "memory", "memory.swap.max",
     "33554432\n"},
    {"\"memory\": {\"limit\": -1}", "memory", "memory.limit_in_bytes",
     "9223372036854771712\n", "memory", "memory.max", "max\n"},
    {"\"memory\": {\"swappiness\": 7}", "memory", "memory.swappiness", "7\n",
     NULL, NULL, NULL},
    {"\"memory\": {\"kernelTCP\": 8388608}", "memory",
     "memory.kmem.tcp.limit_in_bytes", "8388608\n", NULL, NULL, NULL},
    {"\"memory\": {\"disableOOMKiller\": true}", "memory", "memory.oom_control",
     "oom_kill_disable 1\n", NULL, NULL, NULL},
    {"\"memory\": {\"useHierarchy\": true}", "memory", "memory.use_hierarchy",
     "1\n", "memory", "memory.max", "max\n"},
    {"\"cpu\": {\"quota\": 50000, \"burst\": 20000}", "cpu", "cpu.cfs_burst_us",
     "20000\n", "cpu", "cpu.max.burst", "20000\n"},
    {"\"cpu\": {\"period\": 50000}", "cpu", "cpu.cfs_period_us", "50000\n",
     "cpu", "cpu.max", "max 50000\n"},
    {"\"cpu\": {\"idle\": 1}", "cpu", "cpu.idle", "1\n", "cpu", "cpu.idle",
     "1\n"},
    {"\"cpu\": {\"realtimePeriod\": 500000}", "cpu", "cpu.rt_period_us",
     "500000\n", NULL, NULL, NULL},
    {"\"cpu\": {\"cpus\": \"0\"}", "cpuset", "cpuset.cpus", "0\n", "cpuset",
     "cpuset.cpus", "0\n"},
    {"\"cpu\": {\"mems\": \"0\"}", "cpuset", "cpuset.mems", "0\n", "cpuset",
     "cpuset.mems", "0\n"},
    {"\"pids\": {\"limit\": -1}", "pids", "pids.max", "max\n", "pids",
     "pids.max", "max\n"},
    {"\"hugepageLimits\": [{\"pageSize\": \"2MB\", \"limit\": 4194304}]",
     "hugetlb", "hugetlb.2MB.rsvd.limit_in_bytes", "4194304\n", "hugetlb",
     "hugetlb.2MB.rsvd.max", "4194304\n"},
    {"\"network\": {\"classID\": 1048577}", "net_cls", "net_cls.classid",
     "1048577\n", NULL, NULL, NULL},
    {"\"network\": {\"priorities\": [{\"name\": \"lo\", \"priority\": 9}]}",
     "net_prio", "net_prio.ifpriomap", "lo 9\n", NULL, NULL, NULL},
    {"\"unified\": {\"memory.high\": \"33554432\"}", NULL, NULL, NULL, "memory",
     "memory.high", "33554432\n"},
};

/* Where the machine has no such controller or file, the refusal names it. */
static void expect_refusal(const struct limit *limit)
{
    const char *const names[] = {limit->v1, limit->v1_file, limit->v2,
                                 limit->v2_file};
    struct result result = oci("create", "--bundle", "bundle", "box");
    bool named = false;

    expect_status(result, 125);
    expect_text(limit->json, result.err, "stage-8: cgroup: ");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        named |= names[i] && strstr(result.err, names[i]);
    ck_assert_msg(named, "%s: %s", limit->json, result.err);
    ck_assert_str_eq(box_status(), "");
    remove_bundle();
}

static void expect_limit(const struct limit *limit)
{
    bool v2;
    const char *top = find_top(limit->v1, limit->v2, &v2);
    const char *file = !top ? NULL : v2 ? limit->v2_file : limit->v1_file;
    char *text;

    make_bundle(forever, RESOURCES(limit->json));
    if (!file || access(format_text("%s/%s", top, file), F_OK) == -1) {
        expect_refusal(limit);
        return;
    }
    start_box();
    text = read_file(format_text("%s/%s/%s", top, group, file));
    ck_assert_msg(text != NULL, "%s: no %s", limit->json, file);
    expect_text(limit->json, text, v2 ? limit->v2_text : limit->v1_text);
    end_box();
}

static void each_limit(int stage)
{
    (void)stage;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        expect_limit(&limits[i]);
    remove_parents();
}

/* ---- block devices ------------------------------------------------------------ */

/* "7:0", a block device of this machine, or NULL. */
static char *find_block_device(int *major, int *minor)
{
    for (char **names = list_folder("/sys/class/block"); *names; names++) {
        char *text = read_file(format_text("/sys/class/block/%s/dev", *names));

        if (text && sscanf(text, "%d:%d", major, minor) == 2)
            return format_text("%d:%d", *major, *minor);
    }
    return NULL;
}

static void block_rates(int stage)
{
    static const char *const kinds[][4] = {
        {"throttleReadBpsDevice", "read_bps_device", "rbps", "1048576"},
        {"throttleWriteBpsDevice", "write_bps_device", "wbps", "2097152"},
        {"throttleReadIOPSDevice", "read_iops_device", "riops", "110"},
        {"throttleWriteIOPSDevice", "write_iops_device", "wiops", "120"},
    };
    bool v2;
    const char *top = find_top("blkio", "io", &v2);
    int major, minor;
    char *device = find_block_device(&major, &minor), *json = "", *text;

    (void)stage;
    if (!top || !device)
        skip("no block device, or no controller for them");
    for (size_t i = 0; i < 4; i++)
        json = format_text("%s%s\"%s\": [{\"major\": %d, \"minor\": %d, "
                           "\"rate\": %s}]",
                           json, i ? ", " : "", kinds[i][0], major, minor,
                           kinds[i][3]);
    make_bundle(forever, RESOURCES(format_text("\"blockIO\": {%s}", json)));
    start_box();
    for (size_t i = 0; i < 4; i++) {
        text = read_file(v2 ? format_text("%s/%s/io.max", top, group)
                            : format_text("%s/%s/blkio.throttle.%s", top, group,
                                          kinds[i][1]));
        ck_assert(text != NULL);
        expect_text(kinds[i][0], text, device);
        expect_text(
            kinds[i][0], text,
            format_text("%s%s", v2 ? kinds[i][2] : "",
                        format_text("%s%s", v2 ? "=" : " ", kinds[i][3])));
    }
    end_box();
    remove_parents();
}

/* v1's weight is from 10 to 1000, io.weight from 1 to 10000. */
static void block_weight(int stage)
{
    static const char *const files[] = {"blkio.weight", "blkio.bfq.weight",
                                        "io.bfq.weight", "io.weight"};
    static const char *const texts[] = {"500", "500", "500", "4950"};
    bool v2;
    const char *top = find_top("blkio", "io", &v2);
    struct result result;

    (void)stage;
    if (!top)
        skip("no controller for block devices");
    make_bundle(forever, RESOURCES("\"blockIO\": {\"weight\": 500}"));
    for (size_t i = 0; i < 4; i++)
        if (access(format_text("%s/%s", top, files[i]), F_OK) == 0) {
            start_box();
            expect_text(
                files[i],
                read_file(format_text("%s/%s/%s", top, group, files[i])),
                texts[i]);
            end_box();
            remove_parents();
            return;
        }
    result = oci("create", "--bundle", "bundle", "box");
    expect_status(result, 125);
    expect_text("stderr", result.err, v2 ? "io.weight" : "blkio.bfq.weight");
    expect_text("stderr", result.err, "hint: the kernel lacks this limit");
    remove_bundle();
    remove_parents();
}

/* ---- all groups ---------------------------------------------------------------- */

/* The host looks for a container in every v1 hierarchy, limit or not. */
static void in_every_hierarchy(int stage)
{
    char *lines, *line;
    int count = 0;
    pid_t pid;

    (void)stage;
    make_bundle(forever, NULL);
    pid = start_box();
    lines = read_proc(pid, "cgroup");
    while ((line = strsep(&lines, "\n")) && *line) {
        char *names = strchr(line, ':') + 1;
        char *path = strchr(names, ':');
        bool v2;

        *path++ = '\0';
        /* cpu stands for v2, whose line has no names */
        if (!find_cgroup_top(*names ? names : "cpu", &v2) || v2 == !!*names)
            continue;
        ck_assert_msg(strcmp(path, "/toy-docker/container-box") == 0, "%s: %s",
                      names, path);
        count++;
    }
    ck_assert_int_gt(count, 0);
    end_box();
}

static void cpus_of_the_process(int stage)
{
    char *all = status_field(getpid(), "Cpus_allowed_list");
    pid_t pid;
    bool v2;

    (void)stage;
    if (!find_cgroup_top("cpuset", &v2) || strcmp(all, "0") == 0)
        skip("no cpuset, or only one CPU");
    make_bundle(forever, RESOURCES("\"cpu\": {\"cpus\": \"1\"}"));
    pid = start_box();
    ck_assert_str_eq(status_field(pid, "Cpus_allowed_list"), "1");
    end_box();
    make_bundle(forever, RESOURCES("\"cpu\": {}"));
    pid = start_box();
    ck_assert_str_eq(status_field(pid, "Cpus_allowed_list"), all);
    end_box();
    remove_parents();
}

/* ---- what is wrong -------------------------------------------------------------- */

static const char *const mistakes[][2] = {
    {"\"memory\": {\"swappiness\": 101}",
     "linux.resources.memory.swappiness: must be from 0 to 100"},
    {"\"memory\": {\"limit\": 9, \"swap\": 8}",
     "linux.resources.memory.swap: is memory and swap together"},
    {"\"memory\": {\"useHierarchy\": 1}",
     "linux.resources.memory.useHierarchy: must be true or false"},
    {"\"cpu\": {\"idle\": 2}", "linux.resources.cpu.idle: must be from 0 to 1"},
    {"\"cpu\": {\"quota\": 1000, \"burst\": 1001}",
     "linux.resources.cpu.burst: must not be above quota"},
    {"\"cpu\": {\"cpus\": 3}", "linux.resources.cpu.cpus: must be a string"},
    {"\"cpu\": {\"cpus\": \"9999\"}", "/cpuset.cpus: "},
    {"\"blockIO\": {\"weight\": 1001}",
     "linux.resources.blockIO.weight: must be from 0 to 1000"},
    {"\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": 7, \"rate\": 1}]}",
     "linux.resources.blockIO.throttleReadBpsDevice[0].minor: is missing"},
    {"\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": 7, \"minor\": 0}]}",
     "linux.resources.blockIO.throttleReadBpsDevice[0].rate: is missing"},
    {"\"hugepageLimits\": [{\"pageSize\": \"../2MB\", \"limit\": 0}]",
     "linux.resources.hugepageLimits[0].pageSize: \"../2MB\" is not a size"},
    {"\"hugepageLimits\": [{\"pageSize\": \"2MB\"}]",
     "linux.resources.hugepageLimits[0].limit: is missing"},
    {"\"hugepageLimits\": [{\"pageSize\": \"3MB\", \"limit\": 0}]", "hugetlb"},
    {"\"network\": {\"classID\": 4294967296}",
     "linux.resources.network.classID: must be from 0 to 4294967295"},
    {"\"network\": {\"priorities\": [{\"name\": \"a b\", \"priority\": 1}]}",
     "linux.resources.network.priorities[0].name: \"a b\" is not"},
    {"\"rdma\": {\"mlx\": {}}", "linux.resources.rdma.mlx: needs hcaHandles"},
    {"\"rdma\": {\"mlx\": {\"hcaHandles\": 1}}", "rdma"},
    {"\"unified\": {\"a/../../b.c\": \"1\"}",
     "linux.resources.unified[\"a/../../b.c\"]: the name must be"},
    {"\"unified\": {\"..\": \"1\"}", "linux.resources.unified[\"..\"]: the"},
    {"\"unified\": {\"nope.max\": \"1\"}", "nope"},
    {"\"unified\": {\"memory.max\": 1}",
     "linux.resources.unified[\"memory.max\"]: must be a string"},
};

static void resource_mistakes(int stage)
{
    (void)stage;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct result result;

        make_bundle(forever, RESOURCES(mistakes[i][0]));
        result = oci("create", "--bundle", "bundle", "box");
        expect_status(result, 125);
        expect_text(mistakes[i][0], result.err, mistakes[i][1]);
        ck_assert_str_eq(box_status(), "");
    }
    remove_bundle();
    remove_parents();
}

const struct check oci_limit_checks[] = {
    {"oci_each_limit", 8, 8, each_limit},
    {"oci_block_rates", 8, 8, block_rates},
    {"oci_block_weight", 8, 8, block_weight},
    {"oci_in_every_hierarchy", 8, 8, in_every_hierarchy},
    {"oci_cpus_of_the_process", 8, 8, cpus_of_the_process},
    {"oci_resource_mistakes", 8, 8, resource_mistakes},
    {0},
};
