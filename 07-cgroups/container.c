/*
 * Stage 07, cgroups: limits, in force before the command's first instruction.
 *
 * New:   --memory, --cpus and --pids by cgroup v2, v1, or both side by side.
 * Leaks: the kernel itself: device nodes, its log, its modules, its clock; the
 *        host's network; what the caller left open.
 * Try:   make stage-7 && sudo ./stage-7 --cpus 0.2 -- sh -c 'while :; do :; done'
 */
#include "../common/common.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mntent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* statfs(2): what file system this is */
#define CGROUP_V1_MAGIC 0x27e0eb
#define CGROUP_V2_MAGIC 0x63677270

#define STACK_SIZE (1024 * 1024)

/* Since Linux 5.2; not every libc has them. */
#ifndef SYS_open_tree
#define SYS_open_tree 428
#define SYS_move_mount 429
#endif
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#define MOVE_MOUNT_F_EMPTY_PATH 4
#endif

#define CONF_FILES 3 /* the first volumes: hosts, hostname, resolv.conf */
#define MAX_VOLUMES 64

/* A file or folder of the host that shall be seen inside. */
struct volume {
    char *source; /* on the host */
    char *target; /* inside, an absolute path */
    bool read_only;
    int fd; /* of a bind mount of it that is not in place yet, or -1 */
};

/* The controllers that we limit, and where each was found. */
enum { CPU, MEMORY, PIDS, CONTROLLERS };

struct cgroup {
    const char *controller;
    bool v2;
    char *top;    /* where the hierarchy that has it is mounted */
    char *parent; /* toy-docker in it */
    char *path;   /* our own folder in that; NULL until it is made */
};

struct options {
    uint64_t limits[CONTROLLERS]; /* UINT64_MAX for none */
    struct gate gate;
    const char *hostname;
    const char *rootfs;
    bool use_chroot;
    struct volume volumes[MAX_VOLUMES];
    int volume_count;
    char **command;
};

/* Renames the UTS namespace that we are in: see uts_namespaces(7). */
static void set_hostname(const char *hostname)
{
    if (sethostname(hostname, strlen(hostname)) == -1)
        die("sethostname %.80s", hostname);
    explain("sethostname(\"%s\", %zu) # in %s", hostname, strlen(hostname),
            namespace_id("uts"));
}

/* A new mount namespace is a copy, and the copy of a *shared* mount still
 * passes mounts on to the host, in both directions; systemd makes / shared.
 * MS_REC, since each mount below / has its own propagation. See
 * mount_namespaces(7). */
static void make_mounts_private(void)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
        die("mount / private");
    explain("mount(NULL, \"/\", NULL, MS_REC|MS_PRIVATE, NULL) # in %s",
            namespace_id("mnt"));
}

/* procfs shows the pid namespace of the process that mounts it. Nothing in it
 * is to be run, or to be a device. See proc(5). */
static void mount_proc(void)
{
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
              NULL) == -1)
        die("mount proc on /proc");
    explain("mount(\"proc\", \"/proc\", \"proc\", "
            "MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL) # of %s",
            namespace_id("pid"));
}

/* Makes bind mounts of conf/ beside the rootfs, as docker has it, and of the
 * volumes, without putting them anywhere yet: the host's paths end with the
 * change of root, these descriptors do not. A bind mount shows the same files
 * at a second place; what is mounted below the source stays out, as it would
 * have to be made read-only one by one. See open_tree(2). */
static void open_volumes(struct options *options)
{
    static const char *const conf[CONF_FILES] = {"hosts", "hostname",
                                                 "resolv.conf"};

    for (int i = 0; i < options->volume_count; i++) {
        struct volume *volume = &options->volumes[i];

        if (i < CONF_FILES) {
            volume->source =
                format_text("%s/../conf/%s", options->rootfs, conf[i]);
            volume->target = format_text("/etc/%s", conf[i]);
        }
        volume->fd = (int)syscall(SYS_open_tree, AT_FDCWD, volume->source,
                                  OPEN_TREE_CLONE | O_CLOEXEC);
        if (volume->fd == -1 && i >= CONF_FILES)
            die("volume %s", volume->source);
    }
}

