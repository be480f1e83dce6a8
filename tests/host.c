/* host.c - the stand-in host. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <mntent.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/common.h"
#include "look.h"
#include "suite.h"

/* A cgroup hierarchy of the true host that stages may use. */
struct hierarchy {
    char *top;  /* its mount point */
    char *base; /* our folder in it, the stand-in's top */
    char *controllers;
    bool v2;
};

enum { MAX_HIERARCHIES = 16 };

static struct hierarchy hierarchies[MAX_HIERARCHIES];
static int hierarchy_count;
static char *no_cgroups; /* why there are none for the stand-in */

/* ---- cgroups of the true host ------------------------------------------ */

/* The mount options that name v1 controllers, as "cpu,cpuacct". */
static char *controllers_of(const char *options)
{
    static const char *const known[] = {
        "cpu",     "cpuacct",    "memory", "pids",         "devices",
        "freezer", "perf_event", "blkio",  "net_prio",     "net_cls",
        "hugetlb", "cpuset",     "rdma",   "name=systemd",
    };
    char *found = "";

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (has_word(options, known[i]))
            found = format_text("%s%s%s", found, *found ? "," : "", known[i]);
    return found;
}

/* A cpuset takes no process before it has CPUs and memory nodes. */
static void fill_cpuset(const char *folder)
{
    static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char *text = read_file(format_text("%s/../%s", folder, files[i]));

        if (text)
            write_file(format_text("%s/%s", folder, files[i]), "%s", text);
    }
}

/* One that is missing here is missed by the check that needs it. The first four
 * are also handed down from the true host's top. */
static void enable_controllers(const char *folder, bool top)
{
    static const char *const wanted[] = {"cpu",    "memory",  "pids", "io",
                                         "cpuset", "hugetlb", "rdma"};
    char *file = format_text("%s/cgroup.subtree_control", folder);

    for (size_t i = 0; i < (top ? 4 : sizeof(wanted) / sizeof(wanted[0])); i++)
        write_file(file, "+%s", wanted[i]);
}

/* Removes what is below `folder`, a cgroup, but not `kept` in it. */
static void remove_cgroups_below(const char *folder, const char *kept)
{
    char **names = list_folder(folder);

    for (; *names; names++) {
        char *path = format_text("%s/%s", folder, *names);
        struct stat status;

        if (lstat(path, &status) == -1 || !S_ISDIR(status.st_mode) ||
            (kept && strcmp(*names, kept) == 0))
            continue;
        remove_cgroups_below(path, NULL);
        if (!within(2, rmdir(path) == 0 || errno == ENOENT))
            fprintf(stderr, "check: rmdir %s: %s\n", path, strerror(errno));
    }
}

static void remove_cgroup(const char *path)
{
    remove_cgroups_below(path, NULL);
    rmdir(path);
}

/* A frozen process dies only when it is thawed. */
static void end_processes(const char *folder)
{
    char **names = list_folder(folder);
    char *text = read_file(format_text("%s/cgroup.procs", folder)), *line;

    write_file(format_text("%s/freezer.state", folder), "THAWED");
    write_file(format_text("%s/cgroup.freeze", folder), "0");
    while (text && (line = strsep(&text, "\n")))
        if (atoi(line) > 0)
            kill(atoi(line), SIGKILL);
    for (; *names; names++)
        if (access(format_text("%s/%s/tasks", folder, *names), F_OK) == 0 ||
            access(format_text("%s/%s/cgroup.type", folder, *names), F_OK) == 0)
            end_processes(format_text("%s/%s", folder, *names));
}

/* What checks left that were killed: their folders are not locked. */
static void sweep(const char *parent, void (*action)(const char *path))
{
    for (char **names = list_folder(parent); *names; names++) {
        char *path = format_text("%s/%s", parent, *names);
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int number;

        if (sscanf(*names, "check-%d", &number) == 1 && !is_alive(number) &&
            fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == 0)
            action(path);
        if (fd != -1)
            close(fd);
    }
}

static void prepare_hierarchy(struct hierarchy *hierarchy)
{
    char *parent = format_text("%s/toy-docker", hierarchy->top);
    char *host;
    int fd;

    hierarchy->base = format_text("%s/check-%d", parent, (int)getpid());
    host = format_text("%s/host", hierarchy->base);
    if (make_dir(host) == -1) {
        no_cgroups = format_text("mkdir %s: %s", host, strerror(errno));
        return;
    }
    /* held for our lifetime: no stage's sweep may take the folder for old */
    fd = open(hierarchy->base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd != -1)
        flock(fd, LOCK_SH);
    if (has_word(hierarchy->controllers, "cpuset")) {
        fill_cpuset(parent);
        fill_cpuset(hierarchy->base);
        fill_cpuset(host);
    }
    if (hierarchy->v2) {
        enable_controllers(hierarchy->top, true);
        enable_controllers(parent, false);
    }
}

