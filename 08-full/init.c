/*
 * init.c - everything that happens inside, in the order that safety demands.
 *
 * Read init_container from top to bottom. Where a step's place is not free,
 * the comment says what would go wrong elsewhere.
 */
#include "init.h"

#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>

#include "attributes.h"
#include "base.h"
#include "capabilities.h"
#include "console.h"
#include "devices.h"
#include "hooks.h"
#include "labels.h"
#include "masked.h"
#include "mounts.h"
#include "namespaces.h"
#include "network.h"
#include "paths.h"
#include "process.h"
#include "read_only.h"
#include "reaper.h"
#include "rootfs.h"
#include "syscall_filter.h"
#include "syscalls.h"
#include "sysctl.h"
#include "user.h"

static void leave_cgroup_view(void)
{
    if (unshare(CLONE_NEWCGROUP) == -1)
        fail("unshare CLONE_NEWCGROUP");
    explain("unshare(CLONE_NEWCGROUP) # %s", namespace_id("cgroup"));
}

static void set_names(const char *hostname, const char *domainname)
{
    if (hostname && sethostname(hostname, strlen(hostname)) == -1)
        fail("sethostname %s", hostname);
    if (domainname && setdomainname(domainname, strlen(domainname)) == -1)
        fail("setdomainname %s", domainname);
    explain("sethostname(\"%s\") # %s", hostname ? hostname : "",
            namespace_id("uts"));
}

static void start_session(void)
{
    /* apart from the caller's terminal, whose Ctrl-C is for the runtime */
    if (setsid() == -1)
        fail("setsid");
}

static void set_up_without_files(const struct config *config)
{
    set_names(config->hostname, config->domainname);
    if (config->linux_.namespaces & CLONE_NEWNET)
        set_loopback_up();
    if (config->network)
        set_up_wire(config->network);
    start_session();
    if (config->process.new_keyring)
        join_new_keyring();
    set_sysctls(config);
}

/* What is not a mount of the container yet, by descriptor. */
struct inside {
    int root;     /* the container's "/" */
    int cwd;      /* the command's working folder */
    int null;     /* the container's /dev/null */
    int terminal; /* -1 without */
};

static void leave_host(const struct config *config, int root)
{
    /* while /proc is the host's, and after the hooks, which are not meant */
    set_labels(&config->process);
    enter_rootfs(config, root);
}

static void run_create_hooks(const struct config *config,
                             const struct launch *launch, int root)
{
    /* those that belong to the host's side are run there */
    send_message(launch->sync, MESSAGE_MADE, -1);
    wait_for_go(launch->sync);
    /* where other runtimes run them, and hooks count on it */
    if (fchdir(root) == -1)
        fail("chdir to the rootfs %s", config->root.path);
    run_hooks(&config->hooks, CREATE_CONTAINER_HOOK, launch->state, "creating",
              getpid(), environ);
}

/* The host's file system goes, the container's comes. */
static void change_root(const struct config *config, struct cgroup *cgroup,
                        const struct launch *launch, struct inside *inside)
{
    bool hooked = has_create_hooks(&config->hooks);
    struct outside *outside = launch->outside, own;

    /* everything of the host that the container needs, and the kernel's file
     * systems, while the host's paths are there and the container's not */
    if (!outside) {
        take_from_host(config, -1, &own);
        outside = &own;
    }
    prepare_mounts(config, cgroup, outside);
    inside->root = outside->root;
    mount_rootfs(config, inside->root);
    /* now the image's paths, and no others; but hooks want the container's
     * mounts and the host's paths at the same time */
    if (!hooked)
        leave_host(config, inside->root);
    attach_mounts(config, cgroup, outside->mounts, inside->root);
    make_devices(config, outside->devices, inside->root);
    /* after all mounts, or one of them could uncover what is hidden */
    hide_paths(config, outside->mask, inside->root);
    if (!hooked)
        return;
    run_create_hooks(config, launch, inside->root);
    leave_host(config, inside->root);
}

/* `first`: for the container's first process, its working folder is made and
 * its terminal is the console. */
static void open_inside(const struct config *config, struct inside *inside,
                        const struct identity *identity, int sync, bool first)
{
    const struct process *process = &config->process;
    int master;

    inside->null = open_null(inside->root);
    inside->cwd =
        first ? make_in_root(inside->root, process->cwd, false)
              : open_in_root(inside->root, process->cwd, O_PATH | O_DIRECTORY);
    if (inside->cwd == -1)
        fail("chdir %s", process->cwd);
    inside->terminal = -1;
    if (!process->terminal)
        return;
    inside->terminal =
        open_own_terminal(inside->root, process, identity, &master);
    if (first)
        mount_console(inside->root, inside->terminal);
    send_message(sync, MESSAGE_CONSOLE, master);
    close(master);
}

