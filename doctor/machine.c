/* machine.c - the kernel, and what it lets this process do. */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/common.h"

#define FILTER_MODE 2 /* SECCOMP_MODE_FILTER of <linux/seccomp.h> */

/* ---- the kernel ---------------------------------------------------------- */

struct finding look_at_kernel(const char *about)
{
    char *release = read_file("/proc/sys/kernel/osrelease");
    struct utsname names;
    int major = 0, minor = 0;

    (void)about;
    if (!release && uname(&names) == 0)
        release = format_text("%s", names.release);
    if (release)
        release[strcspn(release, "\n")] = '\0';
    if (!release || sscanf(release, "%d.%d", &major, &minor) != 2)
        return failed(NULL, SAY_NO_VERSION);
    if (major < 5 || (major == 5 && minor < 10))
        return failed(format_text(MEND_NEEDED_KERNEL), SAY_TOO_OLD, release);
    if (major < 6 || (major == 6 && minor < 1))
        return warning(format_text(MEND_NEWER_KERNEL), SAY_OLD, release);
    return fine(SAY_KERNEL, release);
}

/* ---- privileges ---------------------------------------------------------- */

struct finding look_at_user(const char *about)
{
    (void)about;
    if (geteuid() != 0)
        return failed(format_text("sudo make doctor"), SAY_NOT_ROOT,
                      (int)geteuid());
    if (in_user_namespace())
        return warning(format_text(MEND_LEAVE), SAY_ROOT_OF_NAMESPACE);
    return fine(SAY_ROOT);
}

struct finding look_at_admin(const char *about)
{
    (void)about;
    if (has_capability(CAPABILITY_SYS_ADMIN))
        return fine(SAY_ADMIN);
    if (geteuid() != 0)
        return failed(format_text("sudo make doctor"), SAY_WITHOUT_ROOT);
    return failed(mend_of_confinement(), SAY_NO_ADMIN);
}

/* Docker's default fourteen, which stage 8 leaves to its command, and those
 * without which it cannot set the container up. */
static const struct {
    int number;
    bool needed;
    const char *name;
} capabilities[] = {
    {0, false, "CHOWN"},
    {1, false, "DAC_OVERRIDE"},
    {3, false, "FOWNER"},
    {4, false, "FSETID"},
    {5, false, "KILL"},
    {6, true, "SETGID"},
    {7, false, "SETUID"},
    {8, true, "SETPCAP"},
    {10, false, "NET_BIND_SERVICE"},
    {12, true, "NET_ADMIN"},
    {13, false, "NET_RAW"},
    {18, false, "SYS_CHROOT"},
    {27, true, "MKNOD"},
    {29, false, "AUDIT_WRITE"},
    {31, false, "SETFCAP"},
};

/* Those that we lack, in one text with a space before each. */
static char *missing_capabilities(bool needed)
{
    size_t count = sizeof(capabilities) / sizeof(*capabilities);
    char *missing = format_text("%s", "");

    for (size_t i = 0; i < count; i++) {
        char *longer;

        if (capabilities[i].needed != needed ||
            has_capability(capabilities[i].number))
            continue;
        longer = format_text("%s %s", missing, capabilities[i].name);
        free(missing);
        missing = longer;
    }
    return missing;
}

struct finding look_at_capabilities(const char *about)
{
    char *needed = missing_capabilities(true);
    char *given = missing_capabilities(false);

    (void)about;
    if (*needed && geteuid() != 0)
        return failed(format_text("sudo make doctor"), SAY_WITHOUT_ROOT);
    if (*needed)
        return failed(mend_of_confinement(), SAY_MISSING, needed);
    if (*given)
        return warning(mend_of_confinement(), SAY_NOT_TO_GIVE, given);
    return fine(SAY_ALL_CAPABILITIES);
}

/* Without a program to install: EFAULT where filters can be made. */
static int try_filter(const char *about)
{
    (void)about;
    return prctl(PR_SET_SECCOMP, FILTER_MODE, NULL) == -1 ? errno : 0;
}

