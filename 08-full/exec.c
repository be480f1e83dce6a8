/* exec.c - one more process in a container that is there. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "attributes.h"
#include "capabilities.h"
#include "cgroup.h"
#include "child.h"
#include "config_json.h"
#include "foreground.h"
#include "init.h"
#include "namespaces.h"
#include "process.h"
#include "self.h"
#include "state.h"
#include "verbs.h"

/* What the flags say. */
struct request {
    const char *process_file, *cwd, *user, *apparmor, *label;
    const char *pid_file, *console_socket;
    struct list env, cgroups;
    struct user gids; /* the additional ones alone */
    uint64_t capabilities, preserve_fds;
    bool terminal, detach, no_new_privileges, ignore_paused, no_subreaper;
    bool interactive, privileged;
    struct record *record; /* with one, docker's habits; or NULL */
    const char *id;
    char **command;
};

/* ---- flags ------------------------------------------------------------------- */

static const char *parse_cwd(const char *text, void *value)
{
    *(const char **)value = text;
    return *text == '/' ? NULL : "an absolute path in the container";
}

/* docker's form without a value: ours */
static const char *parse_assignment(const char *text, void *value)
{
    return !*text || *text == '=' ? "NAME=VALUE" : parse_list(text, value);
}

static const char *parse_capability(const char *text, void *value)
{
    uint64_t set;

    if (!find_capability(text, &set))
        return "a capability such as CAP_NET_ADMIN; see capabilities(7)";
    *(uint64_t *)value |= set;
    return NULL;
}

static const char *parse_gid(const char *text, void *value)
{
    struct user *to = value;
    size_t size = (to->additional_gid_count + 1) * sizeof(gid_t);
    char *end;
    unsigned long long gid = strtoull(text, &end, 10);

    if (!isdigit((unsigned char)*text) || *end || gid >= UINT32_MAX)
        return "a group id";
    to->additional_gids = realloc(to->additional_gids, size);
    if (!to->additional_gids)
        fail("allocate memory");
    to->additional_gids[to->additional_gid_count++] = (gid_t)gid;
    return NULL;
}

static void read_request(int argc, char **argv, struct request *to,
                         const struct globals *globals)
{
    const struct flag flags[] = {
        {"process", 'p', "FILE", "what to run, as in config.json", parse_text,
         &to->process_file},
        {"tty", 't', NULL, "a terminal of its own", parse_switch,
         &to->terminal},
        {"user", 'u', "UID[:GID]", "who runs it", parse_text, &to->user},
        {"cwd", 0, "DIR", "its working folder", parse_cwd, &to->cwd},
        {"workdir", 'w', "DIR", "the same, docker's word", parse_cwd, &to->cwd},
        {"interactive", 'i', NULL, "docker's: with our standard input",
         parse_switch, &to->interactive},
        {"privileged", 0, NULL, "with all capabilities", parse_switch,
         &to->privileged},
        {"env", 'e', "NAME=VALUE", "one more variable", parse_assignment,
         &to->env},
        {"cap", 'c', "NAME", "one more capability", parse_capability,
         &to->capabilities},
        {"additional-gids", 'g', "GID", "one more group", parse_gid, &to->gids},
        {"no-new-privs", 0, NULL, "setuid programs give nothing", parse_switch,
         &to->no_new_privileges},
        {"apparmor", 0, "PROFILE", "its AppArmor profile", parse_text,
         &to->apparmor},
        {"process-label", 0, "LABEL", "its SELinux label", parse_text,
         &to->label},
        {"cgroup", 0, "[CONTROLLER,...:]PATH", "a cgroup below the container's",
         parse_list, &to->cgroups},
        {"detach", 'd', NULL, "do not wait for the command", parse_switch,
         &to->detach},
        {"pid-file", 0, "FILE", "gets the number of the process", parse_text,
         &to->pid_file},
        {"console-socket", 0, "SOCKET", "gets the master of the terminal",
         parse_text, &to->console_socket},
        {"preserve-fds", 0, "N", "so many descriptors from 3 on stay open",
         parse_preserve, &to->preserve_fds},
        {"ignore-paused", 0, NULL, "wait until a paused one is resumed",
         parse_switch, &to->ignore_paused},
        {"no-subreaper", 0, NULL, "as always: we are no subreaper",
         parse_switch, &to->no_subreaper},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    char *id[] = {words[0], NULL};
    static struct record record;

    if (words[0] && names_record(globals, words[0], &record)) {
        id[0] = record.id;
        to->record = &record;
    }
    to->id = only_id(id);
    to->command = words + 1;
    if (!*to->command && !to->process_file)
        fail_plainly(NULL, "the command is missing");
    if (*to->command && to->process_file)
        fail_plainly(NULL,
                     "--process says what to run, and there is also "
                     "\"%.80s\"",
                     *to->command);
}

/* ---- what is to be run --------------------------------------------------------- */

/* What FILE does not say is as for the container's first process: nobody loses
 * a limit or a filter by a short file. */
static void inherit(struct json process, struct json first)
{
    static const char *const names[] = {
        "capabilities",    "rlimits",         "noNewPrivileges",
        "oomScoreAdj",     "scheduler",       "ioPriority",
        "execCPUAffinity", "apparmorProfile", "selinuxLabel"};
    struct json user = get_object(process, "user");
    struct json mask = get_member(get_object(first, "user"), "umask");

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct json theirs = get_member(first, names[i]);

        if (is_there(theirs) && !is_there(get_member(process, names[i])))
            json_object_object_add(process.value, names[i],
                                   json_object_get(theirs.value));
    }
    if (is_there(user) && is_there(mask) &&
        !is_there(get_member(user, "umask")))
        json_object_object_add(user.value, "umask",
                               json_object_get(mask.value));
}

