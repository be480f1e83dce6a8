/* exec_request.c - exec's flags, and what they change of a container's process. */
#include <json-c/json.h>

#include "base.h"
#include "capabilities.h"
#include "cli.h"
#include "config_json.h"
#include "exec.h"
#include "keys.h"
#include "record_config.h"
#include "terminal.h"
#include "user.h"

/* ---- flags ------------------------------------------------------------------- */

static const char *parse_capability(const char *text, void *value)
{
    uint64_t set;

    /* as in config.json */
    if (find_capability(text, &set))
        *(uint64_t *)value |= set;
    else
        warn("--cap: no capability %.80s here", text);
    return NULL;
}

static const char *parse_gid(const char *text, void *value)
{
    struct user *to = value;
    size_t count = to->additional_gid_count++;

    to->additional_gids = add_room(to->additional_gids, count, sizeof(gid_t));
    return parse_id(text, &to->additional_gids[count]) ? NULL : "a group id";
}

/* CONTAINER COMMAND... */
static void use_words(char **words, struct request *to,
                      const struct globals *globals)
{
    static struct record record;
    char *id[] = {words[0], NULL};

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
    if (!to->process_file)
        return;
    /* it may be a descriptor of ours, <(...) of a shell */
    to->process_text = read_file(to->process_file);
    if (!to->process_text)
        fail("--process %s", to->process_file);
}

void read_request(int argc, char **argv, struct request *to,
                  const struct globals *globals)
{
    const struct flag flags[] = {
        {"process", 'p', "FILE", "what to run, as in config.json", parse_text,
         &to->process_file},
        {"tty", 't', NULL, "a terminal of its own", parse_switch,
         &to->terminal},
        {"user", 'u', "UID[:GID]", "who runs it", parse_text, &to->user},
        {"cwd", 0, "DIR", "its working folder", parse_path, &to->cwd},
        {"workdir", 'w', "DIR", "the same, docker's word", parse_path,
         &to->cwd},
        {"interactive", 'i', NULL, "docker's: with our standard input",
         parse_switch, &to->interactive},
        {"privileged", 0, NULL, "with all capabilities", parse_switch,
         &to->privileged},
        {"env", 'e', "NAME=VALUE", "one more variable", parse_label, &to->env},
        {"env-file", 0, "FILE", "variables, a line each", parse_list,
         &to->env_files},
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
        {"detach-keys", 0, "KEYS", "docker's: leave it (ctrl-p,ctrl-q)",
         parse_detach_keys, &to->detach_keys},
        {"pid-file", 0, "FILE", "gets the number of the process", parse_text,
         &to->pid_file},
        {"pidfd-socket", 0, "SOCKET", "gets a pidfd of the process", parse_text,
         &to->pidfd_socket},
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

    use_words(parse_flags(argc, argv, flags, ""), to, globals);
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

    for (size_t i = 0; i < COUNT(names); i++) {
        struct json theirs = get_member(first, names[i]);

        if (is_there(theirs) && !is_there(get_member(process, names[i])))
            add_json(process.value, names[i], json_object_get(theirs.value));
    }
    if (is_there(user) && is_there(mask) &&
        !is_there(get_member(user, "umask")))
        add_json(user.value, "umask", json_object_get(mask.value));
}

static struct json read_process(const struct request *request,
                                struct json first)
{
    struct json process =
        parse_json(request->process_text, request->process_file);

    inherit(process, first);
    return process;
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
            add_room(user->additional_gids, count, sizeof(gid_t));
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
    struct capability_sets *sets = &process->capabilities;

    process->stdin_open = request->interactive;
    if (request->detach && !request->console_socket)
        process->terminal = false; /* nobody would be there to serve it */
    require_terminal(request->interactive && process->terminal);
    load_identity(request->record->json, config);
    if (request->user)
        process->user.name = request->user;
    /* not those of the container's user */
    process->user.additional_gids = request->gids.additional_gids;
    process->user.additional_gid_count = request->gids.additional_gid_count;
    if (request->privileged) {
        config->linux_.built_in_filter = false;
        sets->bounding = sets->permitted = sets->effective = all_capabilities();
    }
    if (process->terminal && !get_environment(process, "TERM"))
        set_environment(config, "TERM=xterm");
}

/* From the config.json that create saw: the bundle's may have been changed. */
void load_exec(struct config *config, const struct state *state,
               const struct request *request)
{
    struct json document = saved_config(state);
    struct json process = require_object(document, "process");
    struct json linux_ = get_object(document, "linux");

    if (request->process_file)
        process = read_process(request, process);
    add_json_text(process.value, "apparmorProfile", request->apparmor);
    add_json_text(process.value, "selinuxLabel", request->label);
    load_process(process, &config->process);
    config->linux_.seccomp = load_seccomp(linux_);
    config->linux_.memory_policy = load_memory_policy(linux_);
    config->linux_.personality = load_personality(linux_);
    load_joined(linux_, config);
    use_flags(&config->process, request);
    if (request->record)
        use_record(config, request);
    for (size_t i = 0; i < request->env_files.count; i++)
        read_env_file(config, request->env_files.items[i]);
    for (size_t i = 0; i < request->env.count; i++)
        add_env(config, request->env.items[i]);
    check_terminal(&config->process, request->console_socket, !request->detach);
}
