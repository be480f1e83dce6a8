/* cli.c - checks of docker's flags of "run": what the kernel says of the
 * container that has them, and what is refused. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

static const struct how run_how = {
    .flags = {"run", "--rm", "--rootfs", "rootfs"}};

#define run(...) run_stage_so(8, &run_how, __VA_ARGS__, NULL)

/* ---- a container that runs ------------------------------------------------------ */

/* A number that no program can have on its command line by chance. The shell
 * adds 1, so that only the container's process has the result there. */
static unsigned long long sleep_number(void)
{
    static unsigned long long number;

    if (!number)
        number = strtoull(host_command(NULL, "od -An -N6 -tu8 /dev/urandom"),
                          NULL, 10) +
                 1000000000000;
    return number;
}

#define sleeper(...)                                                           \
    start_stage(8, &run_how, __VA_ARGS__, "sh", "-c",                          \
                format_text("exec sleep $((%llu + 1))", sleep_number()), NULL)

/* Its process, by the host's number. */
static pid_t sleeper_of(struct process *process)
{
    char *word = format_text("%llu", sleep_number() + 1);
    pid_t pid = 0;

    ck_assert_msg(within(10, (pid = find_process(word)) != 0),
                  "it does not run; stderr: %s", errors_of(process));
    return pid;
}

static void end_sleeper(struct process *process)
{
    kill(sleeper_of(process), SIGKILL);
    expect_status(finish(process), 128 + SIGKILL);
}

static void expect_output(struct result result, const char *output)
{
    expect_status(result, 0);
    ck_assert_str_eq(result.out, output);
}

static void expect_refusal(struct result result, const char *part)
{
    expect_status(result, 125);
    ck_assert_str_eq(result.out, "");
    ck_assert_msg(strncmp(result.err, "stage-8: ", 9) == 0, "stderr: %s",
                  result.err);
    expect_text("stderr", result.err, part);
}

/* ---- limits ---------------------------------------------------------------------- */

/* What stands in the container's own file of a controller; NULL: there is no
 * such controller or file. */
static char *group_text(pid_t pid, const char *controller, const char *v1_file,
                        const char *v2_file)
{
    char *groups = read_proc(pid, "cgroup"), *line, *found = NULL;
    bool v2;
    const char *top = find_cgroup_top(controller, &v2);

    if (!top || (v2 && !v2_file) || (!v2 && !v1_file))
        return NULL;
    while ((line = strsep(&groups, "\n"))) {
        char *names = strchr(line, ':');
        char *path = names ? strchr(names + 1, ':') : NULL;

        if (!path)
            continue;
        *path++ = '\0';
        if (v2 ? !names[1] : has_word(names + 1, controller))
            found = path;
    }
    return found ? read_file(format_text("%s%s/%s", top, found,
                                         v2 ? v2_file : v1_file))
                 : NULL;
}