/* A filter refuses what steps after it may need, so it comes last. But without
 * no_new_privs it takes CAP_SYS_ADMIN, which is gone by then. */
static void filter_by_profile(const struct config *config, bool last, int sync)
{
    const struct seccomp *profile = config->linux_.seccomp;

    if (profile && config->process.no_new_privileges == last)
        apply_profile(profile, sync);
}

/*
 * The container sees who is in its PID namespace, and with CAP_SYS_PTRACE takes
 * over what that has and may do. So the command's process is made late: it has
 * no more than the command, unless it needs privileges for a filter (which
 * could refuse clone3), or for a scheduler (which is not always inherited).
 */
static void enter_pids(const struct config *config, const struct launch *launch,
                       bool last)
{
    const struct process *process = &config->process;
    bool filtered = config->linux_.seccomp || config->linux_.built_in_filter;
    bool late =
        (process->no_new_privileges || !filtered) && !process->scheduler;
    struct clone_args arguments = {.flags = CLONE_PARENT};
    pid_t pid;

    if (!(launch->joined & CLONE_NEWPID) || last != late)
        return;
    pid = sys_clone3(&arguments);
    if (pid == -1)
        fail_with_hint(errno == EAGAIN
                           ? "its limit of processes: exec needs room for two"
                           : NULL,
                       "clone3 of the process");
    if (pid > 0) {
        explain("clone3(CLONE_PARENT) = %d # in the PID namespace", (int)pid);
        send_process(launch->sync, pid);
        _exit(EXIT_SUCCESS);
    }
    wait_for_go(launch->sync);
    explain_joined(launch->joined); /* now it has a /proc/self in there */
    start_session();
    /* not earlier: of processes, there were two */
    set_rlimits(process);
}

/* The same for the filter of docker's form and the stages'. */
static void filter_by_default(const struct config *config, bool last)
{
    if (config->linux_.built_in_filter &&
        config->process.no_new_privileges == last)
        filter_system_calls(&config->process.capabilities);
}

