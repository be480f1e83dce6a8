/* oci_namespaces.c - checks of the namespaces of an OCI container. */
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "suite.h"

static void expect_refused(const char *text)
{
    struct result result = oci("create", "--bundle", "bundle", "box");

    expect_status(result, 125);
    expect_text("stderr", result.err, text);
    ck_assert_int_eq(access("state/box", F_OK), -1);
}

/* ---- each kind: new, joined, the host's ---------------------------------------- */

static const struct {
    const char *type, *file;
} kinds[] = {
    {"pid", "pid"},   {"network", "net"},   {"ipc", "ipc"},
    {"uts", "uts"},   {"cgroup", "cgroup"}, {"mount", "mnt"},
    {"user", "user"}, {"time", "time"},
};

/* A process in a namespace of each kind; of a user namespace only if asked. */
static pid_t start_other(bool user, pid_t *sleeper)
{
    pid_t other = fork();

    if (other == 0) {
        char *words[] = {"unshare", user ? "-U" : "-niupmTC",
                         "--fork",  "--kill-child",
                         "sleep",   "1000",
                         NULL};

        execvp(words[0], words);
        _exit(127);
    }
    ck_assert(within(5, list_children(other, sleeper, 1) == 1));
    usleep(50000);
    if (user) {
        put_file(format_text("/proc/%d/uid_map", (int)*sleeper), "0 100000 70");
        put_file(format_text("/proc/%d/gid_map", (int)*sleeper), "0 100000 70");
    }
    return other;
}

/* What takes the entry of the kind out of config.json, and puts another in. */
static const struct edit *replaced(const char *type, const char *entry)
{
    static struct edit edits[4];
    bool listed = strcmp(type, "user") != 0 && strcmp(type, "time") != 0;

    edits[0] = (struct edit){"\"namespaces\": [", "\"namespaces\": ["};
    if (*entry)
        edits[0].to = format_text("\"namespaces\": [%s,", entry);
    edits[1] = (struct edit){"\"hostname\": \"container\",", ""};
    edits[2] = (struct edit){0};
    if (listed && strcmp(type, "cgroup") != 0)
        edits[2] = (struct edit){
            format_text("{\n        \"type\": \"%s\"\n      },", type), ""};
    else if (listed)
        edits[2] = (struct edit){
            format_text(",\n      {\n        \"type\": \"%s\"\n      }", type),
            ""};
    return edits;
}

static void joins(const char *type, const char *file, pid_t sleeper)
{
    ino_t host = namespace_of(getpid(), file);
    const char *path = format_text("/proc/%d/ns/%s", (int)sleeper, file);
    pid_t pid;

    make_bundle(forever, replaced(type, format_text("{\"type\": \"%s\", "
                                                    "\"path\": \"%s\"}",
                                                    type, path)));
    pid = start_box();
    ck_assert_msg(namespace_of(pid, file) == namespace_of(sleeper, file),
                  "%s was not joined", type);
    ck_assert_int_ne(namespace_of(pid, file), host);
    end_box();
    /* a file of another kind */
    make_bundle(
        forever,
        replaced(type, format_text("{\"type\": \"%s\", "
                                   "\"path\": \"/proc/self/ns/%s\"}",
                                   type, strcmp(type, "ipc") ? "ipc" : "uts")));
    expect_refused(type);
}

static void is_new_or_the_hosts(const char *type, const char *file)
{
    ino_t host = namespace_of(getpid(), file);
    char *entry = format_text("{\"type\": \"%s\"}", type);
    pid_t pid;

    if (strcmp(type, "user") == 0)
        make_bundle(forever, EDITS(SHIFTED));
    else
        make_bundle(forever, replaced(type, entry));
    pid = start_box();
    ck_assert_int_ne(namespace_of(pid, file), host);
    end_box();
    entry = format_text("{\"type\": \"%s\", \"path\": \"/proc/self/ns/%s\"}",
                        type, file);
    make_bundle(forever, replaced(type, entry));
    pid = start_box();
    ck_assert_int_eq(namespace_of(pid, file), host);
    end_box();
    make_bundle(forever, replaced(type, ""));
    pid = start_box();
    ck_assert_int_eq(namespace_of(pid, file), host);
    end_box();
}

/* How many mounts the host has in the root file system. */
static size_t count_own_mounts(void)
{
    return count_text(read_proc(getpid(), "mountinfo"),
                      format_text(" %s/rootfs", scratch_folder));
}

