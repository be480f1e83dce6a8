/* oci_config.c - checks of what config.json says and what becomes of it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "suite.h"

/* ---- what is wrong ----------------------------------------------------------------- */

static const struct mistake mistakes[] = {
    {{"\"network\"", "\"netwrok\""},
     "linux.namespaces[1].type: \"netwrok\" is not a namespace"},
    {{"\"network\"", "\"pid\""},
     "linux.namespaces[1].type: \"pid\" is there twice"},
    {{"\"type\": \"ipc\"", "\"kind\": \"ipc\""},
     "linux.namespaces[2].type: is missing"},
    {{"\"type\": \"mount\"", "\"type\": \"mount\", \"path\": \"/x\""},
     "linux.namespaces[4].path /x: No such file"},
    {{"\"type\": \"network\"", "\"type\": \"network\", \"path\": \"x\""},
     "linux.namespaces[1].path: \"x\" is not an absolute path"},
    {{"\"type\": \"network\"", "\"type\": \"network\", \"path\": \"/no\""},
     "linux.namespaces[1].path /no: No such file"},
    {{"\"ociVersion\": \"1", "\"ociVersion\": \"2"}, "ociVersion: \"2"},
    {{"\"ociVersion\"", "\"version\""}, "ociVersion: is missing"},
    {{"\"root\":", "\"wurzel\":"}, "root: is missing"},
    {{"\"../rootfs\"", "\"/no/such\""}, "root.path /no/such: No such file"},
    {{"\"../rootfs\"", "7"}, "root.path: must be a string"},
    {{"\"cwd\": \"/\"", "\"cwd\": \"tmp\""}, "process.cwd: \"tmp\""},
    {{"\"cwd\": \"/\"", "\"cwd\": \"/a\\u0000b\""},
     "process.cwd: has a NUL character"},
    {{"\"terminal\": false", "\"terminal\": 0"},
     "process.terminal: must be true or false"},
    {{"\"uid\": 0", "\"uid\": -1"}, "process.user.uid: must be from 0 to"},
    {{"\"uid\": 0", "\"uid\": 4294967295"}, "process.user.uid: must be"},
    {{"\"uid\": 0", "\"uid\": 4294967296"}, "process.user.uid: must be"},
    {{"\"uid\": 0", "\"uid\": 1.5"},
     "process.user.uid: must be a whole number"},
    {{"\"TERM=xterm\"", "\"TERM\""}, "process.env[1]: must be NAME=VALUE"},
    {{"\"RLIMIT_NOFILE\"", "\"RLIMIT_NO\""},
     "process.rlimits[0].type: \"RLIMIT_NO\""},
    {{"\"hard\": 1024", "\"hard\": 1"}, "process.rlimits[0]: soft is above"},
    {{"\"noNewPrivileges\"", "\"oomScoreAdj\": 1001, \"noNewPrivileges\""},
     "process.oomScoreAdj: must be from -1000 to 1000"},

    {{"\"destination\": \"/proc\"", "\"destination\": \"/..\""},
     "mounts[0].destination: \"/..\" is no place"},
    {{"\"type\": \"proc\"", "\"typ\": \"proc\""}, "mounts[0].type: is missing"},
    {{"\"allow\": false", "\"allow\": false, \"type\": \"x\""},
     "linux.resources.devices[0].type: \"x\""},
    {{"\"access\": \"rwm\"", "\"access\": \"rwx\""},
     "linux.resources.devices[0].access: \"rwx\""},
    {IN("linux", "\"uidMappings\": [{}]"),
     "linux.uidMappings[0].containerID: is missing"},
    {IN("linux", "\"cgroupsPath\": \"/a/../../b\""),
     "linux.cgroupsPath: \"/a/../../b\" has a \"..\""},
    {IN("linux", "\"sysctl\": {\"kernel.panic\": \"1\"}"),
     "linux.sysctl[\"kernel.panic\"]: is a setting of the whole machine"},
    {IN("linux", "\"sysctl\": {\"net/../kernel/panic\": \"1\"}"),
     "linux.sysctl[\"net/../kernel/panic\"]: is not a name"},
    {IN("linux", "\"rootfsPropagation\": \"loud\""),
     "linux.rootfsPropagation: \"loud\""},
    {IN("linux", "\"devices\": [{\"path\": \"/dev/x\", \"type\": \"c\"}]"),
     "linux.devices[0].major: is missing"},
    {IN("resources", "\"memory\": {\"limit\": \"1\"}"),
     "linux.resources.memory.limit: must be a whole number"},
    {{"\"/proc/acpi\"", "\"proc/acpi\""},
     "linux.maskedPaths[0]: \"proc/acpi\" is not an absolute path"},
    {{"{", "{,"}, "config.json: the document: is not JSON"},
};