static void run_limits(int stage)
{
    static const struct {
        const char *controller, *v1, *v1_text, *v2, *v2_text;
    } limits[] = {
        {"memory", "memory.limit_in_bytes", "67108864\n", "memory.max",
         "67108864\n"},
        {"memory", "memory.memsw.limit_in_bytes", "100663296\n",
         "memory.swap.max", "33554432\n"},
        {"memory", "memory.soft_limit_in_bytes", "33554432\n", "memory.low",
         "33554432\n"},
        {"cpu", "cpu.cfs_quota_us", "10000\n", "cpu.max", "10000 50000\n"},
        {"cpu", "cpu.cfs_period_us", "50000\n", NULL, NULL},
        {"cpu", "cpu.shares", "512\n", "cpu.weight", "20\n"},
        {"cpuset", "cpuset.cpus", "0\n", "cpuset.cpus", "0\n"},
        {"cpuset", "cpuset.mems", "0\n", "cpuset.mems", "0\n"},
        {"pids", "pids.max", "max\n", "pids.max", "max\n"},
    };
    struct process process;
    const char *swap;
    bool cpuset, v2;
    pid_t pid;

    (void)stage;
    need_cgroups();
    cpuset = find_cgroup_top("cpuset", &v2) != NULL;
    swap = find_cgroup_top("memory", &v2);
    swap = format_text("%s/memory.memsw.limit_in_bytes", swap);
    swap = v2 || access(swap, F_OK) == 0 ? "96m" : "64m";
    process =
        sleeper("--memory", "64M", "--memory-swap", swap,
                "--memory-reservation", "32m", "--cpu-quota", "10000",
                "--cpu-period", "50000", "-c", "512", "--pids-limit", "-1",
                "--oom-score-adj", "321", cpuset ? "--cpuset-cpus" : "--label",
                "0", cpuset ? "--cpuset-mems" : "--label", "0");
    pid = sleeper_of(&process);
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        char *text =
            group_text(pid, limits[i].controller, limits[i].v1, limits[i].v2);

        if (text && strcmp(text, limits[i].v1_text) != 0)
            ck_assert_str_eq(text, limits[i].v2_text ? limits[i].v2_text
                                                     : limits[i].v1_text);
        if (!text)
            note("run_limits: no %s here", limits[i].v1);
    }
    ck_assert_str_eq(read_proc(pid, "oom_score_adj"), "321\n");
    end_sleeper(&process);
    expect_refusal(run("--cpuset-mems", "999", "true"), "cpuset");
}

static void run_ulimits(int stage)
{
    struct process process;
    char *limits;

    (void)stage;
    need_cgroups();
    process = sleeper("--ulimit", "nofile=7", "--ulimit", "nofile=61:62",
                      "--ulimit", "core=0", "--ulimit", "cpu=-1");
    limits = read_proc(sleeper_of(&process), "limits");
    expect_text("limits", limits,
                "Max open files            61                   62  ");
    expect_text("limits", limits,
                "Max core file size        0                    0  ");
    end_sleeper(&process);
}

/* ---- the file system ----------------------------------------------------------------- */

static void run_volumes(int stage)
{
    char *token = make_token();

    (void)stage;
    need_cgroups();
    put_file("given", format_text("%s\n", token));
    expect_output(run("-v", "./given:/f:ro", "cat", "/f"),
                  format_text("%s\n", token));
    /* docker makes a folder that is missing, for -v alone */
    expect_status(run("-v", "./new/er:/d", "sh", "-c", "echo x >/d/file"), 0);
    ck_assert_str_eq(read_file("new/er/file"), "x\n");
    expect_refusal(run("--mount", "type=bind,src=./none,dst=/d", "true"),
                   "none: No such file");
    ck_assert_int_eq(access("none", F_OK), -1);
    expect_output(run("--mount", "type=bind,source=./new,target=/d,readonly",
                      "sh", "-c",
                      "cat /d/er/file; echo y 2>/dev/null >/d/f || "
                      "echo no"),
                  "x\nno\n");
    expect_refusal(run("-v", "data:/d", "true"), "podman has volumes");
    expect_refusal(run("--mount", "source=data,target=/d", "true"),
                   "podman has volumes");
    expect_refusal(run("--mount", "type=bind,target=/d", "true"), "--mount");
    expect_refusal(run("--mount", "type=tmpfs,target=d", "true"), "--mount");
    expect_refusal(run("-v", "./given:/d:odd", "true"), "--volume");
    host_command(NULL, "rm -r given new");
}

static void run_memory_folders(int stage)
{
    struct process process;
    char *mount;
    pid_t pid;

    (void)stage;
    need_cgroups();
    process = sleeper("--tmpfs", "/a:size=2m,exec", "--mount",
                      "type=tmpfs,target=/b,tmpfs-size=3m,tmpfs-mode=750",
                      "--shm-size", "4m");
    pid = sleeper_of(&process);
    mount = find_mount(pid, "/a");
    expect_text("/a", mount, "size=2048k");
    expect_no_text("/a", mount, "noexec");
    mount = find_mount(pid, "/b");
    expect_text("/b", mount, "size=3072k");
    expect_text("/b", mount, "mode=750");
    expect_text("/dev/shm", find_mount(pid, "/dev/shm"), "size=4096k");
    end_sleeper(&process);
}