/* In the host's mount namespace: what is mounted there ends with it, and the
 * caller's own stays. */
static void hosts_mounts(int stage)
{
    const struct edit none = {"{\n        \"type\": \"mount\"\n      },", ""};
    const char *token = make_token();
    size_t before;

    (void)stage;
    put_file("rootfs/token", token);
    host_command(NULL, "mount --bind rootfs rootfs");
    before = count_own_mounts();
    ck_assert_uint_gt(before, 0);
    make_bundle(forever, EDITS(none));
    start_box();
    ck_assert_uint_gt(count_own_mounts(), before + 5);
    ck_assert_str_eq(oci("exec", "box", "cat", "/token").out, token);
    expect_text("its root", oci("exec", "box", "ls", "/..").out, "token\n");
    end_box();
    ck_assert_uint_eq(count_own_mounts(), before);
    make_bundle("exit 3", EDITS(none));
    expect_status(oci("run", "--bundle", "bundle", "box"), 3);
    ck_assert_uint_eq(count_own_mounts(), before);
    make_bundle("true", EDITS(none, {"\"sh\"", "\"/none\""}));
    expect_status(oci("create", "--bundle", "bundle", "box"), 127);
    ck_assert_uint_eq(count_own_mounts(), before);
    host_command(NULL, "umount rootfs");
    unlink("rootfs/token");
    remove_bundle();
}

static void namespaces(int stage)
{
    pid_t sleeper = 0, mapped = 0;
    pid_t other = start_other(false, &sleeper);
    pid_t user = start_other(true, &mapped);

    (void)stage;
    make_shifted();
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        bool is_user = strcmp(kinds[i].type, "user") == 0;

        is_new_or_the_hosts(kinds[i].type, kinds[i].file);
        joins(kinds[i].type, kinds[i].file, is_user ? mapped : sleeper);
    }
    remove_shifted();
    remove_bundle();
    kill(other, SIGKILL);
    kill(user, SIGKILL);
    waitpid(other, NULL, 0);
    waitpid(user, NULL, 0);
}

/* A zombie has taken all others of its PID namespace with it. */
static bool has_ended(pid_t pid)
{
    char *stat = read_file(format_text("/proc/%d/stat", (int)pid));

    return !stat || strstr(stat, ") Z ");
}

/* A file may hold on to a PID namespace that has lost its first process. */
static void ended_pid_namespace(int stage)
{
    pid_t sleeper = 0, other = start_other(false, &sleeper);

    (void)stage;
    put_file("ended", "");
    ck_assert_int_eq(mount(format_text("/proc/%d/ns/pid", (int)sleeper),
                           "ended", NULL, MS_BIND, NULL),
                     0);
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    ck_assert(within(10, has_ended(sleeper)));
    make_bundle(forever, replaced("pid", format_text("{\"type\": \"pid\", "
                                                     "\"path\": \"%s/ended\"}",
                                                     scratch_folder)));
    expect_refused("first process of the PID namespace it is to be in has "
                   "ended");
    ck_assert_int_eq(umount("ended"), 0);
    ck_assert_int_eq(unlink("ended"), 0);
    remove_bundle();
}

/* In a mount namespace that it shares, the container has its own root, and
 * those who are there keep theirs. */
static void shared_mount_namespace(int stage)
{
    pid_t sleeper = 0, other = start_other(false, &sleeper), pid;
    char *root = format_text("/proc/%d/root/%s", (int)sleeper, scratch_folder);

    (void)stage;
    make_bundle("touch /run/mark; while :; do sleep 0.05; done",
                replaced("mount", format_text("{\"type\": \"mount\", \"path\": "
                                              "\"/proc/%d/ns/mnt\"}",
                                              (int)sleeper)));
    pid = start_box();
    ck_assert(within(5, access("rootfs/run/mark", F_OK) == 0));
    ck_assert_int_eq(access(format_text("%s/conf", root), F_OK), 0);
    ck_assert_int_eq(
        access(format_text("/proc/%d/root/%s/conf", (int)pid, scratch_folder),
               F_OK),
        -1);
    ck_assert_str_eq(oci("exec", "box", "ls", "/run/mark").out, "/run/mark\n");
    /* its mounts are there, and not on the host */
    ck_assert(
        find_mount(sleeper, format_text("%s/rootfs/proc", scratch_folder)));
    ck_assert(
        !find_mount(getpid(), format_text("%s/rootfs/proc", scratch_folder)));
    end_box();
    unlink("rootfs/run/mark");
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
}