/* Each is refused with the member's path, before anything is made. */
static void errors_name_the_path(int stage)
{
    (void)stage;
    expect_mistakes_named(mistakes, sizeof(mistakes) / sizeof(*mistakes));
    remove_bundle();
}

static void hostile_documents(int stage)
{
    char *deep = malloc(200001), *large = malloc(5000001);

    (void)stage;
    make_bundle("true", NULL);
    memset(deep, '[', 200000);
    deep[200000] = '\0';
    put_file("bundle/config.json", format_text("{\"a\":%s", deep));
    expect_text("stderr", oci("create", "-b", "bundle", "box").err, "not JSON");
    memset(large, ' ', 5000000);
    large[5000000] = '\0';
    put_file("bundle/config.json", format_text("{%s}", large));
    expect_text("stderr", oci("create", "-b", "bundle", "box").err, "4 MiB");
    put_file("bundle/config.json", "[]");
    expect_text("stderr", oci("create", "-b", "bundle", "box").err,
                "must be an object");
    unlink("bundle/config.json");
    expect_text("stderr", oci("create", "-b", "bundle", "box").err,
                "No such file");
    remove_bundle();
}

/* What nobody knows is ignored, and null is not there. */
static void unknown_members(int stage)
{
    (void)stage;
    ck_assert_str_eq(
        printed("echo ran",
                EDITS({"\"hostname\"", "\"future\": [1], \"hostname\""},
                      IN("linux", "\"seccomp\": null, \"personality\": null"))),
        "ran\n");
}

/* ---- process ------------------------------------------------------------------------ */

static void process_as_said(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle(
        "umask >/dev/shm/umask; pwd >/dev/shm/pwd; while :; do sleep 0.05; "
        "done",
        EDITS({"\"uid\": 0,", "\"uid\": 1234, \"umask\": 63, "
                              "\"additionalGids\": [7, 4294967294],"},
              {"\"gid\": 0", "\"gid\": 5678"},
              {"\"cwd\": \"/\"", "\"cwd\": \"/dev/shm\""},
              {"\"TERM=xterm\"", "\"WORD=one two\""},
              {"\"noNewPrivileges\": true", "\"noNewPrivileges\": false, "
                                            "\"oomScoreAdj\": 321"},
              {"\"soft\": 1024", "\"soft\": 99"}));
    pid = start_box();
    ck_assert_str_eq(status_field(pid, "Uid"), "1234\t1234\t1234\t1234");
    ck_assert_str_eq(status_field(pid, "Gid"), "5678\t5678\t5678\t5678");
    expect_text("groups", status_field(pid, "Groups"), "7 4294967294");
    ck_assert_str_eq(status_field(pid, "NoNewPrivs"), "0");
    ck_assert_str_eq(status_field(pid, "Seccomp"), "0");
    ck_assert_str_eq(read_proc(pid, "oom_score_adj"), "321\n");
    expect_text("limits", read_proc(pid, "limits"),
                "Max open files            99                   1024");
    ck_assert(
        within(5, access(format_text("/proc/%d/root/dev/shm/pwd", (int)pid),
                         F_OK) == 0));
    usleep(20000);
    ck_assert_str_eq(
        read_file(format_text("/proc/%d/root/dev/shm/umask", (int)pid)),
        "0077\n");
    ck_assert_str_eq(
        read_file(format_text("/proc/%d/root/dev/shm/pwd", (int)pid)),
        "/dev/shm\n");
    end_box();
    /* the other side */
    make_bundle(forever, NULL);
    pid = start_box();
    ck_assert_str_eq(status_field(pid, "NoNewPrivs"), "1");
    ck_assert_str_eq(status_field(pid, "Groups"), "");
    end_box();
}

