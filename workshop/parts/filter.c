/* filter.c - the system call filter. */
#include "parts.h"

#include "../common/common.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>

static void refuse(scmp_filter_ctx filter, int call, int error)
{
    errno = -seccomp_rule_add(filter, SCMP_ACT_ERRNO((unsigned)error), call, 0);
    if (errno)
        die("seccomp rule for the call %d", call);
}

static void refuse_user_namespaces(scmp_filter_ctx filter, int call)
{
    errno = -seccomp_rule_add(
        filter, SCMP_ACT_ERRNO(EPERM), call, 1,
        SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
    if (errno)
        die("seccomp rule for the call %d", call);
}

void filter_system_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    if (!filter)
        die("seccomp_init");
    refuse_user_namespaces(filter, SCMP_SYS(unshare));
    refuse_user_namespaces(filter, SCMP_SYS(clone));
    /* its flags are in memory, which no filter can read; libc then uses clone */
    refuse(filter, SCMP_SYS(clone3), ENOSYS);
    refuse(filter, SCMP_SYS(add_key), EPERM);
    refuse(filter, SCMP_SYS(keyctl), EPERM);
    refuse(filter, SCMP_SYS(request_key), EPERM);
    refuse(filter, SCMP_SYS(syslog), EPERM);
    /* no_new_privs is another part */
    seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
    errno = -seccomp_load(filter);
    if (errno)
        die("seccomp_load");
    explain("seccomp(SECCOMP_SET_MODE_FILTER, ...)");
    seccomp_release(filter);
}