/* ---- user namespaces ------------------------------------------------------------- */

/* The inode of the user namespace that a namespace of `pid` belongs to. */
static ino_t owner_of(pid_t pid, const char *file)
{
    int fd = open(format_text("/proc/%d/ns/%s", (int)pid, file), O_RDONLY);
    int owner = ioctl(fd, NS_GET_USERNS);
    struct stat status = {0};

    ck_assert_msg(owner != -1 && fstat(owner, &status) == 0, "owner of %s",
                  file);
    close(owner);
    close(fd);
    return status.st_ino;
}

static void expect_owner(const char *path, uid_t uid, gid_t gid)
{
    struct stat status;

    ck_assert_msg(lstat(path, &status) == 0, "%s is not there", path);
    ck_assert_msg(status.st_uid == uid && status.st_gid == gid,
                  "%s belongs to %u:%u, not %u:%u", path, status.st_uid,
                  status.st_gid, uid, gid);
}

/* The maps as the kernel prints them, without the spaces that align them. */
static void expect_map(pid_t pid, const char *file, const char *expected)
{
    unsigned inside, outside, count;
    char *text = read_proc(pid, file);

    ck_assert_int_eq(sscanf(text, "%u %u %u", &inside, &outside, &count), 3);
    ck_assert_str_eq(format_text("%u %u %u", inside, outside, count), expected);
}

/* Root inside is nobody outside, and still root of all that is the
 * container's. */
static void user_namespace(int stage)
{
    static const char *const owned[] = {"pid", "net", "ipc",
                                        "uts", "mnt", "cgroup"};
    char *root;
    pid_t pid;

    (void)stage;
    make_shifted();
    make_bundle("touch /root/made /dev/shm/made; echo x >/dev/null && touch "
                "/dev/shm/null; while :; do sleep 0.05; done",
                EDITS(SHIFTED));
    pid = start_box();
    ck_assert_int_ne(namespace_of(pid, "user"), namespace_of(getpid(), "user"));
    for (size_t i = 0; i < sizeof(owned) / sizeof(*owned); i++)
        ck_assert_msg(owner_of(pid, owned[i]) == namespace_of(pid, "user"),
                      "%s belongs to another user namespace", owned[i]);
    expect_map(pid, "uid_map", "0 100000 65536");
    expect_map(pid, "gid_map", "0 200000 65536");
    ck_assert_str_eq(read_proc(pid, "setgroups"), "allow\n");
    ck_assert_str_eq(status_field(pid, "Uid"),
                     "100000\t100000\t100000\t100000");
    ck_assert_str_eq(status_field(pid, "Gid"),
                     "200000\t200000\t200000\t200000");
    ck_assert_str_eq(status_field(pid, "Groups"), "");
    ck_assert_str_eq(status_field(pid, "CapEff"), "0000000020000420");
    ck_assert_str_eq(status_field(pid, "CapBnd"), "0000000020000420");
    root = format_text("/proc/%d/root", (int)pid);
    /* the last thing that it does */
    ck_assert(
        within(5, access(format_text("%s/dev/shm/null", root), F_OK) == 0));
    expect_owner("closed/rootfs/root/made", 100000, 200000);
    expect_owner(format_text("%s/dev/shm/made", root), 100000, 200000);
    expect_owner(format_text("%s/dev/pts/ptmx", root), 100000, 200000);
    /* what is the host's stays the host's */
    expect_owner(format_text("%s/dev/null", root), 0, 0);
    ck_assert_str_eq(oci("exec", "box", "stat", "-c", "%u", "/root/made").out,
                     "0\n");
    expect_text("/proc/keys", find_mount(pid, "/proc/keys"), " /null ");
    expect_text("/proc/sys", find_mount(pid, "/proc/sys"), " ro,");
    end_box();
    /* the other side */
    make_bundle("touch /root/made; while :; do sleep 0.05; done", NULL);
    pid = start_box();
    expect_map(pid, "uid_map", "0 0 4294967295");
    ck_assert(within(5, access("rootfs/root/made", F_OK) == 0));
    expect_owner("rootfs/root/made", 0, 0);
    end_box();
    unlink("rootfs/root/made");
    remove_shifted();
}

/* Before Linux 5.12. */
static void user_namespace_of_old(int stage)
{
    forbid(SYS_mount_setattr, ENOSYS);
    user_namespace(stage);
}