struct finding look_at_seccomp(const char *about)
{
    char *mode = status_field("Seccomp");
    bool filtered = mode && strcmp(mode, "0") != 0;
    int number = attempt_in_child(try_filter, about);

    free(mode);
    if (number == EINVAL)
        return failed(format_text(MEND_KERNEL_FILTER), SAY_NO_FILTER);
    if (number == EPERM)
        return failed(mend_of_confinement(), "%s", reason_of(number));
    if (filtered)
        return warning(mend_of_confinement(), SAY_FILTERED);
    return fine(SAY_FILTER);
}

/* ---- system calls -------------------------------------------------------- */

/* With arguments that the call itself refuses, by another errno than these
 * two: so nothing happens, and only a kernel without it or a filter shows. */
static bool is_refused(long result)
{
    return result == -1 && (errno == ENOSYS || errno == EPERM);
}

static int try_call(const char *name)
{
    long result = 0;

    if (strcmp(name, "clone3") == 0)
        result = syscall(SYS_clone3, NULL, 0);
    else if (strcmp(name, "openat2") == 0)
        result = syscall(SYS_openat2, -1, NULL, NULL, 0);
    else if (strcmp(name, "close_range") == 0)
        result = syscall(SYS_close_range, 1, 0, 0);
    else if (strcmp(name, "pidfd_open") == 0)
        result = syscall(SYS_pidfd_open, -1, 0);
    else if (strcmp(name, "open_tree") == 0)
        result = syscall(SYS_open_tree, -1, NULL, ~0u);
    else if (strcmp(name, "fsopen") == 0)
        result = syscall(SYS_fsopen, NULL, ~0u);
    else if (strcmp(name, "move_mount") == 0)
        result = syscall(SYS_move_mount, -1, NULL, -1, NULL, ~0u);
    else if (strcmp(name, "keyctl") == 0)
        result = syscall(SYS_keyctl, -1, 0, 0, 0, 0);
    return is_refused(result) ? errno : 0;
}

struct finding look_at_calls(const char *about)
{
    static const char *const calls[] = {
        "clone3",    "openat2", "close_range", "pidfd_open",
        "open_tree", "fsopen",  "move_mount",  "keyctl",
    };
    char *refused = format_text("%s", "");
    size_t count = sizeof(calls) / sizeof(*calls);
    int number = 0;

    (void)about;
    if (!has_capability(CAPABILITY_SYS_ADMIN))
        return warning(NULL, SAY_NOT_TRIED);
    for (size_t i = 0; i < count; i++) {
        int result = attempt_in_child(try_call, calls[i]);
        char *longer;

        if (result == 0)
            continue;
        number = result;
        longer = format_text("%s %s", refused, calls[i]);
        free(refused);
        refused = longer;
    }
    if (!*refused)
        return fine(SAY_CALLS);
    return failed(mend_of_confinement(), "%s:%s", reason_of(number), refused);
}

/* ---- namespaces ---------------------------------------------------------- */

static const struct {
    const char *kind;
    int flag;
    const char *option; /* of the kernel's configuration */
} kinds[] = {
    {"uts", CLONE_NEWUTS, "UTS_NS"},    {"ipc", CLONE_NEWIPC, "IPC_NS"},
    {"pid", CLONE_NEWPID, "PID_NS"},    {"mnt", CLONE_NEWNS, "NAMESPACES"},
    {"net", CLONE_NEWNET, "NET_NS"},    {"cgroup", CLONE_NEWCGROUP, "CGROUPS"},
    {"user", CLONE_NEWUSER, "USER_NS"},
};

static size_t find_kind(const char *kind)
{
    size_t i = 0;

    while (strcmp(kinds[i].kind, kind) != 0)
        i++;
    return i;
}

static int end_at_once(void *argument)
{
    (void)argument;
    return 0;
}