/* Makes `rootfs` the root of everything that is looked up from here on.
 * chroot(2) only moves the starting point of path lookup, and root can move
 * it again. pivot_root(2) puts the new root in the old one's place in the
 * mount tree. With "." for both, the old one comes to lie on top of the new,
 * and must be gone before a path is used: /etc/.. would lead to it. It is
 * still in use, by us, so it goes with MNT_DETACH. */
static void enter_rootfs(const char *rootfs, bool use_chroot)
{
    static const char *const mount_points[] = {"/proc", "/sys", "/tmp",
                                               "/run",  "/dev", "/etc"};

    /* pivot_root wants a mount point: a folder bound onto itself is one; by
     * its full path, as "." would stay below the mount */
    char *path = realpath(rootfs, NULL);

    if (!path || mount(path, path, NULL, MS_BIND | MS_REC, NULL) == -1)
        die("rootfs %s", rootfs);
    if (chdir(path) == -1)
        die("rootfs %s", rootfs);
    explain("mount(\"%s\", \"%s\", NULL, MS_BIND|MS_REC, NULL) # now a "
            "mount point",
            path, path);
    free(path);

    if (use_chroot) {
        if (chroot(".") == -1)
            die("chroot to %s", rootfs);
        explain("chroot(\".\") # the host's mounts are all still there");
    } else {
        if (syscall(SYS_pivot_root, ".", ".") == -1)
            die("pivot_root to %s", rootfs);
        if (umount2(".", MNT_DETACH) == -1)
            die("umount the old root");
        if (chdir("/") == -1)
            die("chdir /");
        explain("pivot_root(\".\", \".\"); umount2(\".\", MNT_DETACH) # the "
                "host's mounts are gone");
    }
    for (size_t i = 0; i < sizeof(mount_points) / sizeof(*mount_points); i++)
        if (make_dir(mount_points[i]) == -1)
            die("mkdir %s in the rootfs", mount_points[i]);
}

/* The file systems that the kernel makes, at their usual places. devtmpfs is
 * one for the whole machine: its device nodes are the host's. */