static struct json read_process_file(const char *path, struct json first)
{
    char *text = read_file(path);
    struct json process;

    if (!text)
        fail("--process %s", path);
    process = parse_json(text, path);
    inherit(process, first);
    free(text);
    return process;
}

static void set_text(struct json object, const char *name, const char *text)
{
    if (text)
        json_object_object_add(object.value, name,
                               json_object_new_string(text));
}

static void use_flags(struct process *process, const struct request *request)
{
    struct user *user = &process->user;
    struct capability_sets *sets = &process->capabilities;
    uint64_t added = request->capabilities & all_capabilities();

    if (request->command[0])
        process->args = request->command;
    process->terminal =
        request->terminal || (request->process_file && process->terminal);
    process->preserve_fds = (unsigned)request->preserve_fds;
    process->no_new_privileges |= request->no_new_privileges;
    if (request->cwd)
        process->cwd = request->cwd;
    /* a user id alone leaves the group as it is, as runc does it */
    if (request->user)
        user->name =
            strspn(request->user, "0123456789") == strlen(request->user)
                ? format_text("%s%s", request->user, strchr(user->name, ':'))
                : request->user;
    for (size_t i = 0; i < request->gids.additional_gid_count; i++) {
        size_t count = user->additional_gid_count++;

        user->additional_gids =
            reallocarray(user->additional_gids, count + 1, sizeof(gid_t));
        if (!user->additional_gids)
            fail("allocate memory");
        user->additional_gids[count] = request->gids.additional_gids[i];
    }
    sets->bounding |= added;
    sets->effective |= added;
    sets->permitted |= added;
    sets->ambient |= added & sets->inheritable;
}

/* What config.json has no words for, and docker's habits. */
static void use_record(struct config *config, const struct request *request)
{
    struct process *process = &config->process;
    struct json container = request->record->json;
    struct capability_sets *sets = &process->capabilities;
    const char *user = get_text(container, "user");

    process->stdin_open = request->interactive;
    sets->root_only = true;
    config->linux_.built_in_filter =
        get_bool(container, "builtInFilter") && !request->privileged;
    if (request->user)
        process->user.name = request->user;
    else if (user && *user)
        process->user.name = user;
    if (request->privileged)
        sets->bounding = sets->permitted = sets->effective = all_capabilities();
    if (process->terminal && !has_environment(config, "TERM"))
        set_environment(config, "TERM=xterm");
}

static void add_environment(struct config *config, const char *text)
{
    if (strchr(text, '='))
        set_environment(config, text);
    else if (getenv(text))
        set_environment(config, format_text("%s=%s", text, getenv(text)));
}