/* ---- devices --------------------------------------------------------------------------- */

static void run_devices(int stage)
{
    static const char script[] =
        "stat -c '%t %T' /dev/its; dd if=/dev/its bs=9999 count=1 2>/dev/null >/dev/null && echo reads; "
        "(echo x >/dev/its) 2>/dev/null || echo only";

    (void)stage;
    need_cgroups();
    /* a device that no container has: the kernel's log, 1:11 */
    if (access("/dev/kmsg", R_OK) == -1)
        skip("there is no /dev/kmsg");
    expect_output(run("--device", "/dev/kmsg:/dev/its:r", "--security-opt",
                      "seccomp=unconfined", "--cap-add", "SYSLOG", "sh", "-c",
                      script),
                  "1 b\nreads\nonly\n");
    expect_status(run("test", "!", "-e", "/dev/kmsg"), 0);
    expect_refusal(run("--device", "/dev/none", "true"), "/dev/none");
    expect_refusal(run("--device", "/etc", "true"), "no device");
    expect_refusal(run("--device", "kmsg", "true"), "--device");
    expect_refusal(run("--device-read-bps", "/dev/null:1m", "true"),
                   "no block device");
    expect_refusal(run("--device-write-iops", "/dev/null", "true"),
                   "--device-write-iops");
}

/* All four rates of a disk are in the group's file. */
/* The number of the disk that the scratch folder is on, or of the one that its
 * partition is on; skips if it is on none. */
static char *own_disk(void)
{
    struct stat status;
    char *folder, *number;

    ck_assert_int_eq(stat(".", &status), 0);
    folder = format_text("/sys/dev/block/%u:%u", major(status.st_dev),
                         minor(status.st_dev));
    if (access(format_text("%s/partition", folder), F_OK) == 0)
        folder = format_text("%s/..", folder);
    number = read_file(format_text("%s/dev", folder));
    if (!number)
        skip("the scratch folder is on no disk");
    number[strcspn(number, "\n")] = '\0';
    return number;
}

/* Seconds that it takes to write 2 MB past the page cache. */
static double time_to_write(const char *flag, const char *value)
{
    double begin = now();
    struct result result = run_stage_so(
        8, &run_how, flag, value, "-v", "./disk:/disk", "dd", "if=/dev/zero",
        "of=/disk/file", "bs=64k", "count=32", "oflag=direct", NULL);

    if (strstr(result.err, "Invalid argument") || strstr(result.err, "cgroup"))
        skip("%.100s", result.err);
    expect_status(result, 0);
    return now() - begin;
}

/* What is written in the files is done. */
static void run_rate_measured(int stage)
{
    char *number = own_disk();
    double free, limited;

    (void)stage;
    need_cgroups();
    number[strcspn(number, ":")] = ' ';
    host_command(NULL, "mkdir disk && mknod node b %s", number);
    free = time_to_write("--label", "without=limit");
    limited = time_to_write("--device-write-bps",
                            format_text("%s/node:1mb", scratch_folder));
    host_command(NULL, "rm -r disk node");
    if (free > 1)
        skip("the disk is slow: %.1f s for 2 MB", free);
    ck_assert_msg(limited > 1.5 && limited < 10,
                  "2 MB at 1 MB a second: %.1f s", limited);
}

