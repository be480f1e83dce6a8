/* finding.c - what all checks need. */
#include "doctor.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/common.h"

static char *format_list(const char *format, va_list arguments)
{
    char *text;

    if (vasprintf(&text, format, arguments) == -1)
        die("allocate memory");
    return text;
}

struct finding fine(const char *format, ...)
{
    struct finding finding = {.state = FINE};
    va_list arguments;

    va_start(arguments, format);
    finding.fact = format_list(format, arguments);
    va_end(arguments);
    return finding;
}

struct finding warning(char *mend, const char *format, ...)
{
    struct finding finding = {.state = WARNING, .mend = mend};
    va_list arguments;

    va_start(arguments, format);
    finding.fact = format_list(format, arguments);
    va_end(arguments);
    return finding;
}

struct finding failed(char *mend, const char *format, ...)
{
    struct finding finding = {.state = FAILED, .mend = mend};
    va_list arguments;

    va_start(arguments, format);
    finding.fact = format_list(format, arguments);
    va_end(arguments);
    return finding;
}

char *reason_of(int number)
{
    char *filter = status_field("Seccomp");
    bool filtered = filter && strcmp(filter, "0") != 0;

    free(filter);
    if (filtered && (number == EPERM || number == ENOSYS))
        return format_text(SAY_BY_FILTER, errno_name(number));
    return format_text("%s (%s)", strerror(number), errno_name(number));
}

char *mend_of_confinement(void)
{
    if (in_user_namespace())
        return format_text(MEND_LEAVE_NAMESPACE);
    return format_text(MEND_PRIVILEGED);
}

char *as_root(const char *format, ...)
{
    char *command, *result;
    va_list arguments;

    va_start(arguments, format);
    command = format_list(format, arguments);
    va_end(arguments);
    result = format_text("%s%s", geteuid() == 0 ? "" : "sudo ", command);
    free(command);
    return result;
}

char *as_admin(const char *format, ...)
{
    char *command, *result;
    va_list arguments;

    if (geteuid() == 0 && !has_capability(CAPABILITY_SYS_ADMIN))
        return mend_of_confinement();
    va_start(arguments, format);
    command = format_list(format, arguments);
    va_end(arguments);
    result = as_root("%s", command);
    free(command);
    return result;
}

int attempt_in_child(int (*attempt)(const char *about), const char *about)
{
    int status;
    pid_t child = fork();

    if (child == -1)
        return errno;
    if (child == 0)
        _exit(attempt(about));
    if (waitpid(child, &status, 0) == -1)
        return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

int enter_own_mounts(void)
{
    if (unshare(CLONE_NEWNS) == -1)
        return errno;
    /* in a chroot, / may be no mount point; what is mounted on a private mount
     * is not passed on either */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 &&
        mount(NULL, MOUNT_SPOT, NULL, MS_PRIVATE, NULL) == -1)
        return errno;
    return 0;
}

long long read_number(const char *path)
{
    char *text = read_file(path);
    long long number = -1;

    if (text && sscanf(text, "%lld", &number) != 1)
        number = -1;
    free(text);
    return number;
}

char *status_field(const char *field)
{
    char *status = read_file("/proc/self/status");
    char *label = format_text("\n%s:", field);
    char *found = status ? strstr(status, label) : NULL;
    char *value = NULL;

    if (found) {
        found += strlen(label);
        found += strspn(found, " \t");
        value = format_text("%.*s", (int)strcspn(found, "\n"), found);
    }
    free(label);
    free(status);
    return value;
}

/* Without /proc to ask, root is taken for all-powerful. */
bool has_capability(int number)
{
    char *text = status_field("CapEff");
    unsigned long long all = text ? strtoull(text, NULL, 16) : 0;
    bool asked = text != NULL;

    free(text);
    return asked ? all >> number & 1 : geteuid() == 0;
}

bool in_user_namespace(void)
{
    char *map = read_file("/proc/self/uid_map");
    unsigned inside = 0, outside = 0, count = 0;
    bool first;

    first = !map || (sscanf(map, "%u %u %u", &inside, &outside, &count) == 3 &&
                     inside == 0 && outside == 0 && count == UINT32_MAX);
    free(map);
    return !first;
}