static void five_capability_sets(int stage)
{
    static const char sets[] =
        "\"capabilities\": {\"bounding\": [\"CAP_CHOWN\", \"CAP_KILL\", "
        "\"CAP_NO_SUCH\"], \"permitted\": [\"CAP_CHOWN\", \"CAP_KILL\"], "
        "\"effective\": [\"CAP_CHOWN\"], \"inheritable\": [\"CAP_KILL\"], "
        "\"ambient\": [\"CAP_KILL\", \"CAP_CHOWN\"]}, \"x\": {";
    struct result result;
    pid_t pid;

    (void)stage;
    make_bundle(forever, EDITS({"\"capabilities\": {", sets},
                               {"\"uid\": 0", "\"uid\": 1000"}));
    result = oci("create", "--bundle", "bundle", "box");
    expect_status(result, 0);
    expect_text("stderr", result.err, "no capability CAP_NO_SUCH");
    expect_text(
        "stderr", result.err,
        "ambient[1]: can't raise ambient capability CAP_CHOWN: only what "
        "is permitted and inheritable");
    expect_status(oci("start", "box"), 0);
    pid = box_pid();
    /* a user other than root keeps what is ambient across execve(2) */
    ck_assert_str_eq(status_field(pid, "CapBnd"), "0000000000000021");
    ck_assert_str_eq(status_field(pid, "CapPrm"), "0000000000000020");
    ck_assert_str_eq(status_field(pid, "CapEff"), "0000000000000020");
    ck_assert_str_eq(status_field(pid, "CapInh"), "0000000000000020");
    ck_assert_str_eq(status_field(pid, "CapAmb"), "0000000000000020");
    end_box();
}

/* Not those that another user who runs the command would have. */
static void command_by_capability(int stage)
{
    static const char sets[] =
        "\"capabilities\": {\"bounding\": [\"CAP_DAC_OVERRIDE\"], "
        "\"permitted\": [\"CAP_DAC_OVERRIDE\"], \"effective\": "
        "[\"CAP_DAC_OVERRIDE\"], \"inheritable\": [\"CAP_DAC_OVERRIDE\"], "
        "\"ambient\": [\"CAP_DAC_OVERRIDE\"]}, \"x\": {";
    struct result result;

    (void)stage;
    put_file("rootfs/tool", "#!/bin/sh\necho it ran\n");
    ck_assert_int_eq(chmod("rootfs/tool", 0700), 0);
    make_bundle("x", EDITS({"\"sh\", \"-c\", \"x\"", "\"/tool\""},
                           {"\"capabilities\": {", sets},
                           {"\"uid\": 0", "\"uid\": 1000"}));
    result = oci("run", "--bundle", "bundle", "box");
    unlink("rootfs/tool");
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "it ran\n");
    remove_bundle();
}

/* The last counts, once. */
static void environment_twice(int stage)
{
    (void)stage;
    expect_text("the environment",
                printed("x", EDITS({"\"sh\", \"-c\", \"x\"", "\"env\""},
                                   {"\"TERM=xterm\"", "\"A=1\", \"AB=2\", "
                                                      "\"A=\", \"A=3=\""})),
                "\nA=3=\nAB=2\nHOME=");
}

