/*
 * messages.en.h - what the doctor says. A translation is this file with other
 * words, beside it: messages.LANGUAGE.h (WORKSHOP_LANG=LANGUAGE chooses it).
 *
 * ROW_ is what was looked at, SAY_ what was found, MEND_ what mends it where
 * that is no command. What stands for %s and %d comes in the order that is given
 * here; in another order it is %2$s. JSON's own words are no part of it.
 */
#ifndef MESSAGES_H
#define MESSAGES_H

/* ---- around the findings ------------------------------------------------- */

#define SAY_MEND "    mend: " /* 10 columns */
#define SAY_WILL_RUN "will run"
#define SAY_WILL_NOT_RUN "WILL NOT RUN: %s"
#define SAY_UNKNOWN_FLAG "unknown flag %.80s"
#define SAY_ARGUMENT "\"%.80s\": takes no arguments but flags"
#define SAY_OK "ok"
#define SAY_WARNING "warning"
#define SAY_FAILED "FAILED"
#define SAY_STAGE "stage %d"
#define SAY_COMMA ", "
#define SAY_WRITE "write to stdout"
#define SAY_USAGE                                                              \
    "usage: doctor [--json]\n\n"                                               \
    "Says which stages will run on this machine, and what mends what is "      \
    "missing.\nExit status: 0 if all will run, 1 if not, 125 for a wrong "     \
    "flag.\n"

/* ---- the rows (at most 18 columns each) ---------------------------------- */

#define ROW_KERNEL "kernel"
#define ROW_USER "user"
#define ROW_ADMIN "CAP_SYS_ADMIN"
#define ROW_OTHERS "other capabilities"
#define ROW_SECCOMP "seccomp filter"
#define ROW_CALLS "system calls"
#define ROW_UTS "uts namespace"
#define ROW_IPC "ipc namespace"
#define ROW_PID "pid namespace"
#define ROW_MNT "mnt namespace"
#define ROW_CGROUP "cgroup namespace"
#define ROW_NET "net namespace"
#define ROW_USERNS "user namespace"
#define ROW_PROC "/proc"
#define ROW_PROPAGATION "propagation of /"
#define ROW_NEW_PROC "proc, mounted anew"
#define ROW_FILE_SYSTEMS "file systems"
#define ROW_DEVTMPFS "devtmpfs"
#define ROW_MQUEUE "mqueue"
#define ROW_OVERLAYFS "overlayfs"
#define ROW_PIVOT_ROOT "pivot_root"
#define ROW_CGROUPS "cgroups"
#define ROW_CGROUP_CPU "cgroup cpu"
#define ROW_CGROUP_MEMORY "cgroup memory"
#define ROW_CGROUP_PIDS "cgroup pids"
#define ROW_CGROUP_DEVICES "cgroup devices"
#define ROW_COMPILER "compiler"
#define ROW_MAKE "make"
#define ROW_PKG_CONFIG "pkg-config"
#define ROW_LIBCAP "libcap"
#define ROW_LIBSECCOMP "libseccomp"
#define ROW_JSON_C "json-c"
#define ROW_LIBARCHIVE "libarchive"
#define ROW_NETTLE "nettle"
#define ROW_CHECK "check (for tests)"
#define ROW_BUSYBOX "busybox"
#define ROW_NFT "nft"
#define ROW_ROOTFS "rootfs"
#define ROW_TERMINAL "terminal"

/* ---- of several checks --------------------------------------------------- */

#define SAY_BY_FILTER "%s, by the seccomp filter"
#define MEND_LEAVE_NAMESPACE "leave the user namespace: sudo make doctor"
#define MEND_PRIVILEGED "start the container around you with --privileged"

/* ---- machine.c ----------------------------------------------------------- */