/* Its process may be of any mapped user, and of no other. */
static void mapped_users(int stage)
{
    pid_t pid;

    (void)stage;
    make_shifted();
    make_bundle(forever, EDITS(SHIFTED,
                               {"\"uid\": 0,",
                                "\"uid\": 1234, \"additionalGids\": [7],"},
                               {"\"gid\": 0", "\"gid\": 5678"},
                               {"\"noNewPrivileges\"",
                                "\"oomScoreAdj\": 321, \"noNewPrivileges\""}));
    pid = start_box();
    ck_assert_str_eq(status_field(pid, "Uid"),
                     "101234\t101234\t101234\t101234");
    ck_assert_str_eq(status_field(pid, "Gid"),
                     "205678\t205678\t205678\t205678");
    expect_text("groups", status_field(pid, "Groups"), "200007");
    ck_assert_str_eq(read_proc(pid, "oom_score_adj"), "321\n");
    end_box();
    make_bundle(forever, EDITS(SHIFTED, {"\"uid\": 0", "\"uid\": 65536"}));
    expect_refused("setresuid 65536: Invalid argument (EINVAL)\nhint: the user "
                   "namespace does not map");
    make_bundle(forever, EDITS(SHIFTED, {"\"gid\": 0", "\"gid\": 65536"}));
    expect_refused("setresgid 65536: Invalid argument");
    remove_shifted();
    remove_bundle();
}

/* Paths of the host are the machine's root's to open; what is in the files is
 * not for everybody. */
static void user_namespace_files(int stage)
{
    pid_t pid;

    (void)stage;
    make_shifted();
    host_command(NULL, "mkdir closed/volume; echo text >closed/volume/file");
    make_bundle("cat /run/v/file >/dev/shm/read; echo x 2>/dev/null "
                ">/run/v/file || touch /dev/shm/refused; while :; do sleep "
                "0.05; done",
                EDITS(SHIFTED, {"\"mounts\": [",
                                "\"mounts\": [{\"destination\": \"/run/v\", "
                                "\"source\": \"../closed/volume\", "
                                "\"options\": [\"rbind\", \"ro\"]},"}));
    pid = start_box();
    expect_text("/run/v", find_mount(pid, "/run/v"), " ro,");
    ck_assert(
        within(5, access(format_text("/proc/%d/root/dev/shm/refused", (int)pid),
                         F_OK) == 0));
    ck_assert_str_eq(
        read_file(format_text("/proc/%d/root/dev/shm/read", (int)pid)),
        "text\n");
    end_box();
    host_command(NULL, "chown 0:0 closed/rootfs; chmod 700 closed/rootfs");
    make_bundle(forever, EDITS(SHIFTED));
    expect_refused("closed/rootfs: Permission denied (EACCES)\nhint: its files "
                   "must be for ids that the user namespace maps");
    host_command(NULL, "chmod 755 closed/rootfs; rmdir closed/rootfs/mnt");
    make_bundle(forever,
                EDITS(SHIFTED, {"\"mounts\": [",
                                "\"mounts\": [{\"destination\": \"/mnt\", "
                                "\"type\": \"tmpfs\"},"}));
    expect_refused("mount on /mnt: open or make it in the container: "
                   "Permission denied");
    /* the network is the host's, and sysfs shows it */
    host_command(NULL, "mkdir closed/rootfs/mnt");
    make_bundle(
        forever,
        EDITS(SHIFTED, {"{\n        \"type\": \"network\"\n      },", ""}));
    expect_refused(
        "mount sysfs on /sys: Operation not permitted (EPERM)\nhint: "
        "in a user namespace");
    remove_shifted();
    remove_bundle();
}

/* Of the host's making, since a node of a namespace's own would be dead; or, where
 * we may not make any, the host's at the same path. */