static void mount_filesystems(void)
{
    static const struct {
        const char *type, *target;
        unsigned long flags;
        const char *data;
    } filesystems[] = {
        {"sysfs", "/sys", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
        {"tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777"},
        {"tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=755"},
        {"devtmpfs", "/dev", MS_NOSUID | MS_NOEXEC, NULL},
        {"devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC,
         "newinstance,ptmxmode=0666,mode=0620"},
        {"tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777"},
    };

    for (size_t i = 0; i < sizeof(filesystems) / sizeof(*filesystems); i++) {
        if (mount(filesystems[i].type, filesystems[i].target,
                  filesystems[i].type, filesystems[i].flags,
                  filesystems[i].data) == -1)
            die("mount %s on %s", filesystems[i].type, filesystems[i].target);
        explain("mount(\"%s\", \"%s\", ...) # a new mount", filesystems[i].type,
                filesystems[i].target);
    }
}

/* MS_RDONLY is not heard in the call that makes a bind mount, only in a
 * remount; which would drop nosuid and the like if they were not repeated. */
static void make_read_only(const char *target)
{
    unsigned long kept = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    struct statvfs status;

    if (statvfs(target, &status) == -1)
        die("statvfs %s", target);
    if (mount(NULL, target, NULL,
              MS_REMOUNT | MS_BIND | MS_RDONLY | (status.f_flag & kept),
              NULL) == -1)
        die("mount %s read-only", target);
    explain("mount(NULL, \"%s\", NULL, MS_REMOUNT|MS_BIND|MS_RDONLY, NULL) "
            "# read-only",
            target);
}

/* Puts the bind mount of the volume in its place. See move_mount(2). */
static void mount_volume(const struct volume *volume)
{
    struct stat status;
    int made;

    if (fstat(volume->fd, &status) == -1)
        die("fstat %s", volume->source);
    made = S_ISDIR(status.st_mode) ? make_dir(volume->target)
                                   : make_file(volume->target);
    if (made == -1)
        die("make the mount point %s", volume->target);

    if (syscall(SYS_move_mount, volume->fd, "", AT_FDCWD, volume->target,
                MOVE_MOUNT_F_EMPTY_PATH) == -1)
        die("mount %s on %s", volume->source, volume->target);
    explain("move_mount(%d, \"\", AT_FDCWD, \"%s\", ...) # a bind mount of %s",
            volume->fd, volume->target, volume->source);
    if (volume->read_only)
        make_read_only(volume->target);
    close(volume->fd);
}

/* The host's variables may hold secrets; its PATH means nothing here. */
static void set_environment(void)
{
    static const char path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:"
                               "/usr/bin:/sbin:/bin";
    char *term = getenv("TERM");

    term = term ? format_text("%s", term) : NULL;
    if (clearenv() != 0 || setenv("PATH", path, 1) == -1 ||
        setenv("HOME", "/root", 1) == -1 ||
        (term && setenv("TERM", term, 1) == -1))
        die("setenv");
    umask(022);
}

/* One for each controller; global, so that atexit(3) can remove them. */
static struct cgroup cgroups[CONTROLLERS] = {
    [CPU] = {.controller = "cpu"},
    [MEMORY] = {.controller = "memory"},
    [PIDS] = {.controller = "pids"},
};

/* Does the file system mounted here have this controller? In v1 each
 * hierarchy names its controllers in the mount's options; v2 is one hierarchy
 * with a file that lists them. See cgroups(7). */
static bool has_controller(const struct mntent *entry, const char *controller,
                           bool *v2)
{
    char *file, *controllers;
    struct statfs status;
    bool found;

    /* statfs: another mount may lie over this one */
    if (statfs(entry->mnt_dir, &status) == -1)
        return false;
    *v2 = status.f_type == CGROUP_V2_MAGIC;
    if (strcmp(entry->mnt_type, "cgroup") == 0)
        return status.f_type == CGROUP_V1_MAGIC &&
               has_word(entry->mnt_opts, controller);
    if (strcmp(entry->mnt_type, "cgroup2") != 0 || !*v2)
        return false;

    file = format_text("%s/cgroup.controllers", entry->mnt_dir);
    controllers = read_file(file);
    found = controllers && has_word(controllers, controller);
    free(controllers);
    free(file);
    return found;
}

/* Hybrid machines have some controllers in v1 and the rest in v2: each is
 * looked for by itself. */
static void find_hierarchy(struct cgroup *cgroup)
{
    FILE *mounts = setmntent("/proc/self/mounts", "re");
    struct mntent *entry;

    if (!mounts)
        die("open /proc/self/mounts");
    while (!cgroup->top && (entry = getmntent(mounts)))
        if (has_controller(entry, cgroup->controller, &cgroup->v2))
            cgroup->top = format_text("%s", entry->mnt_dir);
    endmntent(mounts);
    if (!cgroup->top) {
        errno = ENOENT;
        die("controller %s: in no cgroup hierarchy", cgroup->controller);
    }
    cgroup->parent = format_text("%s/toy-docker", cgroup->top);
    explain("/proc/self/mounts # %s: cgroup %s, at %s", cgroup->controller,
            cgroup->v2 ? "v2" : "v1", cgroup->top);
}

/* In v2 a folder has the controllers that the folder above it enables for its
 * children. */
static void enable_controller(const struct cgroup *cgroup, const char *folder)
{
    char *file = format_text("%s/cgroup.subtree_control", folder);

    if (write_file(file, "+%s", cgroup->controller) == -1)
        die("cgroup %s: enable %s", folder, cgroup->controller);
    explain("write(\"%s\", \"+%s\")", file, cgroup->controller);
    free(file);
}

/* In v2 a cgroup has processes or children with controllers, not both, except
 * for the real root (which has no cgroup.type). In a container, what looks
 * like the root is one with processes in it. Said here, since enabling "cpu"
 * alone would not fail but make the processes' cgroup "threaded". */
static void check_top(const struct cgroup *cgroup)
{
    char *type = format_text("%s/cgroup.type", cgroup->top);
    char *file = format_text("%s/cgroup.procs", cgroup->top);
    char *processes = read_file(file);

    if (access(type, F_OK) == 0 && processes && *processes) {
        errno = EBUSY;
        die("cgroup %s: use as a parent", cgroup->top);
    }
    free(processes);
    free(file);
    free(type);
}

/* Removes what a stage left behind that was killed by SIGKILL: a living one
 * holds a lock on its folder, which the kernel takes away with the process. */
static void sweep(const char *parent)
{
    DIR *folder = opendir(parent);
    struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        char *path = format_text("%s/%s", parent, entry->d_name);
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (strncmp(entry->d_name, "stage-7-", 8) == 0 && fd != -1 &&
            flock(fd, LOCK_EX | LOCK_NB) == 0 && rmdir(path) == 0)
            explain("rmdir(\"%s\") # left behind earlier", path);
        if (fd != -1)
            close(fd);
        free(path);
    }
    if (folder)
        closedir(folder);
}

