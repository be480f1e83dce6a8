/*
 * Stage 06, rootfs: a root file system of its own.
 *
 * New:   ./rootfs becomes / by pivot_root(2), with its own /proc, /sys, /tmp,
 *        /run, /dev; volumes; an environment without the host's variables.
 * Leaks: a fork bomb, a memory hog or a busy loop takes the host down.
 * Try:   make stage-6 && sudo ./stage-6 -v /tmp:/mnt:ro
 */
#include "../common/common.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

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

struct options {
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

/* What runs in the container, from its first instruction to execve. */
static int container_main(void *argument)
{
    struct options *options = argument;

    begin_child();
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
        {.name = NULL},
    };
    int clone_flags = SIGCHLD; /* the signal that tells us of its end */
    pid_t child;

    options.command =
        parse_flags(argc, argv, flags, "A child with its own root and files.");
    begin_parent();

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
    return wait_for_child(child);
}