/* From the config.json that create saw: the bundle's may have been changed. */
static void load_exec(struct config *config, const struct state *state,
                      const struct request *request)
{
    struct json document = saved_config(state);
    struct json process = require_object(document, "process");
    struct json linux_ = get_object(document, "linux");

    if (request->process_file)
        process = read_process_file(request->process_file, process);
    set_text(process, "apparmorProfile", request->apparmor);
    set_text(process, "selinuxLabel", request->label);
    load_process(process, &config->process);
    config->linux_.seccomp = load_seccomp(linux_);
    config->linux_.memory_policy = load_memory_policy(linux_);
    config->linux_.personality = load_personality(linux_);
    load_joined(linux_, config);
    use_flags(&config->process, request);
    if (request->record)
        use_record(config, request);
    for (size_t i = 0; i < request->env.count; i++)
        add_environment(config, request->env.items[i]);
    check_terminal(&config->process, request->console_socket, !request->detach);
}

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

static noreturn void end_without_command(void)
{
    int status = reap_child(&child);

    fail_plainly(NULL, "the process ended with status %d before the command",
                 status);
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

static void start_process(struct config *config, const struct state *state,
                          struct cgroup *cgroup, const struct request *request)
{
    struct launch launch = {
        .start = -1,
        .root = -1,
        .detached = request->detach,
    };
    int first = open_state_process(state);
    int kinds = other_namespaces(state->pid);
    /* in a frozen group it can neither do nor say anything before the resume,
     * which needs the lock: it is moved, then */
    bool moved = status_of(state) == STATUS_PAUSED;
    pid_t pid;

    if (first == -1)
        fail_plainly(NULL, "container %s is not running", state->id);
    if (kinds & CLONE_NEWPID && setns(first, CLONE_NEWPID) == -1)
        fail("setns to the container's PID namespace");
    /* one that others are in has another root; if the container ends now, and
     * its number is somebody else's, the pidfd will show it */
    if (joined_path(config, CLONE_NEWNS))
        launch.root = open_root_of(state->pid);
    /* the child is seen by the container as soon as it is there */
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
        join_container(config, moved ? NULL : cgroup, first,
                       kinds & ~CLONE_NEWPID, &launch);
    explain("setns(pidfd, CLONE_NEWPID) # for children: clone3() = %d",
            (int)pid);
    if (moved)
        join_cgroup(cgroup, pid);
    else if (!is_limited(&child))
        end_without_command();
    /* from here on whoever kills the container kills this process, too */
    unlock_state(state);
}

static void make_process(const struct config *config, const struct state *state,
                         const struct request *request)
{
    const struct errands errands = {
        .console_socket = request->console_socket,
        .profile = config->linux_.seccomp,
        .state = state,
        .status = status_word(status_of(state)),
    };

    send_go(child.sync);
    if (hear(&child, &errands) != MESSAGE_READY)
        end_without_command();
    if (request->pid_file)
        write_pid_file(&child, request->pid_file);
    let_execute(&child, &errands);
}

static int run_process(struct config *config, const struct state *state,
                       const struct request *request)
{
    bool terminal = config->process.terminal && !request->console_socket;
    struct cgroup cgroup = {0};
    int status;

    begin_parent();
    child.signals = open_signals(terminal);
    if (atexit(undo) != 0)
        fail("atexit");
    open_exec_groups(state, request, &cgroup);
    start_process(config, state, &cgroup, request);
    make_process(config, state, request);
    lives_on = request->detach;
    if (request->detach)
        return EXIT_SUCCESS;
    accompany(&child, terminal && config->process.stdin_open);
    status = reap_child(&child);
    explain("waitpid() # the command's status is %d", status);
    return status;
}

static void require_running(const struct request *request)
{
    struct state state;
    enum record_state how;

    if (!request->record)
        return;
    how = look_at_record(request->record, &state);
    if (state.folder == -1)
        fail_plainly(format_text("start %s", request->record->name),
                     "container %s is not running: it is %s",
                     request->record->name, record_word(how));
    close(state.folder);
}

int exec_verb(int argc, char **argv, const struct globals *globals)
{
    static struct config config;
    struct request request = {0};
    struct state state;
    enum status status;

    read_request(argc, argv, &request, globals);
    keep_descriptors((unsigned)request.preserve_fds);
    protect_own_file(globals->argv);
    umask(022);
    require_running(&request);
    require_state(&state, globals, request.id);
    status = status_of(&state);
    if (status == STATUS_STOPPED)
        fail_plainly(NULL, "cannot exec in container %s: it is stopped",
                     request.id);
    if (status == STATUS_PAUSED && !request.ignore_paused)
        fail_plainly("resume it first, or --ignore-paused to wait for that",
                     "cannot exec in container %s: it is paused", request.id);
    load_exec(&config, &state, &request);
    return run_process(&config, &state, &request);
}