/* Makes our folder in the hierarchy and locks it for our lifetime. The lock
 * on the parent keeps others from sweeping it before that. The parent itself
 * may vanish before we have its lock: the last one out removes it. */
static bool try_to_make_cgroup(struct cgroup *cgroup, char *path)
{
    int parent, own;

    if (mkdir(cgroup->parent, 0755) == -1 && errno != EEXIST)
        die("cgroup %s: mkdir", cgroup->parent);
    parent = open(cgroup->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent == -1)
        return false;
    if (flock(parent, LOCK_EX) == -1)
        die("cgroup %s: flock", cgroup->parent);
    sweep(cgroup->parent);

    if (mkdir(path, 0755) == 0) {
        cgroup->path = path;
        own = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (own == -1 || flock(own, LOCK_SH) == -1)
            die("cgroup %s: flock", path);
        explain("mkdir(\"%s\") # for %s", path, cgroup->controller);
    } else if (errno != ENOENT && errno != EEXIST) {
        die("cgroup %s: mkdir", path);
    }
    close(parent);
    return cgroup->path != NULL;
}

/* Several controllers can share a hierarchy, and then our folder. */
static void make_cgroup(struct cgroup *cgroup)
{
    int number = 1; /* other pid namespaces may hold our pid, too */
    char *path;

    for (int i = 0; i < CONTROLLERS; i++)
        if (cgroups[i].path && strcmp(cgroups[i].top, cgroup->top) == 0)
            cgroup->path = cgroups[i].path;
    while (!cgroup->path) {
        path =
            format_text("%s/stage-7-%d-%d", cgroup->parent, getpid(), number++);
        if (!try_to_make_cgroup(cgroup, path))
            free(path);
    }
    if (cgroup->v2) {
        enable_controller(cgroup, cgroup->top);
        enable_controller(cgroup, cgroup->parent);
    }
}

static void remove_cgroups(void)
{
    for (int i = 0; i < CONTROLLERS; i++) {
        if (!cgroups[i].path)
            continue;
        if (rmdir(cgroups[i].path) == 0)
            explain("rmdir(\"%s\")", cgroups[i].path);
        else if (errno != ENOENT) /* gone: it was shared */
            warn("cgroup %s: rmdir: %s", cgroups[i].path, strerror(errno));
        rmdir(cgroups[i].parent); /* fails while others are in it */
    }
}

static void set_limit(const struct cgroup *cgroup, const char *file,
                      uint64_t value)
{
    char *path = format_text("%s/%s", cgroup->path, file);

    if (write_file(path, "%" PRIu64, value) == -1)
        die("cgroup %s: write %" PRIu64, path, value);
    explain("write(\"%s\", \"%" PRIu64 "\")", path, value);
    free(path);
}

/* Swap would only make a hog slower. v1 counts memory and swap together, v2
 * counts swap alone; the file is missing where the kernel counts no swap. */