/* ---- mounts --------------------------------------------------------------------------- */

/* The mount's own options in mountinfo, and those with "r" below it. */
static void mount_flags(int stage)
{
    char *line;
    pid_t pid;

    (void)stage;
    ck_assert_int_eq(mkdir("from", 0755), 0);
    ck_assert_int_eq(mkdir("from/below", 0755), 0);
    ck_assert_int_eq(mount("tmpfs", "from/below", "tmpfs", 0, NULL), 0);
    make_bundle(forever,
                EDITS(MOUNT("{\"destination\": \"/run/a\", \"source\": "
                            "\"../from\", \"options\": [\"rbind\", \"ro\", "
                            "\"nosuid\"]}, {\"destination\": \"/run/b\", "
                            "\"source\": \"../from\", \"options\": "
                            "[\"rbind\", \"rro\", \"rnoexec\"]}, "
                            "{\"destination\": \"/run/c\", \"source\": "
                            "\"../from\", \"options\": [\"bind\"]}, "
                            "{\"destination\": \"/run/d\", \"type\": "
                            "\"tmpfs\", \"options\": [\"size=8k\", "
                            "\"mode=711\", \"noatime\"]}")));
    pid = start_box();
    line = find_mount(pid, "/run/a");
    expect_text("/run/a", line, " ro,nosuid");
    expect_text("/run/a/below", find_mount(pid, "/run/a/below"), " rw,");
    expect_text("/run/b", find_mount(pid, "/run/b"), " ro,noexec");
    expect_text("/run/b/below", find_mount(pid, "/run/b/below"), " ro,noexec");
    ck_assert(find_mount(pid, "/run/c") != NULL);
    ck_assert(find_mount(pid, "/run/c/below") == NULL);
    line = find_mount(pid, "/run/d");
    expect_text("/run/d", line, "noatime");
    expect_text("/run/d", line, "size=8k,mode=711");
    end_box();
    umount("from/below");
    host_command(NULL, "rm -r from; rmdir rootfs/run/*");
}

static bool sees(pid_t pid, const char *place)
{
    return find_mount(pid, place) != NULL;
}

/* Mounts that the host makes later, and those that the container makes. */
static void propagation(int stage)
{
    static const char *const names[] = {"none", "rslave", "rshared"};
    char *made = format_text("%s/from/inside", scratch_folder);

    (void)stage;
    for (size_t i = 0; i < 3; i++) {
        char *option = i ? format_text(", \"%s\"", names[i]) : "";
        char *text = format_text(
            "\"mounts\": [{\"destination\": \"/tmp/m\", \"source\": "
            "\"../from\", \"options\": [\"rbind\"%s]},",
            option);
        pid_t pid;

        host_command(NULL, "mkdir -p from/later from/inside; "
                           "mount -t tmpfs tmpfs from; mkdir from/later "
                           "from/inside");
        make_bundle(forever, EDITS({"\"mounts\": [", text}));
        pid = start_box();
        ck_assert_int_eq(mount("tmpfs", "from/later", "tmpfs", 0, NULL), 0);
        ck_assert_msg(sees(pid, "/tmp/m/later") == (i > 0),
                      "%s: a mount of the host is %s inside", names[i],
                      i ? "not seen" : "seen");
        host_command(NULL,
                     "nsenter -t %d -m mount -t tmpfs tmpfs /tmp/m/inside",
                     (int)pid);
        ck_assert(sees(pid, "/tmp/m/inside"));
        ck_assert_msg(sees(getpid(), made) == (i == 2),
                      "%s: a mount of the container is %s outside", names[i],
                      i == 2 ? "not seen" : "seen");
        end_box();
        host_command(NULL, "umount -R from; rm -rf from rootfs/tmp/m");
    }
}