static void run_rates(int stage)
{
    static const char *const files[] = {
        "blkio.throttle.read_bps_device", "blkio.throttle.write_bps_device",
        "blkio.throttle.read_iops_device", "blkio.throttle.write_iops_device"};
    static const char *const rates[] = {"1048576", "2097152", "30", "40"};
    char *disk = host_command(
        NULL, "for d in $(ls /sys/block); do test -b /dev/$d && echo /dev/$d; "
              "done | head -n 1 | tr -d '\\n'");
    struct process process;
    struct stat status;
    pid_t pid;
    char *text;

    (void)stage;
    need_cgroups();
    if (!*disk || stat(disk, &status) == -1)
        skip("there is no disk");
    process = sleeper("--device-read-bps", format_text("%s:1m", disk),
                      "--device-write-bps", format_text("%s:2m", disk),
                      "--device-read-iops", format_text("%s:30", disk),
                      "--device-write-iops", format_text("%s:40", disk));
    if (!within(10, find_process(format_text("%llu", sleep_number() + 1)) ||
                        *errors_of(&process)))
        ck_abort_msg("it does not start");
    if (strstr(errors_of(&process), "cgroup"))
        skip("no limits of block devices: %s", errors_of(&process));
    pid = sleeper_of(&process);
    for (size_t i = 0; i < 4; i++) {
        text = group_text(pid, "blkio", files[i], NULL);
        if (!text)
            text = group_text(pid, "io", NULL, "io.max");
        if (!text)
            skip("no controller for disks");
        expect_text(files[i], text,
                    format_text("%u:%u ", major(status.st_rdev),
                                minor(status.st_rdev)));
        expect_text(files[i], text, rates[i]);
    }
    end_sleeper(&process);
}

/* ---- power ------------------------------------------------------------------------------- */

static void run_privileged(int stage)
{
    struct process process;
    pid_t pid;
    char *all = status_field(getpid(), "CapBnd");

    (void)stage;
    need_cgroups();
    process = sleeper("--privileged");
    pid = sleeper_of(&process);
    ck_assert_str_eq(status_field(pid, "CapEff"), all);
    ck_assert_str_eq(status_field(pid, "CapBnd"), all);
    ck_assert_str_eq(status_field(pid, "NoNewPrivs"), "0");
    ck_assert_str_eq(status_field(pid, "Seccomp"), "0");
    expect_text("/sys", find_mount(pid, "/sys"), " /sys rw,");
    ck_assert_ptr_null(find_mount(pid, "/proc/sys"));
    end_sleeper(&process);
    process = sleeper("--read-only");
    pid = sleeper_of(&process);
    ck_assert_str_ne(status_field(pid, "CapEff"), all);
    ck_assert_str_eq(status_field(pid, "NoNewPrivs"), "1");
    ck_assert_ptr_nonnull(find_mount(pid, "/proc/sys"));
    end_sleeper(&process);
}

static void run_security_options(int stage)
{
    struct process process;
    pid_t pid;

    (void)stage;
    need_cgroups();
    process = sleeper("--security-opt", "no-new-privileges=false",
                      "--security-opt", "systempaths=unconfined");
    pid = sleeper_of(&process);
    ck_assert_str_eq(status_field(pid, "NoNewPrivs"), "0");
    ck_assert_str_eq(status_field(pid, "Seccomp"), "2");
    ck_assert_ptr_null(find_mount(pid, "/proc/sys"));
    end_sleeper(&process);
    process = sleeper("--security-opt", "seccomp=unconfined");
    pid = sleeper_of(&process);
    ck_assert_str_eq(status_field(pid, "NoNewPrivs"), "1");
    ck_assert_str_eq(status_field(pid, "Seccomp"), "0");
    end_sleeper(&process);
    expect_refusal(run("--security-opt", "odd", "true"), "--security-opt");
    expect_refusal(run("--security-opt", "seccomp=none.json", "true"),
                   "none.json");
}