static void forbid_swap(const struct cgroup *cgroup, uint64_t memory)
{
    const char *file =
        cgroup->v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes";
    char *path = format_text("%s/%s", cgroup->path, file);

    if (access(path, F_OK) == 0)
        set_limit(cgroup, file, cgroup->v2 ? 0 : memory);
    free(path);
}

/* Makes the cgroups and sets their limits while they are still empty. */
static void limit_resources(const uint64_t *limits)
{
    static const char *const v1[] = {"cpu.cfs_quota_us",
                                     "memory.limit_in_bytes", "pids.max"};
    static const char *const v2[] = {"cpu.max", "memory.max", "pids.max"};

    atexit(remove_cgroups);
    for (int i = 0; i < CONTROLLERS; i++) {
        struct cgroup *cgroup = &cgroups[i];

        if (limits[i] == UINT64_MAX)
            continue;
        find_hierarchy(cgroup);
        if (cgroup->v2)
            check_top(cgroup);
        make_cgroup(cgroup);
        /* the CPU quota is for a period of 100 ms, the default of both */
        set_limit(cgroup, cgroup->v2 ? v2[i] : v1[i], limits[i]);
        if (i == MEMORY)
            forbid_swap(cgroup, limits[i]);
    }
}

static void enter_cgroups(pid_t child)
{
    for (int i = 0; i < CONTROLLERS; i++) {
        char *path = format_text("%s/cgroup.procs", cgroups[i].path);

        if (cgroups[i].path && write_file(path, "%d", child) == -1) {
            int number = errno;

            kill(child, SIGKILL); /* or the cgroups could not be removed */
            waitpid(child, NULL, 0);
            errno = number;
            die("cgroup %s: add process %d", path, child);
        }
        if (cgroups[i].path)
            explain("write(\"%s\", \"%d\")", path, child);
        free(path);
    }
}

/* 137 can also be a kill by hand: the cgroup counts those by the kernel. */
static void report_memory_kill(uint64_t limit)
{
    const struct cgroup *cgroup = &cgroups[MEMORY];
    char *path, *counters, *kills;

    if (!cgroup->path)
        return;
    path = format_text("%s/%s", cgroup->path,
                       cgroup->v2 ? "memory.events" : "memory.oom_control");
    counters = read_file(path);
    kills = counters ? strstr(counters, "oom_kill ") : NULL;
    if (kills && strtol(kills + 9, NULL, 10) > 0)
        warn("killed: over its memory limit of %s", size_text(limit));
    free(counters);
    free(path);
}

/* Makes the cgroup that we are in by now the top of what we see of them: see
 * cgroup_namespaces(7). Earlier, it would be the host's that we see. */
static void leave_cgroup_view(void)
{
    if (unshare(CLONE_NEWCGROUP) == -1)
        die("unshare the cgroup namespace");
    explain("unshare(CLONE_NEWCGROUP) # %s", namespace_id("cgroup"));
}

/* What runs in the container, from its first instruction to execve. */
static int container_main(void *argument)
{
    struct options *options = argument;

    begin_child();
    /* the container dies with its parent, which could not remove its cgroup
     * otherwise; if the parent is dead by now, the gate never opens */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        die("prctl PR_SET_PDEATHSIG");
    wait_at_gate(&options->gate);
    explain("read(gate) # waited until it was in its cgroups");
    leave_cgroup_view();
    set_hostname(options->hostname);
    explain("readlink(\"/proc/self/ns/ipc\") # %s", namespace_id("ipc"));
    explain("readlink(\"/proc/self/ns/pid\") # %s", namespace_id("pid"));
    set_environment();
    make_mounts_private();
    open_volumes(options);
    enter_rootfs(options->rootfs, options->use_chroot);
    mount_proc();
    mount_filesystems();
    for (int i = 0; i < options->volume_count; i++)
        if (options->volumes[i].fd != -1) /* a missing conf file */
            mount_volume(&options->volumes[i]);

    /* The last step replaces this program by the command, in the same
     * process: the command has our pid and all that was prepared for it. */
    options->command = command_or_shell(options->command);
    explain("execve(\"%s\") # as pid %d", options->command[0], getpid());
    execvp(options->command[0], options->command);
    die_exec(options->command[0]);
}