static void rootfs_propagation(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle(forever,
                EDITS(IN("linux", "\"rootfsPropagation\": \"shared\"")));
    pid = start_box();
    expect_text("/", find_mount(pid, "/"), " shared:");
    end_box();
    make_bundle(forever, NULL);
    pid = start_box();
    expect_no_text("/", find_mount(pid, "/"), " shared:");
    end_box();
}

static void read_only_root(int stage)
{
    (void)stage;
    ck_assert_str_eq(
        printed("echo x >/there 2>/dev/null || echo no",
                EDITS({"\"readonly\": false", "\"readonly\": true"})),
        "no\n");
    ck_assert_str_eq(printed("echo x >/there && rm /there && echo yes", NULL),
                     "yes\n");
}

/* ---- settings of namespaces ------------------------------------------------ */

/* Without a namespace of its own, the container may not change the host's. */
static void settings_need_namespaces(int stage)
{
    struct result result;

    (void)stage;
    make_bundle("true",
                EDITS({"\"type\": \"uts\"", "\"type\": \"uts\", \"path\": "
                                            "\"/proc/self/ns/uts\""}));
    result = oci("create", "--bundle", "bundle", "box");
    expect_status(result, 125);
    expect_text("stderr", result.err, "hostname: needs a uts namespace");
    make_bundle("true",
                EDITS({"\"type\": \"network\"", "\"type\": \"network\", "
                                                "\"path\": "
                                                "\"/proc/self/ns/net\""},
                      IN("linux", "\"sysctl\": {\"net.ipv4.ip_forward\": "
                                  "\"1\"}")));
    result = oci("create", "--bundle", "bundle", "box");
    expect_status(result, 125);
    expect_text("stderr", result.err, "is the host's here");
    remove_bundle();
}

static void sysctls(int stage)
{
    static const char file[] = "/proc/sys/net/ipv4/ip_default_ttl";
    char *before = read_file(file);

    (void)stage;
    ck_assert_str_eq(
        printed("cat /proc/sys/net/ipv4/ip_default_ttl "
                "/proc/sys/kernel/msgmax /proc/sys/kernel/domainname",
                EDITS(IN("linux", "\"sysctl\": {\"net.ipv4.ip_default_ttl\": "
                                  "\"77\", \"kernel/msgmax\": \"4321\"}"),
                      {"\"hostname\"",
                       "\"domainname\": \"example\", \"hostname\""})),
        "77\n4321\nexample\n");
    ck_assert_str_eq(read_file(file), before);
    ck_assert_str_ne(before, "77\n");
}

/* ---- resources, devices, paths ------------------------------------------------------------ */

static char *group_file(const char *controller, const char *v1_file,
                        const char *v2_file, const char *group)
{
    bool v2;
    const char *top = find_cgroup_top(controller, &v2);
    char *text =
        read_file(format_text("%s/%s/%s", top, group, v2 ? v2_file : v1_file));

    ck_assert_msg(text != NULL, "no group %s of %s", group, controller);
    return text;
}

static void resources_and_path(int stage)
{
    static const char group[] = "check-oci/deeper/box";
    const char *const controllers[] = {
        "memory",     "cpu",     "pids",        "devices", "cpuset",
        "blkio",      "freezer", "cpuacct",     "net_cls", "net_prio",
        "perf_event", "hugetlb", "name=systemd"};

    (void)stage;
    make_bundle(
        forever,
        EDITS(IN("linux", "\"cgroupsPath\": \"/check-oci/deeper//box\""),
              IN("resources",
                 "\"memory\": {\"limit\": 67108864, \"reservation\": "
                 "33554432}, \"cpu\": {\"quota\": 50000, \"period\": "
                 "200000, \"shares\": 512}, \"pids\": {\"limit\": "
                 "77}")));
    start_box();
    ck_assert_str_eq(
        group_file("memory", "memory.limit_in_bytes", "memory.max", group),
        "67108864\n");
    ck_assert_str_eq(
        group_file("memory", "memory.soft_limit_in_bytes", "memory.low", group),
        "33554432\n");
    expect_text("the quota",
                group_file("cpu", "cpu.cfs_quota_us", "cpu.max", group),
                "50000");
    expect_text("the period",
                group_file("cpu", "cpu.cfs_period_us", "cpu.max", group),
                "200000");
    expect_text("the shares", "512\n20\n",
                group_file("cpu", "cpu.shares", "cpu.weight", group));
    ck_assert_str_eq(group_file("pids", "pids.max", "pids.max", group), "77\n");
    end_box();
    for (size_t i = 0; i < sizeof(controllers) / sizeof(*controllers); i++) {
        bool v2;
        const char *top = find_cgroup_top(controllers[i], &v2);

        if (!top)
            continue;
        ck_assert_int_eq(access(format_text("%s/%s", top, group), F_OK), -1);
        rmdir(format_text("%s/check-oci/deeper", top));
        rmdir(format_text("%s/check-oci", top));
    }
}

