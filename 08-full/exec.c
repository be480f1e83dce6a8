/* exec.c - one more process in a container that is there. */
#include <poll.h>
#include <sched.h>

#include "attributes.h"
#include "base.h"
#include "cgroup.h"
#include "child.h"
#include "exec.h"
#include "foreground.h"
#include "init.h"
#include "namespaces.h"
#include "process.h"
#include "self.h"

/* ---- its cgroups ---------------------------------------------------------------- */

/* "PATH" in all hierarchies, or "cpu,memory:PATH" in those. */
static void enter_subgroup(struct cgroup *cgroup, const char *text)
{
    const char *colon = strchr(text, ':');
    char *names = format_text("%.*s", colon ? (int)(colon - text) : 0, text);
    bool found = false;

    for (size_t i = 0; i < cgroup->count; i++) {
        struct hierarchy *hierarchy = &cgroup->hierarchies[i];

        if (!hierarchy->path || (colon && !has_controller_of(hierarchy, names)))
            continue;
        found = true;
        enter_group_below(hierarchy, colon ? colon + 1 : text);
    }
    if (!found)
        fail_plainly(NULL, "--cgroup %.200s: no such controller", text);
    free(names);
}

static void open_exec_groups(const struct state *state,
                             const struct request *request,
                             struct cgroup *cgroup)
{
    open_groups(state, cgroup);
    for (size_t i = 0; i < request->cgroups.count; i++)
        enter_subgroup(cgroup, request->cgroups.items[i]);
    if (request->cgroups.count && !cgroup->count)
        fail_plainly(NULL, "--cgroup: container %s has no cgroups", state->id);
}

/* ---- running it ------------------------------------------------------------------- */

static struct child child = NO_CHILD;
static bool lives_on;

static void undo(void)
{
    if (!lives_on)
        end_child(&child);
}

static int open_root_of(pid_t pid)
{
    char *path = format_text("/proc/%d/root", (int)pid);
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd == -1)
        fail("open %s", path);
    free(path);
    return fd;
}

/* docker's -d: nobody gets what it writes. The container's own takes the place
 * of the host's null device; see set_streams(). */
static void leave_streams(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int stream = 0; stream <= STDERR_FILENO; stream++)
        if (null == -1 || dup2(null, stream) == -1)
            fail("open /dev/null");
}

/* As the caller has called it, if it has a name. */
static const char *name_of(const struct request *request)
{
    return request->record ? request->record->name : request->id;
}

static int first = -1; /* the container's first process */
static const char *container_name;

/* Nobody can be born in a PID namespace whose first process ends (ENOMEM, says
 * pid_namespaces(7)), and that begins a moment before we see it end. */
static void see_failure(const struct failure *failure)
{
    struct pollfd end = {first, POLLIN, 0};

    if (failure->number == ENOMEM && poll(&end, 1, 1000) == 1)
        fail_plainly(NULL, "container %s is not running", container_name);
}

static noreturn void end_without_command(const struct state *state,
                                         const char *name)
{
    int status = reap_child(&child);

    /* who ends it kills all in its cgroups */
    if (status_of(state) == STATUS_STOPPED)
        fail_plainly(NULL, "container %s is not running", name);
    fail_plainly(NULL, "the process ended with status %d before the command",
                 status);
}

/* By keys on its terminal. */
static bool may_be_left(const struct config *config,
                        const struct request *request)
{
    return request->record && config->process.terminal &&
           config->process.stdin_open;
}

/* `moved`: the group is frozen, and who is in it can say nothing before the
 * resume, which needs the lock. So the process does not go there itself.
 * Returns whether another one is to come, in the container's PID namespace. */
static bool start_process(struct config *config, const struct state *state,
                          bool moved, struct cgroup *cgroup,
                          const struct request *request)
{
    struct launch launch = {
        .start = -1,
        .root = -1,
        .name = name_of(request),
        /* who may leave it would take it along; with its terminal the kernel
         * hangs it up */
        .detached = request->detach || may_be_left(config, request),
    };
    int kinds = other_namespaces(state->pid);
    pid_t pid;

    first = open_state_process(state);
    container_name = launch.name;
    child.on_failure = see_failure;
    if (first == -1)
        fail_plainly(NULL, "container %s is not running", launch.name);
    /* one that others are in has another root; if the container ends now, and
     * its number is somebody else's, the pidfd will show it */
    if (joined_path(config, CLONE_NEWNS))
        launch.root = open_root_of(state->pid);
    /* one with our PID namespace sees the child as soon as it is there */
    hide_process();
    if (config->process.first_processors)
        set_processors(config->process.first_processors);
    pid = clone_child(&child, 0, v2_group(cgroup), &launch.sync);
    if (pid == -1 && errno == EBUSY && !request->cgroups.count) {
        follow_into_v2(cgroup, state->pid);
        pid = clone_child(&child, 0, v2_group(cgroup), &launch.sync);
    }
    if (pid == -1)
        fail("clone3 of the process");
    if (pid == 0 && request->record && request->detach)
        leave_streams();
    if (pid == 0)
        join_container(config, moved ? NULL : cgroup, first, kinds, &launch);
    if (moved)
        join_cgroup(cgroup, pid);
    else if (!is_limited(&child))
        end_without_command(state, name_of(request));
    /* from here on whoever kills the container kills this process, too */
    unlock_state(state);
    return kinds & CLONE_NEWPID;
}

