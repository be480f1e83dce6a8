/* oci_attributes.c - checks of scheduling, memory policy, personality and
 * network devices. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "../common/common.h"
#include "bundle.h"
#include "look.h"
#include "suite.h"

#define PROCESS(member)                                                        \
    {                                                                          \
        "\"noNewPrivileges\"", member ", \"noNewPrivileges\""                  \
    }

/* ---- what is wrong ----------------------------------------------------------- */

static const struct mistake mistakes[] = {
    {PROCESS("\"scheduler\": {\"nice\": 1}"),
     "process.scheduler.policy: is missing"},
    {PROCESS("\"scheduler\": {\"policy\": \"SCHED_FAIR\"}"),
     "process.scheduler.policy: \"SCHED_FAIR\" is not a policy"},
    {PROCESS("\"scheduler\": {\"policy\": \"SCHED_OTHER\", \"nice\": 20}"),
     "process.scheduler.nice: must be from -20 to 19"},
    {PROCESS("\"scheduler\": {\"policy\": \"SCHED_OTHER\", \"priority\": 1}"),
     "process.scheduler.priority: is for SCHED_FIFO and SCHED_RR alone"},
    {PROCESS("\"scheduler\": {\"policy\": \"SCHED_RR\", \"runtime\": 1}"),
     "process.scheduler: runtime, deadline and period are for"},
    {PROCESS("\"scheduler\": {\"policy\": \"SCHED_RR\", \"flags\": [\"X\"]}"),
     "process.scheduler.flags[0]: \"X\" is not a flag"},
    {PROCESS("\"ioPriority\": {\"class\": \"IOPRIO_CLASS_NONE\"}"),
     "process.ioPriority.class: \"IOPRIO_CLASS_NONE\" is not a class"},
    {PROCESS("\"ioPriority\": {\"class\": \"IOPRIO_CLASS_BE\", \"priority\": "
             "8}"),
     "process.ioPriority.priority: must be from 0 to 7"},
    {PROCESS("\"execCPUAffinity\": {\"initial\": \"0-\"}"),
     "process.execCPUAffinity.initial: \"0-\" is not a list such as 0-3,7"},
    {PROCESS("\"execCPUAffinity\": {\"final\": \"1-0\"}"),
     "process.execCPUAffinity.final: \"1-0\" is not a list"},
    {PROCESS("\"execCPUAffinity\": {\"final\": \"0,1024\"}"),
     "process.execCPUAffinity.final: \"0,1024\" is not a list"},
    {IN("linux", "\"personality\": {}"),
     "linux.personality.domain: is missing"},
    {IN("linux", "\"personality\": {\"domain\": \"BSD\"}"),
     "linux.personality.domain: \"BSD\" is not LINUX or LINUX32"},
    {IN("linux", "\"personality\": {\"domain\": \"LINUX\", \"flags\": [\"A\"]"
                 "}"),
     "linux.personality.flags: there are none"},
    {IN("linux", "\"memoryPolicy\": {\"nodes\": \"0\"}"),
     "linux.memoryPolicy.mode: is missing"},
    {IN("linux", "\"memoryPolicy\": {\"mode\": \"MPOL_BIND\", \"nodes\": \"a\""
                 "}"),
     "linux.memoryPolicy.nodes: \"a\" is not a list"},
    {IN("linux", "\"intelRdt\": {\"closID\": \"a\"}"),
     "linux.intelRdt: is not supported"},
    {IN("linux", "\"netDevices\": {\"a/b\": {}}"),
     "linux.netDevices.a/b: is not the name of a network device"},
    {IN("linux", "\"netDevices\": {\"v0\": {\"name\": \"sixteen-letters-\"}}"),
     "linux.netDevices.v0.name: \"sixteen-letters-\" is not"},
    {IN("linux", "\"netDevices\": {\"v0\": {\"name\": \"e%s\"}}"),
     "linux.netDevices.v0.name: \"e%s\" is not"},
};

static void attribute_errors(int stage)
{
    struct result result;

    (void)stage;
    expect_mistakes_named(mistakes, sizeof(mistakes) / sizeof(*mistakes));
    make_bundle("true",
                EDITS({"{\n        \"type\": \"network\"\n      },", ""},
                      IN("linux", "\"netDevices\": {\"v0\": {}}")));
    result = oci("create", "--bundle", "bundle", "box");
    expect_text("stderr", result.err,
                "linux.netDevices: needs a network namespace");
    remove_bundle();
}