static void user_namespace_devices(int stage)
{
    struct stat status;
    char *root;
    pid_t pid;

    (void)stage;
    make_shifted();
    make_bundle(
        "head -c 4 /dev/zero >/dev/shm/zeros; mknod /dev/shm/node c 1 "
        "5 2>/dev/null || touch /dev/shm/refused; while :; do sleep "
        "0.05; done",
        EDITS(SHIFTED,
              IN("linux", "\"devices\": [{\"path\": \"/dev/full\", "
                          "\"type\": \"c\", \"major\": 1, \"minor\": 7}, "
                          "{\"path\": \"/dev/sub/own\", \"type\": \"c\", "
                          "\"major\": 1, \"minor\": 5, \"fileMode\": 432, "
                          "\"uid\": 12, \"gid\": 34}, "
                          "{\"path\": \"/dev/sub/pipe\", \"type\": "
                          "\"p\", \"uid\": 12}]")));
    pid = start_box();
    root = format_text("/proc/%d/root", (int)pid);
    ck_assert(
        within(5, access(format_text("%s/dev/shm/refused", root), F_OK) == 0));
    ck_assert_int_eq(stat(format_text("%s/dev/shm/zeros", root), &status), 0);
    ck_assert_int_eq(status.st_size, 4);
    ck_assert_int_eq(stat(format_text("%s/dev/full", root), &status), 0);
    ck_assert(S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 7));
    expect_owner(format_text("%s/dev/sub/pipe", root), 100012, 200000);
    expect_owner(format_text("%s/dev/sub/own", root), 100012, 200034);
    ck_assert_int_eq(stat(format_text("%s/dev/sub/own", root), &status), 0);
    ck_assert_int_eq(status.st_mode, S_IFCHR | 0660);
    ck_assert_str_eq(oci("exec", "--user", "12", "box", "sh", "-c",
                         "head -c 3 /dev/sub/own | wc -c")
                         .out,
                     "3\n");
    end_box();
    make_bundle(forever,
                EDITS(SHIFTED, IN("linux", "\"devices\": [{\"path\": "
                                           "\"/dev/x\", \"type\": \"c\", "
                                           "\"major\": 1, \"minor\": 3, "
                                           "\"gid\": 65536}]")));
    expect_refused("device /dev/x: owner 65536\nhint: the user namespace does");
    forbid(SYS_mknodat, EPERM);
    make_bundle(forever,
                EDITS(SHIFTED, IN("linux", "\"devices\": [{\"path\": "
                                           "\"/dev/zero\", \"type\": \"c\", "
                                           "\"major\": 1, \"minor\": 3}]")));
    expect_refused("device /dev/zero: the host's is not 1:3");
    remove_shifted();
    remove_bundle();
}

static void mapping_mistakes(int stage)
{
    static const struct {
        struct edit edit[2];
        const char *message;
    } mistakes[] = {
        {{NAMESPACE("\"user\"")}, "linux.uidMappings: a new user namespace"},
        {{IN("linux", MAPPINGS)}, "linux.uidMappings: needs a user namespace"},
        {{NAMESPACE("\"user\""),
          IN("linux", "\"uidMappings\": [{\"containerID\": 1, \"hostID\": 1, "
                      "\"size\": 9}]")},
         "linux.uidMappings: a new user namespace needs a mapping of its id 0"},
        {{NAMESPACE("\"user\""),
          IN("linux", "\"uidMappings\": [{\"containerID\": 0, \"size\": 9}]")},
         "linux.uidMappings[0].hostID: is missing"},
        {{NAMESPACE("\"user\""),
          IN("linux", "\"uidMappings\": [{\"containerID\": 0, \"hostID\": -1, "
                      "\"size\": 9}]")},
         "linux.uidMappings[0].hostID: must be from 0 to 4294967295"},
    };

    (void)stage;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
        make_bundle("true", EDITS(mistakes[i].edit[0], mistakes[i].edit[1]));
        expect_refused(mistakes[i].message);
    }
    make_bundle("true",
                EDITS(NAMESPACE("\"user\""), IN("linux", MAPPINGS),
                      {"\"size\": 65536", "\"size\": 7}, {\"containerID\": "
                                          "3, \"hostID\": 5, \"size\": 7"}));
    expect_refused("write the 2 mappings of uid_map: Invalid argument");
    remove_bundle();
}

/* As oci_killed_runtime, with more processes on the way. */
static void killed_with_helper(int stage)
{
    const int moments = moments_of(40);

    (void)stage;
    make_shifted();
    make_bundle(forever, EDITS(SHIFTED));
    for (int i = 0; i < moments; i++) {
        struct process process = start_stage(8, &oci_how, "create", "--bundle",
                                             "bundle", "box", NULL);

        usleep((useconds_t)(16000 * slowness() * i / moments));
        end_now(&process);
        expect_status(oci("delete", "--force", "box"), 0);
        ck_assert_str_eq(box_status(), "");
    }
    remove_shifted();
    remove_bundle();
}

/* A v2 group is its process's own if it may be written to inside: here in a view
 * that has v2 alone. */
