/* kill.c - kill, delete. */
#include <poll.h>
#include <signal.h>

#include "base.h"
#include "cgroup.h"
#include "config_json.h"
#include "control.h"
#include "hooks.h"
#include "names.h"
#include "rootfs.h"
#include "signals.h"
#include "state.h"
#include "syscalls.h"
#include "verbs.h"

/* ---- kill ------------------------------------------------------------------- */

/* docker's signal is KILL. */
static int kill_records(char **words, int number, const struct globals *globals)
{
    int status;
    struct record *record = find_records(words, globals->data_root, &status);

    for (; record->id; record++)
        if (kill_container(record, number ? number : SIGKILL))
            puts(record->word);
        else
            status = EXIT_STAGE_FAILED;
    return status;
}

/* False in a PID namespace that others are in as well: there the death of the
 * first process is not that of the rest. */
static bool has_own_processes(const struct state *state)
{
    struct json linux_ = get_object(saved_config(state), "linux");
    struct json array = get_array(linux_, "namespaces");

    for (size_t i = 0; i < count_elements(array); i++) {
        struct json namespace = object_at(array, i);
        const char *path = get_text(namespace, "path");

        if (strcmp(require_text(namespace, "type"), "pid") == 0)
            return !path || !*path;
    }
    return false;
}

int kill_verb(int argc, char **argv, const struct globals *globals)
{
    struct cgroup cgroup = {0};
    struct state state;
    bool all = false, probe, alive;
    int number = 0, last = 0, pidfd;
    const struct flag flags[] = {
        {"all", 'a', NULL, "all processes", parse_switch, &all},
        {"signal", 's', "SIGNAL", "which one (TERM)", parse_signal, &number},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");

    /* runc's way, and never the beginning of a container's id */
    if (words[0] && words[1] && !words[2])
        last = find_signal(words[1]);
    if (last) {
        number = last;
        words[1] = NULL;
    }
    if (!all && name_records(globals, words))
        return kill_records(words, number, globals);
    /* kill(2): 0 only asks whether it is there */
    probe = words[0] && words[1] && !words[2] && strcmp(words[1], "0") == 0;
    if (probe)
        words[1] = NULL;
    if (words[0] && words[1])
        fail_plainly(NULL, "\"%.80s\" is not a signal",
                     words[2] ? words[2] : words[1]);
    require_state(&state, globals, only_id(words));
    if (!number && !probe)
        number = SIGTERM;
    open_groups(&state, &cgroup);
    if (all) {
        signal_cgroup(&cgroup, number);
        return EXIT_SUCCESS;
    }
    pidfd = open_state_process(&state);
    alive = pidfd != -1 && sys_pidfd_send_signal(pidfd, number) == 0;
    if (number == SIGKILL && !has_own_processes(&state))
        alive |= signal_cgroup(&cgroup, number);
    /* containerd looks for runc's words */
    if (!alive)
        fail_plainly(NULL, "container not running: %s is stopped", words[0]);
    if (number == SIGKILL)
        let_die(&cgroup);
    return EXIT_SUCCESS;
}

void kill_all(const struct state *state, const struct cgroup *cgroup)
{
    int pidfd = open_state_process(state);
    struct pollfd end = {pidfd, POLLIN, 0};

    if (pidfd != -1)
        sys_pidfd_send_signal(pidfd, SIGKILL);
    signal_cgroup(cgroup, SIGKILL);
    if (pidfd != -1 && poll(&end, 1, 10000) == 0)
        fail_plainly(NULL, "container %s: process %d does not end", state->id,
                     (int)state->pid);
}

/* ---- delete ----------------------------------------------------------------- */

void delete_container(struct state *state)
{
    struct cgroup cgroup = {0};
    struct hooks hooks;

    open_groups(state, &cgroup);
    load_hooks(saved_config(state), &hooks);
    kill_all(state, &cgroup);
    if (!remove_cgroup(&cgroup))
        fail_plainly("delete --force tries again",
                     "container %s is not deleted", state->id);
    unmount_rootfs(state->rootfs, state->below_rootfs);
    remove_state(state);
    run_hooks(&hooks, POSTSTOP_HOOK, state, "stopped", 0, environ);
}

static void delete_one(const char *root, const char *id, bool force)
{
    struct state state;

    if (!open_state(&state, root, id)) {
        if (force)
            return;
        fail_plainly(NULL, "container %s does not exist", id);
    }
    if (!force && status_of(&state) != STATUS_STOPPED)
        fail_plainly("kill it first, or delete --force",
                     "cannot delete container %s: it is %s, not stopped", id,
                     status_word(status_of(&state)));
    delete_container(&state);
}

/* All whose ids match. */
static void delete_matching(const char *root, char **words, bool force)
{
    regex_t expression;
    struct dirent **entries = NULL;
    int count = scandir(root, &entries, NULL, alphasort);

    if (!words[0] || words[1] || !compile_pattern(words[0], &expression))
        fail_plainly(NULL, "--regex: one regular expression is wanted");
    for (int i = 0; i < count; i++)
        if (!check_id(entries[i]->d_name) &&
            regexec(&expression, entries[i]->d_name, 0, NULL, 0) == 0)
            delete_one(root, entries[i]->d_name, force);
}

int delete_verb(int argc, char **argv, const struct globals *globals)
{
    bool force = false, regex = false;
    const struct flag flags[] = {
        {"force", 'f', NULL, "kill it first; no error if it does not exist",
         parse_switch, &force},
        {"regex", 'r', NULL, "all whose ids match a regular expression, crun's",
         parse_switch, &regex},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");

    if (regex)
        delete_matching(globals->root, words, force);
    else
        delete_one(globals->root, only_id(words), force);
    return EXIT_SUCCESS;
}