/* docker's profiles have rules for some capabilities alone. */
static void run_profile(int stage)
{
    static const char profile[] =
        "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"archMap\": [{"
        "\"architecture\": \"SCMP_ARCH_X86_64\", \"subArchitectures\": "
        "[\"SCMP_ARCH_X86\"]}, {\"architecture\": \"SCMP_ARCH_AARCH64\", "
        "\"subArchitectures\": []}], \"syscalls\": [{\"names\": [\"mkdir\", "
        "\"mkdirat\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 84, "
        "\"excludes\": {\"caps\": [\"CAP_SYS_TIME\"]}}, {\"names\": "
        "[\"symlink\", \"symlinkat\"], \"action\": \"SCMP_ACT_ERRNO\", "
        "\"errnoRet\": 84, \"includes\": {\"caps\": [\"CAP_SYS_TIME\"]}}]}";
    static const char script[] = "mkdir /made 2>/dev/null && echo folder; "
                                 "ln -s a /link 2>/dev/null && echo link";

    (void)stage;
    need_cgroups();
    put_file("profile.json", profile);
    expect_text(
        "without",
        run("--security-opt", "seccomp=profile.json", "sh", "-c", script).out,
        "link\n");
    ck_assert_str_eq(run("--security-opt", "seccomp=profile.json", "--cap-add",
                         "SYS_TIME", "sh", "-c", script)
                         .out,
                     "folder\n");
    host_command(NULL, "rm profile.json");
}

/* ---- namespaces ---------------------------------------------------------------------------- */

static void run_modes(int stage)
{
    static const struct {
        const char *flag, *type;
    } modes[] = {{"--pid", "pid"},
                 {"--ipc", "ipc"},
                 {"--uts", "uts"},
                 {"--cgroupns", "cgroup"},
                 {"--network", "net"}};

    (void)stage;
    need_cgroups();
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        struct process process = sleeper(modes[i].flag, "host");
        pid_t pid = sleeper_of(&process);

        for (size_t j = 0; j < sizeof(modes) / sizeof(modes[0]); j++)
            ck_assert_msg((namespace_of(pid, modes[j].type) ==
                           namespace_of(getpid(), modes[j].type)) == (i == j),
                          "%s host: %s", modes[i].flag, modes[j].type);
        end_sleeper(&process);
        expect_refusal(run(modes[i].flag, "odd", "true"), modes[i].flag);
    }
    expect_refusal(run("--uts", "host", "-h", "x", "true"), "--uts host");
}

static void run_shares_with_another(int stage)
{
    static const char *const types[] = {"pid", "ipc", "net", "uts", "mnt"};
    struct process first, second;
    char *name = make_token(), *mode = format_text("container:%s", name);
    pid_t one, other;

    (void)stage;
    need_cgroups();
    first = start_stage(8, &run_how, "--name", name, "sleep", "1000", NULL);
    ck_assert(within(10, strstr(run_stage(8, "top", name, NULL).out, "1000")));
    second = sleeper("--pid", mode, "--ipc", mode, "--network", mode);
    other = sleeper_of(&second);
    one = atoi(run_stage(8, "inspect", "-f", "{{.State.Pid}}", name, NULL).out);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        ck_assert_msg((namespace_of(one, types[i]) ==
                       namespace_of(other, types[i])) == (i < 3),
                      "%s", types[i]);
    end_sleeper(&second);
    kill(one, SIGKILL);
    expect_status(finish(&first), 128 + SIGKILL);
    expect_refusal(run("--pid", mode, "true"), name);
    expect_refusal(run("--ipc", "container:", "true"), "--ipc");
}

/* Root inside is nobody outside, and the files of the folder are root's still;
 * what it writes to is not the folder. */
static void run_userns(int stage)
{
    static const char look[] =
        "stat -c %u /etc/passwd; touch /etc/new; "
        "echo x >>/etc/passwd; stat -c %u /etc/new "
        "/etc/passwd /; test ! -w /proc/sys/kernel/pid_max "
        "&& echo guarded";
    struct process process;
    struct result result;
    pid_t pid;

    (void)stage;
    need_cgroups();
    result = run("--userns", "0:100000:65536", "sh", "-c", look);
    if (strstr(result.err, "cannot map ids"))
        skip("%s", result.err);
    expect_output(result, "0\n0\n0\n0\nguarded\n");
    host_command(NULL, "mkdir its");
    expect_output(run("--userns", "0:100000:65536", "-v", "./its:/its", "sh",
                      "-c", "stat -c %u /its; test -w /its || echo no"),
                  "65534\nno\n");
    expect_output(run("--userns", "0:100000:65536", "-v", "./its:/its:idmap",
                      "sh", "-c", "stat -c %u /its; touch /its/new"),
                  "0\n");
    ck_assert_str_eq(host_command(NULL, "stat -c %%u its/new; rm -r its"),
                     "0\n");
    expect_refusal(run("-v", "/usr:/d:idmap", "true"), "a user namespace");
    process = sleeper("--userns", "0:100000:10", "--userns", "10:200000:5",
                      "-u", "11");
    pid = sleeper_of(&process);
    ck_assert_str_eq(read_proc(pid, "uid_map"),
                     "         0     100000         10\n"
                     "        10     200000          5\n");
    ck_assert_str_eq(read_proc(pid, "uid_map"), read_proc(pid, "gid_map"));
    expect_text("Uid", status_field(pid, "Uid"), "200001");
    end_sleeper(&process);
    expect_refusal(run("--userns", "1:100000:10", "true"), "the id 0");
}