/* The child's stack. Stacks grow down, so clone(2) wants to know its end. The
 * lowest page is a guard: an overflow ends in SIGSEGV, not in other memory. */
static char *make_stack(void)
{
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    char *stack = mmap(NULL, guard + STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

    if (stack == MAP_FAILED)
        die("mmap a stack of %d bytes", STACK_SIZE);
    if (mprotect(stack, guard, PROT_NONE) == -1)
        die("mprotect the stack's guard page");
    return stack + guard + STACK_SIZE;
}

/* HOST:CONTAINER[:ro], as docker run -v takes it; see struct flag. */
static const char *parse_volume(const char *text, void *value)
{
    struct options *options = value;
    struct volume volume = {.fd = -1};
    char *copy = format_text("%s", text);
    char *mode;

    volume.source = strsep(&copy, ":");
    volume.target = strsep(&copy, ":");
    mode = strsep(&copy, ":");
    if (!*volume.source || !volume.target || volume.target[0] != '/' ||
        strspn(volume.target, "/.") == strlen(volume.target) || copy)
        return "HOST:/CONTAINER, or with :ro";
    if (mode && strcmp(mode, "ro") != 0 && strcmp(mode, "rw") != 0)
        return "HOST:/CONTAINER with :ro or :rw";
    if (options->volume_count == MAX_VOLUMES)
        return "one of at most 61 volumes";
    volume.read_only = mode && strcmp(mode, "ro") == 0;
    options->volumes[options->volume_count++] = volume;
    return NULL;
}

int main(int argc, char **argv)
{
    struct options options = {
        .limits = {[CPU] = 100000, [MEMORY] = 512 << 20, [PIDS] = 256},
        .hostname = "container",
        .rootfs = "rootfs",
        .volume_count = CONF_FILES,
        .command = NULL,
    };
    const struct flag flags[] = {
        {"hostname", 0, "NAME", "name of the container [container]", parse_text,
         &options.hostname},
        {"rootfs", 0, "DIR", "folder that becomes / [rootfs]", parse_text,
         &options.rootfs},
        {"volume", 'v', "HOST:DIR[:ro]", "show a file or folder of the host",
         parse_volume, &options},
        {"chroot", 0, NULL, "chroot(2) as in the articles: can be left",
         parse_switch, &options.use_chroot},
        {"memory", 'm', "SIZE", "memory, 64M or 1G or max [512M]", parse_size,
         &options.limits[MEMORY]},
        {"cpus", 0, "N", "CPUs, 0.2 or 2 or max [1]", parse_cpus,
         &options.limits[CPU]},
        {"pids", 0, "N", "processes and threads, or max [256]", parse_number,
         &options.limits[PIDS]},
        {.name = NULL},
    };
    int clone_flags = SIGCHLD; /* the signal that tells us of its end */
    pid_t child;
    int status;

    options.command =
        parse_flags(argc, argv, flags, "A child with a root and limits.");
    begin_parent();
    limit_resources(options.limits);
    make_gate(&options.gate);

    clone_flags |= CLONE_NEWUTS;
    explain("CLONE_NEWUTS # the host stays in %s", namespace_id("uts"));
    clone_flags |= CLONE_NEWIPC;
    explain("CLONE_NEWIPC # the host stays in %s", namespace_id("ipc"));
    clone_flags |= CLONE_NEWPID;
    explain("CLONE_NEWPID # the host stays in %s", namespace_id("pid"));
    clone_flags |= CLONE_NEWNS;
    explain("CLONE_NEWNS # the host stays in %s", namespace_id("mnt"));
    explain("clone(container_main, stack + %d, ... | SIGCHLD) # by pid %d",
            STACK_SIZE, getpid());
    child = clone(container_main, make_stack(), clone_flags, &options);
    if (child == -1)
        die("clone");
    enter_cgroups(child);
    explain("write(gate) # the limits hold: go");
    open_gate(&options.gate);
    status = wait_for_child(child);
    if (status == 128 + SIGKILL)
        report_memory_kill(options.limits[MEMORY]);
    return status;
}
