/* helper.c - the process that makes the container's first one. */
#include "helper.h"

#include <sched.h>

#include "base.h"
#include "idmap.h"
#include "mounts.h"
#include "namespaces.h"
#include "outside.h"
#include "process.h"
#include "syscalls.h"
#include "user_namespace.h"

/* Those for children only, and those that cannot be left again. */
static const int steps_before =
    CLONE_NEWUSER | CLONE_NEWTIME | CLONE_NEWPID | CLONE_NEWNS;

bool needs_helper(const struct config *config)
{
    for (size_t i = 0; i < config->linux_.joined_count; i++)
        if (config->linux_.joined[i].type & steps_before)
            return true;
    for (size_t i = 0; i < config->mount_count; i++)
        if (is_id_mapped(&config->mounts[i]))
            return true;
    return config->linux_.namespaces & (CLONE_NEWUSER | CLONE_NEWTIME);
}

static void make_process(const struct config *config, int sync)
{
    const uint64_t made = CLONE_NEWUSER | CLONE_NEWTIME | CLONE_NEWCGROUP;
    struct clone_args arguments = {
        .flags = (config->linux_.namespaces & ~made) | CLONE_PARENT,
    };
    pid_t pid = sys_clone3(&arguments);

    if (pid == -1)
        fail("clone3 of the container's process");
    if (pid == 0)
        return;
    explain("clone3(CLONE_PARENT) = %d # and the helper ends", (int)pid);
    send_process(sync, pid);
    _exit(EXIT_SUCCESS);
}

void become_first_process(const struct config *config, struct cgroup *cgroup,
                          struct launch *launch)
{
    static struct outside outside;
    int user;

    begin_child();
    report_failures_to(launch->sync);
    die_with_parent(true);
    hide_process();
    /* the machine's root may do this, and the container's not */
    set_oom_score(&config->process);
    raise_rlimits(&config->process);
    user = open_user_namespace(config);
    if (unshare(CLONE_NEWNS) == -1)
        fail("unshare CLONE_NEWNS");
    take_from_host(config, user, &outside);
    clone_host_mounts(config, cgroup, user, outside.mounts);
    launch->outside = &outside;
    /* after all that needs the host's paths: they lead elsewhere in another
     * mount namespace, and to less for another user */
    if (config->linux_.namespaces & CLONE_NEWTIME)
        make_time_namespace(config);
    join_namespaces(config, ~(CLONE_NEWUSER | CLONE_NEWNS));
    join_namespaces(config, CLONE_NEWNS);
    if (user != -1) {
        enter_user_namespace(user, config->process.user.keep_groups);
        close(user);
    }
    make_process(config, launch->sync);
}