static void run_names_and_sysctl(int stage)
{
    char *token = make_token();

    (void)stage;
    need_cgroups();
    expect_output(run("-h", token, "--domainname", "its.domain", "--sysctl",
                      "net.ipv4.ip_default_ttl=77", "sh", "-c",
                      "hostname; echo $HOSTNAME; cat "
                      "/proc/sys/kernel/domainname "
                      "/proc/sys/net/ipv4/ip_default_ttl"),
                  format_text("%s\n%s\nits.domain\n77\n", token, token));
    expect_refusal(run("--sysctl", "vm.swappiness=1", "true"), "--sysctl");
    expect_refusal(run("--sysctl", "vm.swappiness", "true"), "--sysctl");
}

/* ---- the process ----------------------------------------------------------------------------- */

static void run_groups(int stage)
{
    struct process process;

    (void)stage;
    need_cgroups();
    host_command(NULL, "echo its:x:1234: >>rootfs/etc/group");
    process = sleeper("-u", "7:8", "--group-add", "4321", "--group-add", "its");
    ck_assert_str_eq(status_field(sleeper_of(&process), "Groups"),
                     "8 1234 4321 ");
    end_sleeper(&process);
    expect_status(run_stage(8, "run", "-d", "--name", "grouped", "--rootfs",
                            "rootfs", "-u", "7:8", "--group-add", "its",
                            "sleep", "1000", NULL),
                  0);
    expect_output(run_stage(8, "exec", "-u", "9:10", "grouped", "grep",
                            "Groups", "/proc/self/status", NULL),
                  "Groups:\t10 1234 \n");
    expect_status(run_stage(8, "rm", "-f", "grouped", NULL), 0);
    expect_refusal(run("--group-add", "others", "true"), "others");
    expect_refusal(run("--group-add", "-1", "true"), "--group-add");
    expect_refusal(run("-u", "-1", "true"), "user -1: not in");
    expect_refusal(run("-u", "1:-1", "true"), "group -1: not in");
}

static void run_env_file(int stage)
{
    const struct how how = {.flags = {"run", "--rm", "--rootfs", "rootfs"},
                            .environment = "FROM_CALLER=caller"};

    (void)stage;
    need_cgroups();
    put_file("vars", "# nothing\n\nONE=a b\n  TWO=2\nFROM_CALLER\nTHREE=x\n");
    expect_output(run_stage_so(8, &how, "--env-file", "vars", "-e", "THREE=3",
                               "sh", "-c",
                               "echo \"$ONE,$TWO,$THREE,$FROM_CALLER\"", NULL),
                  "a b,2,3,caller\n");
    put_file("vars", "TWO WORDS=x\n");
    expect_refusal(run("--env-file", "vars", "true"), "TWO WORDS");
    expect_refusal(run("--env-file", "no-vars", "true"), "no-vars");
    host_command(NULL, "rm vars");
}

static void run_entrypoint(int stage)
{
    (void)stage;
    need_cgroups();
    expect_output(run("--init=false", "--read-only=true", "sh", "-c",
                      "echo $$; touch /new 2>/dev/null || echo not"),
                  "1\nnot\n");
    expect_output(run("--entrypoint", "echo", "a", "b"), "a b\n");
    expect_output(run("--entrypoint", "", "echo", "c"), "c\n");
    expect_output(run("--rootfs", "rootfs", "--init", "sh", "-c",
                      "test $$ -ne 1 && echo child"),
                  "child\n");
}