/* As the stages do it: with clone(2). */
static int try_namespace(const char *kind)
{
    enum { SIZE = 65536 };
    char *stack = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    pid_t child;
    int status;

    if (stack == MAP_FAILED)
        return errno;
    child = clone(end_at_once, stack + SIZE,
                  kinds[find_kind(kind)].flag | SIGCHLD, NULL);
    if (child == -1 || waitpid(child, &status, 0) == -1)
        return errno;
    return status == 0 ? 0 : EPERM;
}

/* Only cgroup namespaces are entered by unshare(2) in the stages. */
static int try_unshare(const char *kind)
{
    return unshare(kinds[find_kind(kind)].flag) == -1 ? errno : 0;
}

static struct finding explain_failure(const char *kind, int number,
                                      long long limit)
{
    if (number == ENOSPC || number == EUSERS)
        return failed(as_admin("sysctl -w user.max_%s_namespaces=10000", kind),
                      SAY_NAMESPACE_LIMIT, errno_name(number), kind, limit);
    if (number == EINVAL)
        return failed(
            format_text(MEND_KERNEL_OPTION, kinds[find_kind(kind)].option),
            SAY_NO_NAMESPACE);
    return failed(mend_of_confinement(), "%s", reason_of(number));
}

struct finding look_at_namespace(const char *kind)
{
    char *path = format_text("/proc/sys/user/max_%s_namespaces", kind);
    long long limit = read_number(path);
    int number;

    free(path);
    if (!has_capability(CAPABILITY_SYS_ADMIN))
        return warning(NULL, SAY_NAMESPACE_NOT_TRIED, limit);
    number = attempt_in_child(try_namespace, kind);
    if (number == 0 && strcmp(kind, "cgroup") == 0)
        number = attempt_in_child(try_unshare, kind);
    if (number != 0)
        return explain_failure(kind, number, limit);
    return fine(SAY_NAMESPACE, limit);
}

/* ---- the user namespace, for containers without root --------------------- */

enum { NOBODY = 65534 };

/* As an ordinary user, and with a use of the powers that it should give: a
 * security module may allow the one and not the other. */
static int try_user_namespace(const char *about)
{
    (void)about;
    if (geteuid() == 0 && !in_user_namespace() &&
        (setgroups(0, NULL) == -1 || setresgid(NOBODY, NOBODY, NOBODY) == -1 ||
         setresuid(NOBODY, NOBODY, NOBODY) == -1))
        return errno;
    if (unshare(CLONE_NEWUSER) == -1)
        return errno;
    if (unshare(CLONE_NEWUTS) == -1 || sethostname("doctor", 6) == -1)
        return errno;
    return 0;
}

/* The settings that forbid it to ordinary users, and the value that does. */
static const struct {
    const char *name, *path;
    int forbidden, allowed;
} settings[] = {
    {"kernel.unprivileged_userns_clone",
     "/proc/sys/kernel/unprivileged_userns_clone", 0, 1},
    {"kernel.apparmor_restrict_unprivileged_userns",
     "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1, 0},
};

struct finding look_at_user_namespace(const char *about)
{
    long long limit = read_number("/proc/sys/user/max_user_namespaces");
    int number = attempt_in_child(try_user_namespace, about);

    for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
        if (read_number(settings[i].path) == settings[i].forbidden)
            return warning(as_admin("sysctl -w %s=%d", settings[i].name,
                                    settings[i].allowed),
                           number ? SAY_USERS_NONE : SAY_USERS_RESTRICTED,
                           settings[i].name);
    if (number == 0)
        return fine(SAY_USER_NAMESPACE, limit);
    if (number == ENOSPC || number == EUSERS)
        return warning(as_admin("sysctl -w user.max_user_namespaces=10000"),
                       SAY_NAMESPACE_LIMIT, errno_name(number), "user", limit);
    return warning(NULL, SAY_USERS_FAILED, reason_of(number));
}