/* A path of one name: nothing above it but the hierarchies' tops. */
static void group_at_the_top(int stage)
{
    bool v2;
    const char *top;

    (void)stage;
    make_bundle(forever, EDITS(IN("linux", "\"cgroupsPath\": \"/check-oci\"")));
    start_box();
    top = find_cgroup_top("pids", &v2);
    ck_assert_int_eq(
        atoi(read_file(format_text("%s/check-oci/cgroup.procs", top))),
        (int)box_pid());
    ck_assert_str_eq(oci("delete", "--force", "box").err, "");
    ck_assert_int_eq(access(format_text("%s/check-oci", top), F_OK), -1);
    remove_bundle();
}

static void devices(int stage)
{
    struct stat status;
    pid_t pid;

    (void)stage;
    make_bundle(
        "head -c 4 /dev/sub/nought | wc -c >/dev/shm/read; head -c 1 "
        "/dev/other 2>/dev/shm/other; while :; do sleep 0.05; done",
        EDITS(IN("linux", "\"devices\": [{\"path\": \"/dev/sub/nought/\", "
                          "\"type\": \"c\", \"major\": 1, \"minor\": 5, "
                          "\"fileMode\": 8612, \"uid\": 12, \"gid\": 34}, "
                          "{\"path\": \"/dev/ptmx\", \"type\": \"c\", "
                          "\"major\": 5, \"minor\": 2}, "
                          "{\"path\": \"/dev/null\", \"type\": \"c\", "
                          "\"major\": 1, \"minor\": 3, \"fileMode\": 438}, "
                          "{\"path\": \"/dev/other\", \"type\": \"c\", "
                          "\"major\": 1, \"minor\": 1}, {\"path\": "
                          "\"/dev/pipe\", \"type\": \"p\"}]")));
    pid = start_box();
    ck_assert_int_eq(
        stat(format_text("/proc/%d/root/dev/sub/nought", (int)pid), &status),
        0);
    ck_assert(S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 5));
    /* its mode was given with the type in it, as podman does */
    ck_assert_int_eq(status.st_mode & 07777, 0644);
    ck_assert_int_eq(status.st_uid, 12);
    ck_assert_int_eq(status.st_gid, 34);
    ck_assert_int_eq(
        stat(format_text("/proc/%d/root/dev/pipe", (int)pid), &status), 0);
    ck_assert(S_ISFIFO(status.st_mode));
    /* the container's own, whatever is asked for */
    ck_assert_int_eq(
        lstat(format_text("/proc/%d/root/dev/ptmx", (int)pid), &status), 0);
    ck_assert(S_ISLNK(status.st_mode));
    ck_assert(
        within(5, access(format_text("/proc/%d/root/dev/shm/other", (int)pid),
                         F_OK) == 0));
    usleep(50000);
    ck_assert_str_eq(
        read_file(format_text("/proc/%d/root/dev/shm/read", (int)pid)), "4\n");
    /* a node is not a permission: the filter decides */
    expect_text("reading /dev/mem",
                read_file(format_text("/proc/%d/root/dev/shm/other", (int)pid)),
                "Operation not permitted");
    end_box();
}