/* ---- scheduling ---------------------------------------------------------------- */

/* Field `number` of /proc/PID/stat. */
static int stat_field(pid_t pid, int number)
{
    char *field = strrchr(read_proc(pid, "stat"), ')') + 2;

    for (int i = 3; i < number; i++)
        field = strchr(field, ' ') + 1;
    return atoi(field);
}

static int io_priority_of(pid_t pid)
{
    return (int)syscall(SYS_ioprio_get, 1, pid);
}

enum { NICE = 19, POLICY = 41 };

static void scheduling(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle(forever,
                EDITS(PROCESS("\"scheduler\": {\"policy\": \"SCHED_BATCH\", "
                              "\"nice\": 7}, \"ioPriority\": {\"class\": "
                              "\"IOPRIO_CLASS_BE\", \"priority\": 6}")));
    pid = start_box();
    ck_assert_int_eq(stat_field(pid, POLICY), SCHED_BATCH);
    ck_assert_int_eq(stat_field(pid, NICE), 7);
    ck_assert_int_eq(io_priority_of(pid), 2 << 13 | 6);
    end_box();
    make_bundle(forever,
                EDITS(PROCESS("\"scheduler\": {\"policy\": \"SCHED_IDLE\", "
                              "\"flags\": [\"SCHED_FLAG_RESET_ON_FORK\"]}, "
                              "\"ioPriority\": {\"class\": "
                              "\"IOPRIO_CLASS_IDLE\", \"priority\": 0}")));
    pid = start_box();
    ck_assert_int_eq(sched_getscheduler(pid), SCHED_IDLE | SCHED_RESET_ON_FORK);
    ck_assert_int_eq(io_priority_of(pid) >> 13, 3);
    end_box();
    /* the other side */
    make_bundle(forever, NULL);
    pid = start_box();
    ck_assert_int_eq(stat_field(pid, POLICY), SCHED_OTHER);
    ck_assert_int_eq(stat_field(pid, NICE), 0);
    ck_assert_int_ne(io_priority_of(pid) >> 13, 3);
    end_box();
    /* what the kernel refuses is an error: Linux has no such policy */
    make_bundle(forever,
                EDITS(PROCESS("\"scheduler\": {\"policy\": \"SCHED_ISO\"}")));
    expect_text("stderr", oci("create", "--bundle", "bundle", "box").err,
                "sched_setattr of process.scheduler: Invalid argument");
    remove_bundle();
}

/* Also where the first process has none: it is only about exec. */
static void exec_affinity(int stage)
{
    const char *allowed = "Cpus_allowed_list";
    struct how how = {.flags = {"--root", "state"}, .keep_input = true};
    struct process process;
    pid_t pid;

    (void)stage;
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
        skip("one processor leaves no choice");
    make_bundle(forever,
                EDITS(PROCESS("\"execCPUAffinity\": {\"initial\": \"0\", "
                              "\"final\": \"1\"}")));
    pid = start_box();
    expect_text("the first process", status_field(pid, allowed), "0-1");
    process = start_stage(8, &how, "exec", "box", "sh", "-c",
                          "echo ready; read line", NULL);
    expect(&process, "ready");
    ck_assert(within(5, strcmp(status_field(process.pid, allowed), "0") == 0));
    ck_assert(within(
        5, strcmp(status_field(container_of(&process), allowed), "1") == 0));
    end_now(&process);
    end_box();
    /* without the second, the container's own */
    make_bundle(forever,
                EDITS(PROCESS("\"execCPUAffinity\": {\"initial\": \"0\"}")));
    start_box();
    expect_text(
        "the status",
        oci("exec", "box", "grep", "Cpus_allowed_list", "/proc/self/status")
            .out,
        "\t0-1");
    end_box();
}

/* The caller's own do not count: what config.json says does. */
static void affinity_of_the_caller(int stage)
{
    const char *const see[] = {"grep", "Cpus_allowed_list",
                               "/proc/self/status"};
    char *all = status_field(getpid(), "Cpus_allowed_list");
    cpu_set_t one;
    pid_t pid;

    (void)stage;
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
        skip("one processor leaves no choice");
    make_bundle(forever, NULL);
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof(one), &one), 0);
    pid = start_box();
    ck_assert_str_eq(status_field(pid, "Cpus_allowed_list"), all);
    expect_text("exec's", oci("exec", "box", see[0], see[1], see[2]).out, all);
    end_box();
}