/* ---- config.json ------------------------------------------------------------------------------- */

/* The container goes through a config.json, and comes out as it is without
 * one; the file is a bundle's, which makes the same container once more. */
static void run_makes_a_bundle(int stage)
{
    static const char look[] =
        "id; grep -E '^Cap|NoNew' /proc/self/status; hostname; "
        "env | grep -v ^HOME= | sort; pwd; "
        "sed -E 's/^[0-9]+ [0-9]+ [0-9:]+ //; s/ - .*//' /proc/self/mountinfo "
        "| grep -v -e '^[^ ]* / ' -e ' /etc/' | sort";
    static const struct how run_as_bundle = {
        .flags = {"run", "--bundle", "bundle", "box"}};
    struct result first, second;
    char *id;

    (void)stage;
    need_cgroups();
    put_file("file", "x");
#define SAME                                                                   \
    "--rootfs", "rootfs", "-u", "5:6", "--cap-add", "SYS_TIME", "--cap-drop",  \
        "CHOWN", "--hostname", "its", "-e", "NAME=a b", "-w", "/usr",          \
        "--tmpfs", "/its-folder:size=1m,mode=750", "-v",                       \
        format_text("%s/file:/its-file:ro", scratch_folder), "--", "sh", "-c", \
        look, NULL
    first = run_stage(8, SAME);
    expect_status(first, 0);
    expect_text("stdout", first.out, "/its-folder");
    second = run_stage(8, "run", SAME);
    ck_assert_str_eq(second.out, first.out);
    id = list_folder("/var/lib/toy-docker/containers")[0];
    ck_assert_ptr_nonnull(id);
    host_command(NULL,
                 "mkdir bundle && ln -s ../rootfs bundle/root && "
                 "cp /var/lib/toy-docker/containers/%s/config.json bundle",
                 id);
    second = run_stage_so(8, &run_as_bundle, NULL);
    expect_status(second, 0);
    ck_assert_str_eq(second.out, first.out);
    expect_status(run_stage(8, "rm", id, NULL), 0);
    host_command(NULL, "rm -r bundle file");
}

/* ---- refusals ---------------------------------------------------------------------------------- */

static void run_refusals(int stage)
{
    static const char *const ours[][2] = {
        {"--restart", "sometimes"},  {"--ulimit", "nofile"},
        {"--ulimit", "none=1"},      {"--ulimit", "nofile=2:1"},
        {"--memory-swap", "1m"},     {"--cpu-shares", "many"},
        {"--blkio-weight", "5"},     {"--oom-score-adj", "1001"},
        {"--log-opt", "max-size=x"}, {"--log-driver", "syslog"},
        {"--pull", "always"},        {"--userns", "1:2:3"},
        {"--userns", "0:1"},         {"--annotation", "x"},
        {"--label", "=x"},           {"--cidfile", "rootfs"},
        {"--stop-timeout", "soon"},  {"--stop-signal", "NOISE"},
    };
    static const char *const podmans[] = {
        "--gpus", "--platform", "--link",   "--volumes-from", "--health-cmd",
        "--ip",   "--runtime",  "--expose", "--mac-address",  "--isolation",
    };

    (void)stage;
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        expect_refusal(run(ours[i][0], ours[i][1], "true"), ours[i][0]);
    for (size_t i = 0; i < sizeof(podmans) / sizeof(podmans[0]); i++) {
        struct result result = run(podmans[i], "10", "true");

        expect_refusal(result, "is docker's, and not supported here");
        expect_text("stderr", result.err,
                    format_text("hint: podman has more, with this runtime: "
                                "podman --runtime %s run %s",
                                stage_path(8), podmans[i]));
    }
    expect_refusal(run("--rm=maybe", "true"), "true or false");
    expect_refusal(run("--rm", "--restart", "always", "true"), "--restart");
    expect_refusal(run("--cpus", "1", "--cpu-quota", "9000", "true"), "--cpus");
    expect_refusal(run_stage(8, "--gpus", "all", NULL), "unknown flag");
    expect_refusal(run_stage(8, "--privileged", "true", NULL), "unknown flag");
}

