/* die.c - errors that say what failed and, where it is known, what to do. */
#include "common.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"

/* The first word of a message names the operation, as in "mount proc on ...".
 * The first row that fits wins; an empty operation fits every one. */
static const struct {
    const char *operation;
    int number;
    bool only_without_root;
    const char *text;
} hints[] = {
    {"", EPERM, true, "this needs root: run it with sudo"},
    {"", EACCES, true, "this needs root: run it with sudo"},
    {"clone", EPERM, false,
     "a container or a seccomp filter around you forbids new namespaces; "
     "docker run needs --privileged for this"},
    {"mount", EPERM, false,
     "a container, a user namespace or a security module around you forbids "
     "this mount; docker run needs --privileged for it"},
    {"clone", ENOSPC, false,
     "a limit of the kernel is reached: see sysctl user | grep namespaces"},
    {"clone", EINVAL, false,
     "this kernel was built without that namespace, or the stack is missing"},
    {"clone", EAGAIN, false,
     "too many processes: see ulimit -u and the cgroup's pids.max"},
    {"clone", ENOMEM, false,
     "not enough memory; or the first process of the PID namespace it is to be "
     "in has ended"},
    {"pivot_root", EINVAL, false,
     "the new root must be a mount point, not shared, and not the root "
     "itself; in a chroot or on an initramfs use --chroot"},
    {"pivot_root", EBUSY, false, "the root file system cannot be / itself"},
    {"rootfs", ENOENT, false,
     "make rootfs makes ./rootfs; --rootfs DIR names another"},
    {"rootfs", ENOTDIR, false, "--rootfs wants a folder, not a file"},
    {"volume", ENOENT, false,
     "the left side of -v HOST:CONTAINER must exist on the host"},
    {"mount", ENODEV, false, "this kernel lacks that file system"},
    {"mount", ENOTDIR, false,
     "a folder can only be mounted on a folder, and a file on a file"},
    {"mount", EINVAL, false,
     "a file cannot be mounted on a folder; and / must be a mount point, "
     "which it is not in a chroot"},
    {"make", ENOTDIR, false,
     "a folder can only be mounted on a folder, and a file on a file"},
    {"make", EROFS, false,
     "the root file system is read-only: it must have the mount point"},
    {"mkdir", EROFS, false,
     "the root file system is read-only: it must have that folder"},
    {"mkdir", EEXIST, false,
     "the root file system has a link to nowhere there, not a folder"},
    {"mkdir", ENOTDIR, false, "the root file system has no folder there"},
    {"sethostname", EINVAL, false, "a hostname has at most 64 bytes"},
    {"controller", ENOENT, false,
     "the kernel lacks it, it is switched off (for memory: boot with "
     "cgroup_enable=memory), or its hierarchy is not mounted here; a limit "
     "of max does without"},
    {"cgroup", EACCES, false,
     "only the machine's root may make cgroups here; root of a user namespace "
     "is not enough"},
    {"cgroup", EINVAL, false, "the kernel does not take this value"},
    {"cgroup", EBUSY, false,
     "processes sit in this cgroup itself, as in a container; move them, as "
     "root, in that folder: mkdir -p init; for p in $(cat cgroup.procs); do "
     "echo $p > init/cgroup.procs; done 2> /dev/null"},
    {"cgroup", EROFS, false,
     "the cgroup file system is read-only here, as in a container; "
     "docker run needs --privileged for this"},
    {"", ENOSPC, false, "a disk or a limit is full"},
    {"", EMFILE, false, "too many open files: see ulimit -n"},
    {"", ENOMEM, false, "not enough memory"},
};

/* The text of the hint that fits; or NULL. */
static const char *find_hint(const char *message, int number)
{
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        size_t length = strlen(hints[i].operation);

        if (hints[i].number != number)
            continue;
        if (strncmp(message, hints[i].operation, length) != 0)
            continue;
        if (hints[i].only_without_root && geteuid() == 0)
            continue;
        return hints[i].text;
    }
    return NULL;
}