/* ---- labels -------------------------------------------------------------------- */

static bool uses_apparmor(void)
{
    char *enabled = read_file("/sys/module/apparmor/parameters/enabled");

    return enabled && *enabled == 'Y';
}

/* Nobody who asks for rules runs without them. */
static void labels_without_kernel(int stage)
{
    static const struct {
        struct edit edit;
        const char *message;
    } asked[] = {
        {PROCESS("\"apparmorProfile\": \"no-such\""),
         "process.apparmorProfile"},
        {PROCESS("\"selinuxLabel\": \"u:r:no_such_t:s0\""),
         "process.selinuxLabel"},
        {IN("linux", "\"mountLabel\": \"u:r:no_such_t:s0\""),
         "linux.mountLabel"},
    };
    bool selinux = access("/sys/fs/selinux/enforce", F_OK) == 0;

    (void)stage;
    for (size_t i = 0; i < 3; i++) {
        struct result result;

        if (i > 0 && selinux)
            continue; /* what becomes of it depends on the policy */
        make_bundle("echo it ran", EDITS(asked[i].edit));
        result = oci("create", "--bundle", "bundle", "box");
        expect_status(result, 125);
        expect_text("stderr", result.err, asked[i].message);
        ck_assert_int_eq(count_text(folder_text("state"), "box"), 0);
    }
    remove_bundle();
}

static void apparmor_profile(int stage)
{
    int status;
    pid_t pid;

    (void)stage;
    if (!uses_apparmor())
        skip("the kernel does not use AppArmor");
    put_file("profile", "profile toy-check flags=(attach_disconnected) "
                        "{ file, signal, deny /etc/hostname rw, }\n");
    host_command(NULL, "mount -t securityfs securityfs /sys/kernel/security");
    host_command(&status, "apparmor_parser -r profile");
    if (status != 0)
        skip("apparmor_parser(8) does not load a profile");
    make_bundle("cat /etc/hostname 2>/dev/shm/said; while :; do sleep 0.05; "
                "done",
                EDITS(PROCESS("\"apparmorProfile\": \"toy-check\"")));
    pid = start_box();
    ck_assert_str_eq(read_proc(pid, "attr/current"), "toy-check (enforce)\n");
    ck_assert_str_eq(oci("exec", "box", "cat", "/proc/self/attr/current").out,
                     "toy-check (enforce)\n");
    ck_assert(within(5, strstr(read_file(format_text(
                                   "/proc/%d/root/dev/shm/said", (int)pid)),
                               "Permission denied") != NULL));
    end_box();
    make_bundle("while :; do sleep 0.05; done", NULL);
    pid = start_box();
    ck_assert_str_eq(read_proc(pid, "attr/current"), "unconfined\n");
    end_box();
    host_command(NULL, "apparmor_parser -R profile; rm profile");
    host_command(NULL, "umount /sys/kernel/security");
}

/* ---- memory, personality ----------------------------------------------------------- */

static void memory_policy(int stage)
{
    pid_t pid;

    (void)stage;
    if (access("/proc/self/numa_maps", F_OK) == -1)
        skip("the kernel knows no memory nodes");
    make_bundle(forever,
                EDITS(IN("linux", "\"memoryPolicy\": {\"mode\": "
                                  "\"MPOL_INTERLEAVE\", \"nodes\": \"0\", "
                                  "\"flags\": [\"MPOL_F_STATIC_NODES\"]}")));
    pid = start_box();
    expect_text("numa_maps", read_proc(pid, "numa_maps"),
                " interleave=static:0 ");
    expect_text("exec's", oci("exec", "box", "cat", "/proc/self/numa_maps").out,
                " interleave=static:0 ");
    end_box();
    make_bundle(forever, NULL);
    pid = start_box();
    expect_text("numa_maps", read_proc(pid, "numa_maps"), " default ");
    end_box();
    make_bundle(forever,
                EDITS(IN("linux", "\"memoryPolicy\": {\"mode\": "
                                  "\"MPOL_BIND\", \"nodes\": \"1000-1023\"}")));
    expect_text("stderr", oci("create", "--bundle", "bundle", "box").err,
                "set_mempolicy of linux.memoryPolicy: Invalid argument");
    remove_bundle();
}

