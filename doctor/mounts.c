/* mounts.c - file systems, propagation, and changing the root. */
#include "doctor.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../common/common.h"

/* statfs(2): what file system this is */
#define PROC_MAGIC 0x9fa0

/* The fields of the last mount on `path`, before and behind " - "; NULL if
 * nothing is mounted there, as in a chroot. See proc_pid_mountinfo(5). */
static char *find_mount(const char *path)
{
    char *text = read_file("/proc/self/mountinfo");
    char *found = NULL, *rest = NULL;

    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest)) {
        char target[4096];

        if (sscanf(line, "%*s %*s %*s %*s %4095s", target) == 1 &&
            strcmp(target, path) == 0) {
            free(found);
            found = format_text("%s", line);
        }
    }
    free(text);
    return found;
}

static struct finding not_tried(void)
{
    return warning(NULL, SAY_NOT_TRIED);
}

static char *mend_of_chroot(void)
{
    return format_text(MEND_CHROOT);
}

/* ---- /proc --------------------------------------------------------------- */

struct finding look_at_proc(const char *about)
{
    struct statfs status;

    (void)about;
    if (statfs("/proc", &status) == 0 && status.f_type == PROC_MAGIC)
        return fine(SAY_MOUNTED);
    return failed(as_admin("mount -t proc proc /proc"), SAY_NO_PROC);
}

/* ---- propagation --------------------------------------------------------- */

static int try_private(const char *about)
{
    (void)about;
    if (unshare(CLONE_NEWNS) == -1 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
        return errno;
    return 0;
}

static const char *propagation_of(const char *mount)
{
    if (strstr(mount, " shared:"))
        return SAY_SHARED;
    if (strstr(mount, " master:"))
        return SAY_SLAVE;
    return SAY_PRIVATE;
}

struct finding look_at_propagation(const char *about)
{
    char *root = find_mount("/");
    int number;

    (void)about;
    if (!has_capability(CAPABILITY_SYS_ADMIN))
        return root ? fine("%s", propagation_of(root)) : not_tried();
    number = attempt_in_child(try_private, NULL);
    if (number == EINVAL && !root)
        return failed(mend_of_chroot(), SAY_NO_MOUNT_POINT);
    if (number != 0)
        return failed(mend_of_confinement(), SAY_NOT_PRIVATE,
                      reason_of(number));
    return fine(SAY_PROPAGATION, root ? propagation_of(root) : SAY_UNKNOWN);
}

/* ---- file systems -------------------------------------------------------- */

static int mount_it(const char *type)
{
    const char *data = strcmp(type, "devpts") == 0 ? "newinstance" : NULL;

    return mount(type, MOUNT_SPOT, type, 0, data) == -1 ? errno : 0;
}

/* proc belongs to a pid namespace, mqueue to an ipc namespace, sysfs to a
 * network namespace: new ones, as in a container. */
static int try_file_system(const char *type)
{
    int number = unshare(CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS) == -1
                   ? errno
                   : enter_own_mounts();

    return number ? number : attempt_in_child(mount_it, type);
}

static char *mend_of_file_system(const char *type, int number)
{
    if (number == ENODEV)
        return as_admin("modprobe %s", type);
    return mend_of_confinement();
}

struct finding look_at_file_systems(const char *types)
{
    char *copy = format_text("%s", types), *rest = NULL;
    int number = 0;

    if (!has_capability(CAPABILITY_SYS_ADMIN))
        return not_tried();
    for (char *type = strtok_r(copy, " ", &rest); type;
         type = strtok_r(NULL, " ", &rest)) {
        number = attempt_in_child(try_file_system, type);
        if (number != 0)
            return failed(mend_of_file_system(type, number), SAY_TYPE_FAILED,
                          type, reason_of(number));
    }
    free(copy);
    return fine(SAY_MOUNTED_TYPES, types);
}

/* ---- pivot_root ---------------------------------------------------------- */

static int try_pivot_root(const char *about)
{
    int number = enter_own_mounts();

    (void)about;
    if (number != 0)
        return number;
    if (mount("tmpfs", MOUNT_SPOT, "tmpfs", 0, NULL) == -1 ||
        chdir(MOUNT_SPOT) == -1 || syscall(SYS_pivot_root, ".", ".") == -1)
        return errno;
    return 0;
}

struct finding look_at_pivot_root(const char *about)
{
    char *root = find_mount("/");
    int number;

    (void)about;
    if (!has_capability(CAPABILITY_SYS_ADMIN))
        return not_tried();
    number = attempt_in_child(try_pivot_root, NULL);
    if (number == 0)
        return fine(SAY_ROOT_CHANGED);
    if (number == EINVAL && !root)
        return failed(mend_of_chroot(), SAY_IN_CHROOT);
    if (number == EINVAL && strstr(root, " - rootfs "))
        return failed(format_text(MEND_SWITCH_ROOT), SAY_ON_INITRAMFS);
    return failed(mend_of_confinement(), "%s", reason_of(number));
}

/* ---- overlayfs ----------------------------------------------------------- */

static int try_overlayfs(const char *about)
{
    int number = enter_own_mounts();

    (void)about;
    if (number != 0)
        return number;
    if (mount("tmpfs", MOUNT_SPOT, "tmpfs", 0, NULL) == -1 ||
        chdir(MOUNT_SPOT) == -1 || mkdir("lower", 0755) == -1 ||
        mkdir("upper", 0755) == -1 || mkdir("work", 0755) == -1 ||
        mkdir("merged", 0755) == -1)
        return errno;
    if (mount("overlay", "merged", "overlay", 0,
              "lowerdir=lower,upperdir=upper,workdir=work") == -1)
        return errno;
    return 0;
}

struct finding look_at_overlayfs(const char *about)
{
    int number;

    (void)about;
    if (!has_capability(CAPABILITY_SYS_ADMIN))
        return not_tried();
    number = attempt_in_child(try_overlayfs, NULL);
    if (number == 0)
        return fine(SAY_OVERLAY);
    return warning(mend_of_file_system("overlay", number), "%s",
                   reason_of(number));
}