/* Without a mount there, and none of them in the bundle's root. */
static void devices_without_a_mount(int stage)
{
    struct stat status;
    pid_t pid;

    (void)stage;
    make_bundle(forever, EDITS({"\"destination\": \"/dev\"",
                                "\"destination\": \"/mnt\""}));
    pid = start_box();
    ck_assert_int_eq(
        stat(format_text("/proc/%d/root/dev/null", (int)pid), &status), 0);
    ck_assert(S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3));
    ck_assert_int_eq(
        lstat(format_text("/proc/%d/root/dev/fd", (int)pid), &status), 0);
    expect_text("/dev/shm", find_mount(pid, "/dev/shm"), " - tmpfs");
    ck_assert_int_eq(access("rootfs/dev/null", F_OK), -1);
    end_box();
}

/* Its options hold for the command, not for what is put there before. */
static void read_only_dev(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle(
        forever,
        EDITS({"\"strictatime\"", "\"strictatime\", \"ro\""},
              IN("linux", "\"devices\": [{\"path\": \"/dev/sub/nought\", "
                          "\"type\": \"c\", \"major\": 1, \"minor\": "
                          "5}]")));
    pid = start_box();
    expect_text("/dev", find_mount(pid, "/dev"), " ro,");
    expect_text("/dev/shm", find_mount(pid, "/dev/shm"), " rw,");
    expect_text("touch", oci("exec", "box", "touch", "/dev/x").err,
                "Read-only file system");
    expect_status(oci("exec", "box", "test", "-c", "/dev/sub/nought"), 0);
    end_box();
}

static void paths(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle(forever, EDITS({"\"/proc/acpi\"", "\"/proc/version\""},
                               {"\"/proc/bus\"", "\"/proc/tty\""}));
    pid = start_box();
    expect_text("/proc/version", find_mount(pid, "/proc/version"), " /null ");
    expect_text("/proc/tty", find_mount(pid, "/proc/tty"), " ro,");
    ck_assert(find_mount(pid, "/proc/bus") == NULL);
    end_box();
}

static void annotations(int stage)
{
    (void)stage;
    make_bundle(forever, EDITS({"\"hostname\"",
                                "\"annotations\": {\"a.b/c\": \"w\\\"x\"}, "
                                "\"hostname\""}));
    start_box();
    expect_text("state", oci("state", "box").out, "\"a.b/c\": \"w\\\"x\"");
    end_box();
}

const struct check oci_config_checks[] = {
    {"oci_errors_name_the_path", 8, 8, errors_name_the_path},
    {"oci_hostile_documents", 8, 8, hostile_documents},
    {"oci_unknown_members", 8, 8, unknown_members},
    {"oci_process_as_said", 8, 8, process_as_said},
    {"oci_five_capability_sets", 8, 8, five_capability_sets},
    {"oci_command_by_capability", 8, 8, command_by_capability},
    {"oci_environment_twice", 8, 8, environment_twice},
    {"oci_mount_flags", 8, 8, mount_flags},
    {"oci_propagation", 8, 8, propagation},
    {"oci_rootfs_propagation", 8, 8, rootfs_propagation},
    {"oci_read_only_root", 8, 8, read_only_root},
    {"oci_settings_need_namespaces", 8, 8, settings_need_namespaces},
    {"oci_sysctls", 8, 8, sysctls},
    {"oci_resources_and_path", 8, 8, resources_and_path},
    {"oci_group_at_the_top", 8, 8, group_at_the_top},
    {"oci_devices", 8, 8, devices},
    {"oci_devices_without_a_mount", 8, 8, devices_without_a_mount},
    {"oci_read_only_dev", 8, 8, read_only_dev},
    {"oci_paths", 8, 8, paths},
    {"oci_annotations", 8, 8, annotations},
    {0},
};