#define SAY_NO_VERSION "its version cannot be read"
#define MEND_NEEDED_KERNEL "install a kernel of 5.10 or newer"
#define SAY_TOO_OLD "Linux %s, older than 5.10"
#define MEND_NEWER_KERNEL "install a kernel of 6.1 or newer"
#define SAY_KERNEL "Linux %s"
#define SAY_OLD "Linux %s; at full strength from 6.1 on"
#define SAY_NOT_ROOT "uid %d, not root"
#define MEND_LEAVE "leave it: sudo make doctor"
#define SAY_ROOT_OF_NAMESPACE "root only of a user namespace"
#define SAY_ADMIN "there: namespaces and mounts can be tried"
#define SAY_WITHOUT_ROOT "not without root"
#define SAY_NO_ADMIN "root, but without this capability"
#define SAY_MISSING "missing:%s"
#define SAY_NOT_TO_GIVE "a container cannot get:%s"
#define SAY_ALL_CAPABILITIES "all that stage 8 uses or gives"
#define MEND_KERNEL_FILTER "install a kernel with CONFIG_SECCOMP_FILTER=y"
#define SAY_NO_FILTER "this kernel takes no filter"
#define SAY_FILTERED "a filter of system calls is on this process"
#define SAY_FILTER "can be made; none on this process"
#define SAY_CALLS "clone3, openat2, move_mount and the like are there"
#define SAY_NAMESPACE_LIMIT "%s: the limit user.max_%s_namespaces is %lld"
#define MEND_KERNEL_OPTION "install a kernel with CONFIG_%s=y"
#define SAY_NO_NAMESPACE "this kernel has none"
#define SAY_NAMESPACE_NOT_TRIED "not tried without CAP_SYS_ADMIN; at most %lld"
#define SAY_NAMESPACE "made one; at most %lld"
#define SAY_USER_NAMESPACE "made one without root; at most %lld"
#define SAY_USERS_FAILED "none for users: %s"
#define SAY_ROOT "root"
#define SAY_NOT_TRIED "not tried without CAP_SYS_ADMIN"
#define SAY_USERS_NONE "none for users by %s"
#define SAY_USERS_RESTRICTED "restricted for users by %s"

/* ---- mounts.c ------------------------------------------------------------ */

#define MEND_CHROOT "outside: mount --bind DIR DIR before chroot DIR"
#define SAY_NO_PROC "no proc file system is mounted on it"
#define SAY_SHARED "shared, as systemd leaves it"
#define SAY_SLAVE "a slave of another mount namespace"
#define SAY_NO_MOUNT_POINT "/ is no mount point: a chroot"
#define SAY_NOT_PRIVATE "/ cannot be made private: %s"
#define SAY_PROPAGATION "%s; can be made private"
#define SAY_UNKNOWN "unknown"
#define SAY_MOUNTED_TYPES "mounted %s"
#define SAY_ROOT_CHANGED "changed the root"
#define SAY_IN_CHROOT "not in a chroot (EINVAL)"
#define MEND_SWITCH_ROOT "switch_root to a file system of its own"
#define SAY_ON_INITRAMFS "not on an initramfs (EINVAL)"
#define SAY_TYPE_FAILED "%s: %s"
#define SAY_OVERLAY "mounted one on a tmpfs"
#define SAY_MOUNTED "mounted"
#define SAY_PRIVATE "private"

/* ---- cgroups.c ----------------------------------------------------------- */

#define SAY_HYBRID "hybrid: v1 and, at %s, v2"
#define SAY_NO_CGROUPS "no cgroup file system is mounted"
#define MEND_BOOT "boot with cgroup_enable=%s"
#define SAY_SWITCHED_OFF "switched off when the kernel was started"
#define SAY_NOT_MOUNTED "its v1 hierarchy is not mounted here"
#define MEND_PASS_ON                                                           \
    "outside, in the cgroup above this one: echo +%s > cgroup.subtree_control"
#define SAY_NOT_PASSED_ON "not in %s/cgroup.controllers"
#define MEND_KERNEL_CONTROLLER "install a kernel with this cgroup controller"
#define SAY_NO_HIERARCHY "in no hierarchy that is mounted here"
#define SAY_READ_ONLY "%s, at %s, mounted read-only"
#define SAY_FULL_TOP "%s, at %s, has processes in its top: a container"
#define SAY_GROUP_NOT_TRIED "%s, at %s; not tried without root"
#define SAY_GROUP_FAILED "%s, at %s: %s"
#define SAY_GROUP "%s, at %s; made a group"
#define MEND_KERNEL_PROGRAM "install a kernel with CONFIG_CGROUP_BPF=y"
#define SAY_NO_PROGRAM "v2, and this kernel takes no device program"
#define SAY_PROGRAM_FAILED "v2, device program: %s"
#define SAY_PROGRAM "v2, at %s; loaded a device program"
#define SAY_V1 "v1"
#define SAY_V2 "v2, at %s"

/* ---- tools.c ------------------------------------------------------------- */

#define SAY_NO_HEADERS                                                         \
    "cc cannot compile: the C library's or the kernel's headers are missing"
#define SAY_NO_PROGRAM_FILE "no %s in PATH"
#define SAY_NO_PKG_CONFIG "cannot be found without pkg-config"
#define SAY_NO_LIBRARY "not there, for development"
#define SAY_NO_ROOTFS "none yet; make stage-6 makes it"
#define SAY_ROOTFS "./rootfs, with a shell"
#define SAY_NO_SHELL "./rootfs has no bin/sh"
#define SAY_NO_TERMINAL "TERM names none"
#define SAY_NOT_UTF8 "%.30s, in %.30s, not UTF-8"
#define SAY_LIBRARY "there"
#define SAY_TERMINAL "%.30s, UTF-8"
#define SAY_STDIN "%.30s, UTF-8; stdin is no terminal"

#endif