void print_message(const char *message, int number, const char *hint)
{
    char reason[256] = "", text[8192];

    if (number)
        snprintf(reason, sizeof(reason), ": %s (%s)", strerror(number),
                 errno_name(number));
    snprintf(text, sizeof(text), "%s: %s%s%s%s\n",
             program_invocation_short_name, message, reason,
             hint ? "\nhint: " : "", hint ? hint : "");
    fputs(text, stderr); /* fprintf may write in pieces */
}

/* The child shares the parent's atexit handlers but not their work. */
static noreturn void end(int status)
{
    fflush(NULL);
    if (is_child)
        _exit(status);
    exit(status);
}

void die(const char *format, ...)
{
    int number = errno;
    char message[4096];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    print_message(message, number, find_hint(message, number));
    end(EXIT_STAGE_FAILED);
}

const char *usage_name;
void (*see_usage_error)(const char *message);

void die_usage(const char *format, ...)
{
    char message[4096], hint[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    snprintf(hint, sizeof(hint), "%s --help lists what can be given",
             usage_name ? usage_name : program_invocation_short_name);
    print_message(message, 0, hint);
    if (see_usage_error)
        see_usage_error(message);
    end(EXIT_STAGE_FAILED);
}

void die_exec(const char *command)
{
    int number = errno;
    bool missing = number == ENOENT || number == ENOTDIR;
    bool exists = strchr(command, '/') && access(command, F_OK) == 0;
    const char *hint = NULL;
    char message[256];

    snprintf(message, sizeof(message), "execve %.200s", command);
    if (missing && exists)
        hint = "the file is there, but not the loader or interpreter it names; "
               "is it dynamically linked, or does its #! line name a missing "
               "program?";
    else if (missing)
        hint = "the command is looked for in PATH, and from stage 6 on in the "
               "container's root file system";
    else if (number == ENOEXEC)
        hint = "a program for another processor, or a script without a #! line";
    else if (number == EACCES)
        hint = "a folder, not executable (chmod +x), or on a file system "
               "mounted noexec";
    else if (number == E2BIG)
        hint = "the command line is longer than the kernel takes";
    print_message(message, number, hint);
    if (missing)
        end(EXIT_NOT_FOUND);
    if (number == EACCES || number == ENOEXEC || number == EISDIR)
        end(EXIT_CANNOT_RUN);
    end(EXIT_STAGE_FAILED);
}

void warn(const char *format, ...)
{
    int number = errno;
    char message[4096];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    print_message(message, 0, NULL);
    errno = number;
}

const char *errno_name(int number)
{
#define NAME(code)                                                             \
    case code:                                                                 \
        return #code
    switch (number) {
        NAME(E2BIG);
        NAME(EACCES);
        NAME(EADDRINUSE);
        NAME(EADDRNOTAVAIL);
        NAME(EAGAIN);
        NAME(EBADF);
        NAME(EBUSY);
        NAME(ECHILD);
        NAME(ECONNREFUSED);
        NAME(EEXIST);
        NAME(EFAULT);
        NAME(EFBIG);
        NAME(EINTR);
        NAME(EINVAL);
        NAME(EIO);
        NAME(EISDIR);
        NAME(ELOOP);
        NAME(EMFILE);
        NAME(ENAMETOOLONG);
        NAME(ENETUNREACH);
        NAME(ENFILE);
        NAME(ENODEV);
        NAME(ENOENT);
        NAME(ENOEXEC);
        NAME(ENOMEM);
        NAME(ENOSPC);
        NAME(ENOSYS);
        NAME(ENOTBLK);
        NAME(ENOTDIR);
        NAME(ENOTEMPTY);
        NAME(ENOTSUP);
        NAME(ENOTTY);
        NAME(ENXIO);
        NAME(EOVERFLOW);
        NAME(EPERM);
        NAME(EPIPE);
        NAME(ERANGE);
        NAME(EROFS);
        NAME(ESRCH);
        NAME(ETIMEDOUT);
        NAME(ETXTBSY);
        NAME(EUSERS);
        NAME(EXDEV);
    default:
        return "E?";
    }
#undef NAME
}