static void make_process(const struct config *config, const struct state *state,
                         enum status status, bool another,
                         const struct request *request)
{
    const struct errands errands = {
        .console_socket = request->console_socket,
        .plain_lines = !request->record,
        .profile = config->linux_.seccomp,
        .state = state,
        .status = status_word(status),
    };

    send_go(child.sync);
    if (another && !adopt_child(&child, &errands))
        end_without_command(state, name_of(request));
    if (another)
        send_go(child.sync);
    if (hear(&child, &errands) != MESSAGE_READY)
        end_without_command(state, name_of(request));
    if (request->pid_file)
        write_pid_file(&child, request->pid_file);
    if (request->pidfd_socket)
        send_pidfd(&child, request->pidfd_socket, "setns");
    let_execute(&child, &errands);
}

/* The command would be hung up with its terminal, or wait for somebody to read
 * what it writes there: one of us stays, beyond the reach of the caller's
 * terminal, which may end with us. */
static void detach(void)
{
    int ready[2];
    pid_t pid = pipe2(ready, O_CLOEXEC) == -1 ? -1 : fork();
    char none;

    if (pid == -1)
        fail("fork");
    lives_on = true;
    if (pid > 0) {
        close(ready[1]);
        while (read(ready[0], &none, 1) == -1 && errno == EINTR)
            continue;
        return;
    }
    if (setsid() == -1 || chdir("/") == -1)
        fail("leave the caller's terminal and folder");
    leave_streams();
    close(ready[1]);
    accompany(&child, false, "");
    _exit(EXIT_SUCCESS);
}

static int run_process(struct config *config, const struct state *state,
                       enum status status, const struct request *request)
{
    bool terminal = config->process.terminal && !request->console_socket;
    struct cgroup cgroup = {0};
    bool another;
    int result;

    begin_parent();
    child.signals = open_signals(terminal);
    if (atexit(undo) != 0)
        fail("atexit");
    open_exec_groups(state, request, &cgroup);
    another =
        start_process(config, state, status == STATUS_PAUSED, &cgroup, request);
    make_process(config, state, status, another, request);
    lives_on = request->detach;
    if (request->detach)
        return EXIT_SUCCESS;
    if (!accompany(&child, terminal && config->process.stdin_open,
                   may_be_left(config, request) ? request->detach_keys : "")) {
        detach();
        return EXIT_SUCCESS;
    }
    result = reap_child(&child);
    explain("waitpid() # the command's status is %d", result);
    return result;
}

static void require_running(const struct request *request)
{
    enum record_state how;

    if (!request->record)
        return;
    how = record_state_of(request->record);
    if (!is_up(how))
        fail_plainly(format_text("start %s", request->record->name),
                     "container %s is not running: it is %s",
                     request->record->name, record_word(how));
}

int exec_verb(int argc, char **argv, const struct globals *globals)
{
    static struct config config;
    struct request request = {0};
    struct state state;
    enum status status;

    protect_own_file(globals->argv); /* begins anew: a pipe is read once */
    read_request(argc, argv, &request, globals);
    require_running(&request); /* its descriptors are closed next */
    keep_descriptors((unsigned)request.preserve_fds);
    umask(022);
    require_state(&state, globals, request.id);
    status = status_of(&state);
    if (status == STATUS_STOPPED)
        fail_plainly(NULL, "cannot exec in a stopped container: %s",
                     name_of(&request));
    if (status == STATUS_PAUSED && !request.ignore_paused)
        fail_plainly(
            request.record ? "unpause it first"
                           : "resume it first, or --ignore-paused to wait for "
                             "that",
            "cannot exec in a paused container: %s", name_of(&request));
    load_exec(&config, &state, &request);
    return run_process(&config, &state, status, &request);
}