static void find_hierarchies(void)
{
    FILE *mounts = setmntent("/proc/self/mounts", "re");
    struct mntent *entry;

    while (mounts && (entry = getmntent(mounts))) {
        struct hierarchy *hierarchy = &hierarchies[hierarchy_count];

        if (strncmp(entry->mnt_type, "cgroup", 6) != 0 ||
            hierarchy_count == MAX_HIERARCHIES)
            continue;
        hierarchy->v2 = strcmp(entry->mnt_type, "cgroup2") == 0;
        hierarchy->top = strdup(entry->mnt_dir);
        hierarchy->controllers = controllers_of(entry->mnt_opts);
        if (!hierarchy->v2 && !*hierarchy->controllers)
            continue;
        hierarchy_count++;
    }
    if (mounts)
        endmntent(mounts);
}

static void sweep_all(void (*action)(const char *path))
{
    for (int i = 0; i < hierarchy_count; i++)
        sweep(format_text("%s/toy-docker", hierarchies[i].top), action);
}

void prepare_hosts(void)
{
    if (hierarchy_count == 0) {
        find_hierarchies();
        sweep_all(end_processes); /* in all, before any is removed */
        sweep_all(remove_cgroup);
    }
    for (int i = 0; i < hierarchy_count; i++)
        prepare_hierarchy(&hierarchies[i]);
    if (!hierarchy_count)
        no_cgroups = "no cgroup hierarchy is mounted";
}

void forget_hosts(void)
{
    for (int i = 0; i < hierarchy_count; i++)
        end_processes(hierarchies[i].base);
    for (int i = 0; i < hierarchy_count; i++) {
        char *parent = format_text("%s/toy-docker", hierarchies[i].top);

        remove_cgroup(hierarchies[i].base);
        rmdir(parent); /* fails while it is used */
    }
}

/* ---- limits ------------------------------------------------------------- */

static bool limited;

void limit_hosts(void)
{
    static const char *const limits[][2] = {
        {"pids.max", "400"},
        {"memory.max", "1073741824"},
        {"memory.limit_in_bytes", "1073741824"},
    };

    for (int i = 0; i < hierarchy_count; i++)
        for (size_t j = 0; j < sizeof(limits) / sizeof(*limits); j++) {
            char *file =
                format_text("%s/%s", hierarchies[i].base, limits[j][0]);

            if (access(file, F_OK) == 0 &&
                write_file(file, "%s", limits[j][1]) == -1)
                die("write to %s", file);
        }
    limited = true;
}

void limit_stage(void)
{
    static const struct rlimit files = {64 << 20, 64 << 20};

    if (limited && setrlimit(RLIMIT_FSIZE, &files) == -1)
        die("setrlimit RLIMIT_FSIZE");
}

/* How often fork was refused in a cgroup. Since Linux 6.11, v2 counts that
 * where the limit is; else it is counted where the process was. */
static long refusals(const char *folder)
{
    char *text = read_file(format_text("%s/pids.events.local", folder));

    if (!text)
        text = read_file(format_text("%s/pids.events", folder));
    return text && strncmp(text, "max ", 4) == 0 ? atol(text + 4) : 0;
}

bool was_limit_reached(void)
{
    for (int i = 0; i < hierarchy_count; i++)
        if (refusals(hierarchies[i].base) > 0 ||
            refusals(format_text("%s/host", hierarchies[i].base)) > 0)
            return true;
    return false;
}

/* ---- building the stand-in ---------------------------------------------- */

static void enter_base(const char *below)
{
    for (int i = 0; i < hierarchy_count && !no_cgroups; i++) {
        char *file =
            format_text("%s%s/cgroup.procs", hierarchies[i].base, below);

        if (write_file(file, "0") == -1)
            die("write to %s", file);
    }
}

/* A stage hands controllers down from the stand-in's top; then v2 lets no
 * process enter it any more. */
static void take_controllers_back(const struct hierarchy *hierarchy)
{
    char *file = format_text("%s/cgroup.subtree_control", hierarchy->base);
    char *enabled = read_file(file), *name;

    while (enabled && (name = strsep(&enabled, " \n")))
        if (*name)
            write_file(file, "-%s", name);
}

/* The namespace is made in the base folder, which becomes the top of what is
 * seen, and left for host/: v2 wants no process in a folder whose subfolders
 * have controllers. */
static void leave_true_cgroups(void)
{
    for (int i = 0; i < hierarchy_count; i++)
        take_controllers_back(&hierarchies[i]); /* none in v1 */
    enter_base("");
    if (unshare(CLONE_NEWCGROUP) == -1)
        die("unshare the cgroup namespace");
    enter_base("/host");
}