static void personality_domain(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle(forever, EDITS(IN("linux", "\"personality\": {\"domain\": "
                                           "\"LINUX32\"}")));
    pid = start_box();
    ck_assert_str_eq(read_proc(pid, "personality"), "00000008\n");
    ck_assert_str_eq(oci("exec", "box", "cat", "/proc/self/personality").out,
                     "00000008\n");
    end_box();
    make_bundle(forever, EDITS(IN("linux", "\"personality\": {\"domain\": "
                                           "\"LINUX\", \"flags\": []}")));
    pid = start_box();
    ck_assert_str_eq(read_proc(pid, "personality"), "00000000\n");
    end_box();
}

/* ---- network devices ------------------------------------------------------------------ */

static void make_pairs(void)
{
    int status;
    char *out = host_command(
        &status, "ip link add v0 type veth peer name v1 && ip link add w0 type "
                 "veth peer name w1 && ip addr add 10.98.76.5/24 dev v0 && "
                 "ip addr add 10.98.76.6/24 dev v0 && ip link set v0 up");

    if (status != 0)
        skip("no pairs of network devices here: %.100s", out);
}

/* Renamed, numbered, with its addresses, and up; on the host they are gone. */
static void devices_move(int stage)
{
    pid_t pid;
    char *inside;

    (void)stage;
    make_pairs();
    make_bundle(forever, EDITS(IN("linux", "\"netDevices\": {\"v0\": {\"name\":"
                                           " \"new-name\"}, \"w0\": {\"name\": "
                                           "\"net%d\"}}")));
    expect_status(oci("create", "--bundle", "bundle", "box"), 0);
    pid = box_pid();
    inside = host_command(NULL, "nsenter -t %d -n ip addr", (int)pid);
    expect_text("inside", inside, "new-name@");
    expect_text("inside", inside, "net0@");
    expect_text("inside", inside, "inet 10.98.76.5/24 scope global new-name");
    expect_text("inside", inside, "10.98.76.6/24");
    ck_assert_int_eq(count_text(inside, ",UP"), 3);
    expect_no_text("outside", host_command(NULL, "ip link"), "v0@");
    expect_no_text("outside", host_command(NULL, "ip link"), "w0@");
    end_box();
    /* they end with their namespace, and so do their other ends */
    ck_assert(within(5, !strstr(host_command(NULL, "ip link"), "v1")));
    ck_assert(within(5, !strstr(host_command(NULL, "ip link"), "w1")));
}

static void devices_that_cannot_move(int stage)
{
    static const struct {
        const char *devices, *message;
    } wrong[] = {
        {"\"no-such\": {}", "linux.netDevices[\"no-such\"]: No such device"},
        {"\"v0\": {\"name\": \"lo\"}", "the container has a lo already"},
        {"\"lo\": {\"name\": \"lo2\"}",
         "move the network device lo to the container: Invalid argument"},
    };

    (void)stage;
    make_pairs();
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        char *member =
            format_text("\"linux\": {\"netDevices\": {%s},", wrong[i].devices);
        struct result result;

        make_bundle(forever, EDITS({"\"linux\": {", member}));
        result = oci("create", "--bundle", "bundle", "box");
        expect_status(result, 125);
        expect_text("stderr", result.err, wrong[i].message);
        ck_assert_str_eq(folder_text("state"), "");
    }
    expect_text("outside", host_command(NULL, "ip addr"), "10.98.76.5/24");
    host_command(NULL, "ip link del v0; ip link del w0");
    remove_bundle();
}

const struct check oci_attribute_checks[] = {
    {"oci_attribute_errors", 8, 8, attribute_errors},
    {"oci_scheduling", 8, 8, scheduling},
    {"oci_exec_affinity", 8, 8, exec_affinity},
    {"oci_affinity_of_the_caller", 8, 8, affinity_of_the_caller},
    {"oci_labels_without_kernel", 8, 8, labels_without_kernel},
    {"oci_apparmor_profile", 8, 8, apparmor_profile},
    {"oci_memory_policy", 8, 8, memory_policy},
    {"oci_personality", 8, 8, personality_domain},
    {"oci_net_devices_move", 8, 8, devices_move},
    {"oci_net_devices_that_cannot", 8, 8, devices_that_cannot_move},
    {0},
};
