/* container.c - create, start, wait, undo. */
#include "container.h"

#include <sched.h>
#include <signal.h>

#include "base.h"
#include "bridge.h"
#include "cgroup.h"
#include "cgroup_owner.h"
#include "child.h"
#include "foreground.h"
#include "helper.h"
#include "hooks.h"
#include "init.h"
#include "namespaces.h"
#include "net_devices.h"
#include "notify.h"
#include "rootfs.h"
#include "state.h"

/* What was set up, in this order. */
struct container {
    struct state state;
    struct cgroup cgroup;
    struct network *network; /* or NULL */
    struct child first; /* its first process: with it, all of its PID namespace
                           is dead */
    const struct hooks *hooks; /* once those at its end are due; or NULL */
    bool lives_on;             /* nothing is to be undone, or any more */
    bool shares_pids;          /* others survive its first process */
};

/* For atexit: every way out of the program undoes what was set up. */
static struct container container = {
    .state = {.folder = -1},
    .first = NO_CHILD,
};

void end_container(void)
{
    bool locked;

    if (container.lives_on)
        return;
    container.lives_on = true; /* once */
    end_child(&container.first);
    /* nobody is about to do something to its groups then */
    locked = container.state.folder != -1 && lock_state_again(&container.state);
    signal_cgroup(&container.cgroup, SIGKILL);
    if (container.network)
        leave_network(container.network);
    remove_cgroup(&container.cgroup);
    unmount_rootfs(container.state.rootfs, container.state.below_rootfs);
    if (locked)
        remove_state(&container.state);
    if (container.hooks)
        run_hooks(container.hooks, POSTSTOP_HOOK, &container.state, "stopped",
                  0, environ);
}

void kill_survivors(void)
{
    if (container.shares_pids)
        signal_cgroup(&container.cgroup, SIGKILL);
}

/* From here on the container does not need us. */
static void let_live(void)
{
    container.lives_on = true;
    if (container.state.folder != -1)
        unlock_state(&container.state);
}

static bool tell_killed_for_memory(const struct config *config, int status)
{
    if (status != 128 + SIGKILL || !was_killed_for_memory(&container.cgroup))
        return false;
    warn("killed: over its memory limit of %s",
         size_text(config->linux_.resources.memory.limit));
    return true;
}

/* The container's process ended before it was ready, without a word. */
static noreturn void end_without_command(const struct config *config)
{
    int status = reap_child(&container.first);

    tell_killed_for_memory(config, status);
    if (status == 128 + SIGKILL)
        exit(status);
    fail_plainly(NULL,
                 "the container's process ended with status %d before "
                 "the command",
                 status);
}

static void start_process(struct config *config, const struct life *life)
{
    bool helped = needs_helper(config);
    int group = helped ? -1 : v2_group(&container.cgroup);
    /* the cgroup namespace comes later: init.c, step 3 */
    uint64_t namespaces =
        config->linux_.namespaces & ~(uint64_t)CLONE_NEWCGROUP;
    struct launch launch = {
        .state = &container.state,
        .start = -1,
        .detached = life->company != UNTIL_ITS_END,
        .streams = life->streams,
    };
    pid_t pid;

    if (life->company == UNTIL_CREATED)
        launch.start = listen_for_start(&container.state);
    pid = clone_child(&container.first, helped ? 0 : namespaces, group,
                      &launch.sync);
    if (pid == -1)
        fail("clone3 of the container's process");
    if (pid == 0 && helped)
        become_first_process(config, &container.cgroup, &launch);
    if (pid == 0)
        init_container(config, &container.cgroup, &launch);
    if (launch.start != -1)
        close(launch.start);
    if (helped && !adopt_child(&container.first, NULL))
        end_without_command(config);
    if (!helped)
        explain(
            "clone3(CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID%s%s) "
            "= %d",
            namespaces & CLONE_NEWNET ? "|CLONE_NEWNET" : "",
            group == -1 ? "" : "|CLONE_INTO_CGROUP", (int)pid);
    if (helped)
        join_cgroup(&container.cgroup, container.first.pid);
    give_cgroup(&container.cgroup, config, container.first.pid);
    /* it waits for our word, and is in its network namespace if that is new */
    move_net_devices(config, container.first.pid);
}