static void drop_privileges(const struct config *config,
                            const struct identity *identity,
                            const struct launch *launch)
{
    const struct process *process = &config->process;

    enter_pids(config, launch, false);
    set_attributes(config);
    if (!(launch->joined & CLONE_NEWPID))
        set_rlimits(process);
    filter_by_profile(config, false, launch->sync);
    filter_by_default(config, false);
    /* needs CAP_SETPCAP, which the change of user takes away */
    cut_bounding_set(&process->capabilities);
    become_user(identity);
    /* the change of user has changed them, so they are set after it */
    set_capability_sets(&process->capabilities);
    if (process->no_new_privileges &&
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
        fail("prctl PR_SET_NO_NEW_PRIVS");
    explain("prctl(PR_SET_NO_NEW_PRIVS) # setuid programs give nothing");
    enter_pids(config, launch, true);
    /* last: it refuses what steps before it need */
    filter_by_default(config, true);
}

/* A detached container's process waits on with nobody but its own socket. */
static int wait_for_start(const struct launch *launch)
{
    send_message(launch->sync, MESSAGE_READY, -1);
    wait_for_go(launch->sync);
    if (launch->start == -1)
        return launch->sync;
    close(launch->sync);
    end_by_signals();
    return accept_go(launch->start);
}

/* If the runtime dies now, so do we; and nobody looks into us. */
static void begin_inside(const struct launch *launch)
{
    begin_child();
    report_failures_to(launch->sync);
    die_with_parent(true);
    hide_process();
    reset_signals();
    umask(0); /* our modes are meant as written */
}

static void set_home(struct config *config, const struct identity *identity)
{
    const char *home = get_environment(&config->process, "HOME");

    if (!home || !*home) /* as other runtimes: an empty one is none */
        set_environment(config, format_text("HOME=%s", identity->home));
}

static noreturn void become_command(struct config *config,
                                    const struct launch *launch,
                                    const struct identity *identity,
                                    const struct inside *inside);

void init_container(struct config *config, struct cgroup *cgroup,
                    const struct launch *launch)
{
    struct process *process = &config->process;
    int sync = launch->sync;
    struct identity identity;
    struct inside inside;

    /* 1. Safe from its surroundings, and they from it. */
    begin_inside(launch);

    /* 2. Limited from here on. */
    wait_for_go(sync);
    if (!launch->outside) {
        enter_v1_groups(cgroup);
        set_oom_score(process);
    }
    set_processors(NULL); /* those of the groups, not the caller's */

    /* 3. Only now: the groups we are in become the topmost ones we see. */
    if (!launch->outside)
        join_namespaces(config, ~0);
    if (config->linux_.namespaces & CLONE_NEWCGROUP)
        leave_cgroup_view();
    explain("readlink(\"/proc/self/ns/ipc\") # %s", namespace_id("ipc"));
    explain("readlink(\"/proc/self/ns/pid\") # %s", namespace_id("pid"));

    /* 4. What needs no files. */
    set_up_without_files(config);

    /* 5. The files. From here on there is no path to the host. */
    change_root(config, cgroup, launch, &inside);
    /* nor by a descriptor: who is only created waits for long */
    close_cgroup(cgroup);
    if (launch->state->folder != -1)
        close(launch->state->folder);

    /* 6. What the image's files are asked for, and what is made in them. */
    find_user(&process->user, inside.root, &identity);
    open_inside(config, &inside, &identity, sync, true);
    if (config->root.readonly && make_read_only(inside.root) == -1)
        fail("make the root file system read-only");
    finish_dev(config, inside.root);
    set_home(config, &identity);
    become_command(config, launch, &identity, &inside);
}

static noreturn void become_command(struct config *config,
                                    const struct launch *launch,
                                    const struct identity *identity,
                                    const struct inside *inside)
{
    struct process *process = &config->process;
    /* before a filter that forbids this; and the user may not be able to */
    bool entered = fchdir(inside->cwd) == 0;
    int sync;

    if (entered)
        enter_folder(inside->cwd, process->cwd);
    if (launch->streams)
        give_streams(launch->streams, identity->uid);
    /* 7. No step that needs root's power comes after this. */
    drop_privileges(config, identity, launch);
    if (!entered)
        enter_folder(inside->cwd, process->cwd);
    check_command(process);
    /* before the wait: containerd reads create's output to its end, which
     * comes when nobody holds it any more */
    if (launch->streams)
        use_streams(launch->streams);
    set_streams(process, inside->terminal, inside->null);
    close(inside->null); /* nothing is open while it waits to be started */

    /* 8. The change of user took step 1 back; the runtime's "go" shows that
     * it has not died in between. */
    die_with_parent(!launch->detached);
    hide_process();
    sync = wait_for_start(launch);
    report_failures_to(sync);

    /* 9. The command has three descriptors, and none of the host's. */
    sync = close_descriptors(process, sync);
    report_failures_to(sync);
    umask(process->user.umask);
    filter_by_profile(config, true, sync);
    run_hooks(&config->hooks, START_CONTAINER_HOOK, launch->state, "created",
              getpid(), process->env);
    if (process->init)
        become_init(sync);
    execute(process);
}

/* ---- exec --------------------------------------------------------------------- */

static void enter_namespaces(int first, int kinds, const char *name)
{
    /* in a user namespace that may be forbidden */
    if (setgroups(0, NULL) == -1)
        fail("setgroups");
    /* all at once, the kernel knows their order: the user namespace is the
     * first, and what root of it may decides about the others */
    if (kinds && setns(first, kinds) == -1) {
        if (errno == ESRCH)
            fail_plainly(NULL, "container %s is not running", name);
        fail("setns to the container");
    }
    if (!(kinds & CLONE_NEWPID))
        explain_joined(kinds);
    if (!(kinds & CLONE_NEWUSER))
        return;
    if (setresgid(0, 0, 0) == -1 || setresuid(0, 0, 0) == -1)
        fail("become root of the user namespace");
    hide_process(); /* the change of user took it back */
}

void join_container(struct config *config, const struct cgroup *cgroup,
                    int first, int kinds, const struct launch *launch)
{
    const struct process *process = &config->process;
    struct launch inner = *launch;
    struct identity identity;
    struct inside inside;

    begin_inside(launch);
    if (cgroup) {
        enter_v1_groups(cgroup);
        send_message(launch->sync, MESSAGE_LIMITED, -1);
    }
    wait_for_go(launch->sync);
    set_processors(process->processors);
    set_oom_score(process);
    raise_rlimits(process);
    set_labels(process);
    enter_namespaces(first, kinds, launch->name);
    inner.joined = kinds;
    if (launch->root != -1 && (fchdir(launch->root) == -1 || chroot(".") == -1))
        fail("chroot to the container's root");
    /* what is open of the host's is of no use any more */
    inner.sync = close_descriptors(&config->process, launch->sync);
    report_failures_to(inner.sync);
    start_session();
    if (config->process.new_keyring)
        join_new_keyring();
    inside.root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (inside.root == -1)
        fail("open the container's root");
    find_user(&config->process.user, inside.root, &identity);
    open_inside(config, &inside, &identity, inner.sync, false);
    set_home(config, &identity);
    become_command(config, &inner, &identity, &inside);
}