/* Each flag of docker's own help is known, if only to be refused by name. */
static void run_knows_docker(int stage)
{
    int status;
    char *flags, *flag;
    size_t count = 0;

    (void)stage;
    host_command(&status, "command -v docker");
    if (status != 0)
        skip("docker is not installed, whose flags would be compared");
    flags = host_command(NULL, "docker run --help | grep -oE '^ +(-.,)? +--"
                               "[a-z0-9-]+' | grep -oE -- '-(-[a-z0-9-]+|[a-zA-"
                               "Z],)' | tr -d ,");
    while ((flag = strsep(&flags, "\n"))) {
        struct result result;

        if (!*flag || strcmp(flag, "--help") == 0 ||
            strcmp(flag, "--cidfile") == 0)
            continue;
        /* or the file there is its argument, and no command */
        result = run(flag, "--cidfile", "rootfs");
        ck_assert_int_ne(result.status, 0);
        expect_no_text(flag, result.err, "unknown flag");
        count++;
    }
    ck_assert_msg(count > 90, "%zu flags", count);
}

/* ---- files of /etc ------------------------------------------------------------------------------ */

static void run_etc_files(int stage)
{
    char *token = make_token();
    struct result result;

    (void)stage;
    need_cgroups();
    result = run("sh", "-c", "hostname; cat /etc/hostname");
    ck_assert_uint_eq(strspn(result.out, "0123456789abcdef"), 12);
    ck_assert_uint_eq(strlen(result.out), 26);
    ck_assert_int_eq(strncmp(result.out, result.out + 13, 13), 0);
    expect_output(run("-h", token, "cat", "/etc/hostname", "/etc/hosts"),
                  format_text("%s\n127.0.0.1\tlocalhost\n"
                              "::1\tlocalhost ip6-localhost ip6-loopback\n",
                              token));
    put_file("hosts", format_text("127.0.0.9 %s\n", token));
    host_command(NULL, "mount --bind hosts /etc/hosts");
    expect_output(run("--network", "host", "cat", "/etc/hosts"),
                  read_file("/etc/hosts"));
    expect_no_text("hosts", run("cat", "/etc/hosts").out, token);
    expect_output(run("-v", "./hosts:/etc/hosts", "cat", "/etc/hosts"),
                  read_file("hosts"));
    host_command(NULL, "umount /etc/hosts; rm hosts");
}

const struct check cli_checks[] = {
    {"run_limits", 8, 8, run_limits},
    {"run_ulimits", 8, 8, run_ulimits},
    {"run_volumes", 8, 8, run_volumes},
    {"run_memory_folders", 8, 8, run_memory_folders},
    {"run_devices", 8, 8, run_devices},
    {"run_rates", 8, 8, run_rates},
    {"run_rate_measured", 8, 8, run_rate_measured},
    {"run_privileged", 8, 8, run_privileged},
    {"run_security_options", 8, 8, run_security_options},
    {"run_profile", 8, 8, run_profile},
    {"run_modes", 8, 8, run_modes},
    {"run_shares_with_another", 8, 8, run_shares_with_another},
    {"run_userns", 8, 8, run_userns},
    {"run_names_and_sysctl", 8, 8, run_names_and_sysctl},
    {"run_groups", 8, 8, run_groups},
    {"run_env_file", 8, 8, run_env_file},
    {"run_entrypoint", 8, 8, run_entrypoint},
    {"run_makes_a_bundle", 8, 8, run_makes_a_bundle},
    {"run_refusals", 8, 8, run_refusals},
    {"run_knows_docker", 8, 8, run_knows_docker},
    {"run_etc_files", 8, 8, run_etc_files},
    {.name = NULL},
};