/* All is ready but the command: the world may know. */
static void publish(const struct config *config, const struct life *life)
{
    container.hooks = &config->hooks;
    if (life->id) {
        set_state_pid(&container.state, container.first.pid);
        save_state(&container.state);
    }
    if (life->pid_file)
        write_pid_file(&container.first, life->pid_file);
    if (life->pidfd_socket)
        send_pidfd(&container.first, life->pidfd_socket, "standard");
}

static void run_create_hooks(const struct hooks *hooks)
{
    const pid_t pid = container.first.pid;

    container.hooks = hooks; /* from here on poststop hooks are due */
    run_hooks(hooks, PRESTART_HOOK, &container.state, "creating", pid, environ);
    run_hooks(hooks, CREATE_RUNTIME_HOOK, &container.state, "creating", pid,
              environ);
}

/* From the open gate to the command. */
static void make_container(const struct config *config, const struct life *life)
{
    const struct errands errands = {
        .console_socket = life->console_socket,
        .plain_lines = config->source && !life->attend,
        .profile = config->linux_.seccomp,
        .state = &container.state,
        .status = "creating",
    };
    enum message_kind kind;

    if (config->network)
        connect_to_bridge(config->network, container.first.pid);
    send_go(container.first.sync);
    kind = hear(&container.first, &errands);
    if (kind == MESSAGE_MADE) {
        run_create_hooks(&config->hooks);
        send_go(container.first.sync);
        kind = hear(&container.first, &errands);
    }
    if (kind != MESSAGE_READY)
        end_without_command(config);
    publish(config, life);
    if (life->company == UNTIL_CREATED) {
        let_live();
        send_go(container.first.sync);
    } else {
        let_execute(&container.first, &errands);
        run_hooks(&config->hooks, POSTSTART_HOOK, &container.state, "running",
                  container.first.pid, environ);
    }
}

static void prepare(struct config *config, const struct life *life)
{
    if (life->id)
        make_state(&container.state, life->root, life->id, life->bundle,
                   config);
    container.shares_pids = !(config->linux_.namespaces & CLONE_NEWPID);
    if (life->notify)
        make_notify_folder(&container.state);
    if (life->notify && life->company != UNTIL_CREATED)
        container.first.ready = listen_for_ready(&container.state);
    container.cgroup.own_namespace = has_namespace(config, CLONE_NEWCGROUP);
    if (!life->no_cgroup)
        create_cgroup(&container.cgroup, config->linux_.cgroups_path,
                      &config->linux_.resources);
    container.network = config->network;
    if (config->network)
        prepare_network(config);
    else if (!life->id)
        sweep_network();
}

int run_container(struct config *config, const struct life *life)
{
    bool terminal = config->process.terminal && !life->console_socket;
    bool killed;
    int status;

    begin_parent();
    container.first.signals = open_signals(terminal);
    if (atexit(end_container) != 0)
        fail("atexit");
    prepare(config, life);
    start_process(config, life);
    make_container(config, life);
    if (life->company == UNTIL_STARTED) {
        let_live();
        wait_until_ready(container.first.ready, container.first.pidfd);
    }
    if (life->company != UNTIL_ITS_END)
        return 0;
    if (life->id)
        unlock_state(&container.state);
    if (life->attend)
        life->attend(&container.first);
    else
        accompany(&container.first, terminal && config->process.stdin_open, "");
    status = reap_child(&container.first);
    explain("waitpid() # the command's status is %d", status);
    killed = tell_killed_for_memory(config, status);
    if (life->out_of_memory)
        *life->out_of_memory = killed;
    container.lives_on = life->keep;
    return status; /* and atexit undoes the rest */
}