static void mount_hierarchies(void)
{
    for (int i = 0; i < hierarchy_count && !no_cgroups; i++) {
        const struct hierarchy *hierarchy = &hierarchies[i];
        const char *type = hierarchy->v2 ? "cgroup2" : "cgroup";

        if (umount2(hierarchy->top, MNT_DETACH) == -1)
            die("umount %s", hierarchy->top);
        if (mount(type, hierarchy->top, type, 0,
                  hierarchy->v2 ? NULL : hierarchy->controllers) == -1)
            die("mount %s on %s", type, hierarchy->top);
    }
}

static void bring_loopback_up(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd == -1 || ioctl(fd, SIOCSIFFLAGS, &request) == -1)
        die("bring lo up");
    close(fd);
}

/* States, networks and layers of containers are known by names that two
 * stand-ins may use at the same time. */
static void hide_states(void)
{
    static const char *const folders[] = {"/run/toy-docker",
                                          "/var/lib/toy-docker"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (make_dir(folders[i]) == -1 ||
            mount("states", folders[i], "tmpfs", 0, "mode=755") == -1)
            die("mount tmpfs on %s", folders[i]);
}

static int true_mounts = -1;

static void leave_true_host(void)
{
    char *name = format_text("host-%s", make_token());

    leave_true_cgroups();
    true_mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    if (unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET |
                CLONE_NEWPID) == -1)
        die("unshare");
    /* private: what others mount meanwhile is no change that a check made */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
        mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) == -1)
        die("mount / private, then shared");
    mount_hierarchies();
    bring_loopback_up();
    hide_states();
    if (sethostname(name, strlen(name)) == -1)
        die("sethostname %s", name);
}

/* Dies as the process with `status` did, so that Check tells what happened. */
static void end_like(int status)
{
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
    if (WEXITSTATUS(status) >= 128)
        raise(WEXITSTATUS(status) - 128);
    if (WEXITSTATUS(status) != 0)
        _exit(WEXITSTATUS(status));
}

/* The stand-in's init: reaps whom nobody else does, until body has ended;
 * with it, the kernel ends every process of the stand-in. */
static void be_init(void (*body)(void *), void *argument)
{
    pid_t child, ended;
    int status;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
              NULL) == -1)
        die("mount proc");
    child = fork();
    if (child == -1)
        die("fork");
    if (child == 0) {
        if (chdir(scratch_folder) == -1)
            die("chdir %s", scratch_folder);
        body(argument);
        _exit(EXIT_SUCCESS);
    }
    do
        ended = waitpid(-1, &status, 0);
    while (ended != child);
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

void run_in_host(void (*body)(void *), void *argument)
{
    pid_t init;
    int status;

    leave_true_host();
    init = fork();
    if (init == -1)
        die("fork");
    if (init == 0)
        be_init(body, argument);
    if (waitpid(init, &status, 0) == -1)
        die("waitpid");
    for (int i = 0; i < hierarchy_count && !no_cgroups; i++)
        remove_cgroups_below(hierarchies[i].top, "host");
    end_like(status);
}

/* ---- asked by checks ------------------------------------------------------ */

char *mounts_of_true_host(void)
{
    char *text = format_text("%s", ""), part[4096];
    ssize_t length;

    while ((length = pread(true_mounts, part, sizeof(part),
                           (off_t)strlen(text))) > 0)
        text = format_text("%s%.*s", text, (int)length, part);
    return text;
}

const char *find_cgroup_top(const char *controller, bool *v2)
{
    for (int i = 0; i < hierarchy_count; i++) {
        const char *controllers = hierarchies[i].controllers;

        if (hierarchies[i].v2)
            controllers = read_file(
                format_text("%s/cgroup.controllers", hierarchies[i].top));
        *v2 = hierarchies[i].v2;
        if (controllers && has_word(controllers, controller))
            return hierarchies[i].top;
    }
    return NULL;
}

void need_cgroups(void)
{
    static const char *const needed[] = {"cpu", "memory", "pids"};
    bool v2;

    if (no_cgroups)
        skip("no cgroups for a stand-in host: %s", no_cgroups);
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (!find_cgroup_top(needed[i], &v2))
            skip("no cgroup hierarchy has the controller %s", needed[i]);
}

/* ---- a kernel that lacks a system call ----------------------------------- */

#define LOAD(field)                                                            \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))

void forbid(unsigned call, int error)
{
    const unsigned namespaces = 0x7e020000; /* CLONE_NEW* in clone's flags */
    bool only_flags = call == SYS_clone;
    struct sock_filter program[] = {
        LOAD(nr),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, namespaces, 0, only_flags ? 1 : 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof(program) / sizeof(*program), program};

    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == -1)
        die("prctl PR_SET_SECCOMP");
}
