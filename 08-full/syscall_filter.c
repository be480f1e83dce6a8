/* syscall_filter.c - seccomp filters: one of our own, and those of profiles. */
#include "syscall_filter.h"

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "base.h"

static const struct rule {
    int number;     /* of the system call, as libseccomp has it */
    int capability; /* that allows it, or -1 */
    int error;
    scmp_datum_t flags; /* refused only with these in argument 0; 0: always */
} refused[] = {
    {SCMP_SYS(syslog), CAP_SYSLOG, EPERM, 0},
    {SCMP_SYS(add_key), -1, EPERM, 0},
    {SCMP_SYS(request_key), -1, EPERM, 0},
    {SCMP_SYS(keyctl), -1, EPERM, 0},
    {SCMP_SYS(unshare), CAP_SYS_ADMIN, EPERM, CLONE_NEWUSER},
    {SCMP_SYS(clone), CAP_SYS_ADMIN, EPERM, CLONE_NEWUSER},
    /* its flags are in memory, where a filter cannot look; programs that get
     * ENOSYS call clone(2) instead */
    {SCMP_SYS(clone3), CAP_SYS_ADMIN, ENOSYS, 0},
};

/* libseccomp returns errors as negative errno values. */
static void check(int result)
{
    if (result >= 0)
        return;
    errno = -result;
    fail("seccomp filter");
}

/* A process may make the system calls of the 32-bit processor too: the rules
 * hold for them, with their numbers. Others, x32's say, do not exist. */
static void add_architectures(scmp_filter_ctx filter)
{
    uint32_t native = seccomp_arch_native();

    check(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
                           SCMP_ACT_ERRNO(ENOSYS)));
    if (native == SCMP_ARCH_X86_64)
        check(seccomp_arch_add(filter, SCMP_ARCH_X86));
    if (native == SCMP_ARCH_AARCH64)
        check(seccomp_arch_add(filter, SCMP_ARCH_ARM));
}

static void add_rule(scmp_filter_ctx filter, const struct rule *rule)
{
    uint32_t refuse = SCMP_ACT_ERRNO((uint32_t)rule->error);

    if (rule->flags)
        check(seccomp_rule_add(
            filter, refuse, rule->number, 1,
            SCMP_A0(SCMP_CMP_MASKED_EQ, rule->flags, rule->flags)));
    else
        check(seccomp_rule_add(filter, refuse, rule->number, 0));
}

void filter_system_calls(const struct capability_sets *sets)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    size_t count = COUNT(refused);

    if (!filter)
        fail("seccomp filter");
    add_architectures(filter);
    /* no_new_privs is set by now, as the configuration says, not as it likes */
    check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0));
    for (size_t i = 0; i < count; i++)
        if (refused[i].capability == -1 ||
            !(sets->bounding >> refused[i].capability & 1))
            add_rule(filter, &refused[i]);
    check(seccomp_load(filter));
    seccomp_release(filter);
    explain("seccomp(SECCOMP_SET_MODE_FILTER) # refuses up to %zu calls",
            count);
}

/* ---- profiles ------------------------------------------------------------- */

static int install(const struct seccomp *profile, uint32_t flags)
{
    long result;

    explain("seccomp(SECCOMP_SET_MODE_FILTER) # a program of %u steps",
            (unsigned)profile->program.len);
    result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                     profile->flags | flags, &profile->program);
    if (result == -1)
        fail("install the filter of linux.seccomp");
    return (int)result;
}

struct handover {
    int sync;
    atomic_int listener; /* -1: not there yet */
};

static void *hand_over(void *data)
{
    struct handover *handover = data;

    while (atomic_load(&handover->listener) == -1)
        usleep(20);
    send_message(handover->sync, MESSAGE_LISTENER,
                 atomic_load(&handover->listener));
    wait_for_go(handover->sync);
    return NULL;
}

/* Once the filter is there, any system call of ours may wait for the listener,
 * which has not got the descriptor yet. So another thread hands it over, one
 * that the filter does not hold for, and we wait without a system call. */
static void install_with_listener(const struct seccomp *profile, int sync)
{
    struct handover handover = {.sync = sync, .listener = -1};
    pthread_t thread;

    errno = pthread_create(&thread, NULL, hand_over, &handover);
    if (errno)
        fail("make a thread");
    atomic_store(&handover.listener,
                 install(profile, SECCOMP_FILTER_FLAG_NEW_LISTENER));
    while (pthread_tryjoin_np(thread, NULL) == EBUSY)
        continue;
}

void apply_profile(const struct seccomp *profile, int sync)
{
    if (profile->listener_path)
        install_with_listener(profile, sync);
    else
        install(profile, 0);
}
