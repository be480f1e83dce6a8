/*
 * syscalls.h - system calls that the C library has no function for, or has
 * only in its newer versions (glibc 2.36 for the mount calls).
 *
 * Each is the bare call: -1 and errno on failure. The manual pages carry the
 * names without sys_; move_mount(2) and its family need Linux 5.2, openat2(2)
 * 5.6, mount_setattr(2) 5.12.
 */
#pragma once

#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>
/* after sys/mount.h: older versions of the two share names */
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static inline pid_t sys_clone3(struct clone_args *arguments)
{
    return (pid_t)syscall(SYS_clone3, arguments, sizeof(*arguments));
}

static inline int sys_openat2(int folder, const char *path,
                              struct open_how *how)
{
    return (int)syscall(SYS_openat2, folder, path, how, sizeof(*how));
}

static inline int sys_pivot_root(const char *new_root, const char *put_old)
{
    return (int)syscall(SYS_pivot_root, new_root, put_old);
}

static inline int sys_open_tree(int folder, const char *path, unsigned flags)
{
    return (int)syscall(SYS_open_tree, folder, path, flags);
}

static inline int sys_move_mount(int from, const char *from_path, int to,
                                 const char *to_path, unsigned flags)
{
    return (int)syscall(SYS_move_mount, from, from_path, to, to_path, flags);
}

static inline int sys_fsopen(const char *type, unsigned flags)
{
    return (int)syscall(SYS_fsopen, type, flags);
}

static inline int sys_fsconfig(int fs, unsigned command, const char *key,
                               const void *value, int extra)
{
    return (int)syscall(SYS_fsconfig, fs, command, key, value, extra);
}

static inline int sys_fspick(int folder, const char *path, unsigned flags)
{
    return (int)syscall(SYS_fspick, folder, path, flags);
}

static inline int sys_fsmount(int fs, unsigned flags, unsigned attributes)
{
    return (int)syscall(SYS_fsmount, fs, flags, attributes);
}

static inline int sys_mount_setattr(int folder, const char *path,
                                    unsigned flags, struct mount_attr *change)
{
    return (int)syscall(SYS_mount_setattr, folder, path, flags, change,
                        sizeof(*change));
}

static inline int sys_pidfd_send_signal(int pidfd, int number)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
}

static inline int sys_pidfd_open(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}
