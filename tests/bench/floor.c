/*
 * floor.c - what the kernel alone takes for a container of `spec`'s bundle.
 *
 *   floor ROOTFS COMMAND...
 *
 * The same namespaces, mounts, devices, v1 cgroups, masked paths and drops as
 * "run" makes of it, in the shortest way: no configuration is read, nothing is
 * checked for an enemy's hand, no error is explained, and no state is kept. Not
 * a container to be used; in cgroup v2 it has no device filter.
 */
#include <errno.h>
#include <linux/capability.h>
#include <mntent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../common/common.h"

enum { MOST_GROUPS = 16 };

static char *groups[MOST_GROUPS], *kinds[MOST_GROUPS];
static bool is_v2[MOST_GROUPS];
static int group_count;

static void must(int result, const char *what)
{
    if (result == -1)
        die("%s", what);
}

/* ---- cgroups ---------------------------------------------------------------- */

static void write_to(const char *group, const char *name, const char *text)
{
    must(write_file(format_text("%s/%s", group, name), "%s", text), name);
}

static void limit_devices(const char *group)
{
    static const char *const allowed[] = {
        "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm",
        "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm", "c 136:* rwm",
    };

    write_to(group, "devices.deny", "a");
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        write_to(group, "devices.allow", allowed[i]);
}

static void make_group(const struct mntent *entry)
{
    char *parent = format_text("%s/toy-docker", entry->mnt_dir);
    char *group = format_text("%s/floor", parent);

    mkdir(parent, 0755);
    /* covered by another mount, or mounted twice */
    if (mkdir(group, 0755) == -1 && (errno == ENOENT || errno == EEXIST))
        return;
    if (hasmntopt(entry, "cpuset")) {
        write_to(parent, "cpuset.cpus",
                 read_file(format_text("%s/cpuset.cpus", entry->mnt_dir)));
        write_to(parent, "cpuset.mems",
                 read_file(format_text("%s/cpuset.mems", entry->mnt_dir)));
        write_to(group, "cpuset.cpus",
                 read_file(format_text("%s/cpuset.cpus", parent)));
        write_to(group, "cpuset.mems",
                 read_file(format_text("%s/cpuset.mems", parent)));
    }
    if (hasmntopt(entry, "devices"))
        limit_devices(group);
    groups[group_count] = group;
    is_v2[group_count] = strcmp(entry->mnt_type, "cgroup2") == 0;
    /* "rw,cpu" without the "rw,": what its mount in the container says */
    kinds[group_count++] = format_text("%s", strchr(entry->mnt_opts, ',') + 1);
}

static void make_groups(void)
{
    FILE *mounts = setmntent("/proc/self/mounts", "re");
    struct mntent *entry;

    while ((entry = getmntent(mounts)) && group_count < MOST_GROUPS)
        if (strncmp(entry->mnt_type, "cgroup", 6) == 0) {
            char *options = strstr(entry->mnt_opts, "relatime,");

            if (options)
                entry->mnt_opts = options;
            make_group(entry);
        }
    endmntent(mounts);
}

static void remove_groups(void)
{
    for (int i = 0; i < group_count; i++) {
        must(rmdir(groups[i]), groups[i]);
        *strrchr(groups[i], '/') = '\0';
        rmdir(groups[i]);
    }
}

/* ---- mounts ------------------------------------------------------------------ */

static void mount_on(const char *type, const char *where, unsigned long flags,
                     const char *data)
{
    must(mount(type, where, type, flags, data), where);
}