static void owned_cgroup(int stage)
{
    static const char *const options[] = {"\"relatime\"",
                                          "\"relatime\", \"ro\""};
    static const char script[] =
        "unshare -m sh -c 'umount -R /sys/fs/cgroup; mount -t cgroup2 none "
        "/sys/fs/cgroup && \"%s\" --root state create --bundle bundle box >&2; cd "
        "/sys/fs/cgroup/toy-docker/container-box; stat -c %%u . cgroup.procs "
        "cgroup.threads cgroup.subtree_control cgroup.max.depth; cd - "
        ">/dev/null; \"%s\" --root state delete --force box'";

    (void)stage;
    if (!strstr(read_file("/proc/filesystems"), "\tcgroup2\n"))
        skip("the kernel has no cgroup v2");
    make_shifted();
    for (size_t i = 0; i < 2; i++) {
        make_bundle(forever,
                    EDITS(SHIFTED,
                          {"\"relatime\",\n        \"ro\"", options[i]},
                          {"\"uid\": 0", "\"uid\": 9"}));
        ck_assert_str_eq(
            host_command(NULL, script, stage_path(8), stage_path(8)),
            i ? "0\n0\n0\n0\n0\n" : "100009\n100009\n100009\n100009\n0\n");
    }
    remove_shifted();
    remove_bundle();
}

/* ---- time -------------------------------------------------------------------------- */

/* Seconds since the machine started, as a process of the container reads it. */
static double uptime_of(const char *file)
{
    char *text = read_file(file);

    return text ? strtod(text, NULL) : -1;
}

static void time_offsets(int stage)
{
    char *uptime;
    pid_t pid;

    (void)stage;
    make_bundle("cat /proc/uptime >/dev/shm/uptime; while :; do sleep 0.05; "
                "done",
                EDITS(NAMESPACE("\"time\""),
                      IN("linux", "\"timeOffsets\": {\"boottime\": {\"secs\": "
                                  "1000000}, \"monotonic\": {\"secs\": -1, "
                                  "\"nanosecs\": 7}}")));
    pid = start_box();
    uptime = format_text("/proc/%d/root/dev/shm/uptime", (int)pid);
    expect_text("offsets", read_proc(pid, "timens_offsets"),
                "monotonic          -1         7\n");
    expect_text("offsets", read_proc(pid, "timens_offsets"),
                "boottime      1000000         0\n");
    ck_assert_int_ne(namespace_of(pid, "time"), namespace_of(getpid(), "time"));
    ck_assert(within(5, uptime_of(uptime) > 0));
    ck_assert(uptime_of(uptime) > uptime_of("/proc/uptime") + 999000);
    end_box();
    make_bundle(
        "true",
        EDITS(IN("linux", "\"timeOffsets\": {\"boottime\": {\"secs\": 1}}")));
    expect_refused("linux.timeOffsets: needs a new time namespace");
    make_bundle("true",
                EDITS(NAMESPACE("\"time\""),
                      IN("linux", "\"timeOffsets\": {\"realtime\": {}}")));
    expect_refused("linux.timeOffsets: the clocks are");
    make_bundle("true",
                EDITS(NAMESPACE("\"time\""),
                      IN("linux", "\"timeOffsets\": {\"boottime\": {\"secs\": "
                                  "-999999999}}")));
    expect_refused("set the clock boottime -999999999.000000000 s ahead: "
                   "Numerical result out of range");
    remove_bundle();
}

const struct check oci_namespace_checks[] = {
    {"oci_namespaces", 8, 8, namespaces},
    {"oci_ended_pid_namespace", 8, 8, ended_pid_namespace},
    {"oci_shared_mount_namespace", 8, 8, shared_mount_namespace},
    {"oci_hosts_mounts", 8, 8, hosts_mounts},
    {"oci_user_namespace", 8, 8, user_namespace},
    {"oci_user_namespace_of_old", 8, 8, user_namespace_of_old},
    {"oci_mapped_users", 8, 8, mapped_users},
    {"oci_user_namespace_files", 8, 8, user_namespace_files},
    {"oci_user_namespace_devices", 8, 8, user_namespace_devices},
    {"oci_mapping_mistakes", 8, 8, mapping_mistakes},
    {"oci_killed_with_helper", 8, 8, killed_with_helper},
    {"oci_owned_cgroup", 8, 8, owned_cgroup},
    {"oci_time_offsets", 8, 8, time_offsets},
    {0},
};