static void make_devices(void)
{
    static const struct {
        const char *path;
        unsigned major, minor;
    } nodes[] = {{"dev/null", 1, 3},    {"dev/zero", 1, 5},
                 {"dev/full", 1, 7},    {"dev/random", 1, 8},
                 {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};

    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
        must(mknod(nodes[i].path, S_IFCHR | 0666,
                   makedev(nodes[i].major, nodes[i].minor)),
             nodes[i].path);
    must(symlink("/proc/self/fd", "dev/fd"), "dev/fd");
    must(symlink("/proc/self/fd/0", "dev/stdin"), "dev/stdin");
    must(symlink("/proc/self/fd/1", "dev/stdout"), "dev/stdout");
    must(symlink("/proc/self/fd/2", "dev/stderr"), "dev/stderr");
    must(symlink("pts/ptmx", "dev/ptmx"), "dev/ptmx");
}

static void mount_cgroups(unsigned long flags)
{
    if (group_count == 1 && is_v2[0]) {
        mount_on("cgroup2", "sys/fs/cgroup", flags | MS_RDONLY, NULL);
        return;
    }
    mount_on("tmpfs", "sys/fs/cgroup", flags, "mode=755");
    for (int i = 0; i < group_count; i++) {
        const char *equals = strchr(kinds[i], '='); /* name=systemd */
        char *folder =
            format_text("sys/fs/cgroup/%s", equals ? equals + 1 : kinds[i]);

        must(mkdir(folder, 0755), folder);
        mount_on("cgroup", folder, flags | MS_RDONLY, kinds[i]);
    }
    must(mount(NULL, "sys/fs/cgroup", NULL,
               MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL),
         "sys/fs/cgroup");
}

static void mask_paths(void)
{
    static const char *const masked[] = {
        "proc/acpi",        "proc/asound",  "proc/interrupts",
        "proc/kcore",       "proc/keys",    "proc/latency_stats",
        "proc/sched_debug", "proc/scsi",    "proc/timer_list",
        "proc/timer_stats", "sys/firmware", "sys/devices/virtual/powercap"};
    static const char *const read_only[] = {"proc/bus", "proc/fs", "proc/irq",
                                            "proc/sys", "proc/sysrq-trigger"};
    struct stat status;

    for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++) {
        if (stat(masked[i], &status) == -1)
            continue;
        if (S_ISDIR(status.st_mode))
            mount_on("tmpfs", masked[i], MS_RDONLY, NULL);
        else
            must(mount("dev/null", masked[i], NULL, MS_BIND, NULL), masked[i]);
    }
    for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++)
        if (mount(read_only[i], read_only[i], NULL, MS_BIND | MS_REC, NULL) ==
            0)
            must(mount(NULL, read_only[i], NULL,
                       MS_REMOUNT | MS_BIND | MS_RDONLY, NULL),
                 read_only[i]);
}

static void change_root(const char *rootfs)
{
    unsigned long safe = MS_NOSUID | MS_NOEXEC | MS_NODEV;

    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "/");
    must(mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL), rootfs);
    must(chdir(rootfs), rootfs);
    mount_on("proc", "proc", 0, NULL);
    mount_on("tmpfs", "dev", MS_NOSUID | MS_STRICTATIME,
             "mode=755,size=65536k");
    make_devices();
    must(mkdir("dev/pts", 0755), "dev/pts");
    must(mkdir("dev/shm", 0755), "dev/shm");
    must(mkdir("dev/mqueue", 0755), "dev/mqueue");
    mount_on("devpts", "dev/pts", MS_NOSUID | MS_NOEXEC,
             "newinstance,ptmxmode=0666,mode=0620,gid=5");
    mount_on("tmpfs", "dev/shm", safe, "mode=1777,size=65536k");
    mount_on("mqueue", "dev/mqueue", safe, NULL);
    mount_on("sysfs", "sys", safe | MS_RDONLY, NULL);
    mount_cgroups(safe);
    mask_paths();
    must((int)syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "umount of the old root");
    must(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL),
         "remount /");
}

/* ---- the process -------------------------------------------------------------- */

static void drop_privileges(void)
{
    struct rlimit files = {1024, 1024};
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    uint32_t kept =
        1U << CAP_AUDIT_WRITE | 1U << CAP_KILL | 1U << CAP_NET_BIND_SERVICE;
    struct __user_cap_data_struct data[2] = {{kept, kept, 0}, {0, 0, 0}};

    must(setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
    for (int i = 0; i <= CAP_LAST_CAP; i++)
        if (i > 31 || !(kept & 1U << i))
            must(prctl(PR_CAPBSET_DROP, i, 0, 0, 0), "PR_CAPBSET_DROP");
    must((int)syscall(SYS_capset, &header, data), "capset");
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
}

static noreturn void run(char **argv, const int *gate)
{
    char byte;

    begin_child();
    must((int)read(gate[0], &byte, 1), "read");
    for (int i = 0; i < group_count; i++)
        write_to(groups[i], is_v2[i] ? "cgroup.procs" : "tasks", "0");
    must(unshare(CLONE_NEWCGROUP), "unshare");
    must(sethostname("container", 9), "sethostname");
    must((int)setsid(), "setsid");
    change_root(argv[1]);
    drop_privileges();
    execv(argv[2], argv + 2);
    die("execve %s", argv[2]);
}

int main(int argc, char **argv)
{
    int gate[2], status;
    pid_t pid;

    if (argc < 3)
        die_usage("floor ROOTFS COMMAND...");
    make_groups();
    must(pipe(gate), "pipe");
    pid = (pid_t)syscall(SYS_clone,
                         CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
                             CLONE_NEWPID | CLONE_NEWNET | SIGCHLD,
                         NULL, NULL, NULL, NULL);
    must((int)pid, "clone");
    if (pid == 0)
        run(argv, gate);
    must((int)write(gate[1], "", 1), "write");
    must((int)waitpid(pid, &status, 0), "waitpid");
    remove_groups();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
