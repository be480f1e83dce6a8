/* hooks.c - running hooks, and what they say when they fail. */
#include "hooks.h"

#include <ctype.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "base.h"
#include "log.h"
#include "process.h"
#include "syscalls.h"

const char *hook_name(enum hook_kind kind)
{
    static const char *const names[] = {
        "prestart",       "createRuntime", "createContainer",
        "startContainer", "poststart",     "poststop",
    };

    return names[kind];
}

bool has_create_hooks(const struct hooks *hooks)
{
    return hooks->of[PRESTART_HOOK].count ||
           hooks->of[CREATE_RUNTIME_HOOK].count ||
           hooks->of[CREATE_CONTAINER_HOOK].count;
}

static noreturn void become_hook(const struct hook *hook, char **env, int in,
                                 int out)
{
    reset_signals();
    if (dup2(in, STDIN_FILENO) == -1 || dup2(out, STDOUT_FILENO) == -1 ||
        dup2(out, STDERR_FILENO) == -1)
        _exit(EXIT_STAGE_FAILED);
    closefrom(STDERR_FILENO + 1);
    execve(hook->path, hook->args, hook->env ? hook->env : env);
    dprintf(STDERR_FILENO, "execve: %s", strerror(errno));
    _exit(EXIT_NOT_FOUND);
}

/* True if it takes too long; then it is killed. */
static bool is_late(const struct hook *hook, pid_t pid)
{
    struct pollfd end = {-1, POLLIN, 0};
    int ready;

    if (hook->timeout == 0)
        return false;
    end.fd = sys_pidfd_open(pid);
    do
        ready = poll(&end, 1, (int)hook->timeout * 1000);
    while (ready == -1 && errno == EINTR);
    if (end.fd == -1 || ready == 0)
        kill(pid, SIGKILL); /* it is our child: the number is still its own */
    close(end.fd);
    return end.fd == -1 || ready == 0;
}

/* "signal 31, bad system call" */
static char *describe_signal(int number)
{
    char *text = format_text("signal %d, %s", number, strsignal(number));
    char *words = strchr(text, ',') + 2;

    *words = (char)tolower(*words);
    return text;
}

/* Why it failed, with the beginning of what it printed. */
static char *explain_failure(const struct hook *hook, bool late, int status,
                             int out)
{
    char text[512];
    ssize_t length = pread(out, text, sizeof(text) - 1, 0);
    char *why;

    while (length > 0 && text[length - 1] == '\n')
        length--;
    text[length > 0 ? length : 0] = '\0';
    if (late)
        why = format_text("took longer than %u s", hook->timeout);
    else if (WIFSIGNALED(status))
        why = format_text("ended by %s", describe_signal(WTERMSIG(status)));
    else
        why = format_text("exit status %d", WEXITSTATUS(status));
    return format_text("%s: %s%s%s", hook->path, why, *text ? ": " : "", text);
}

/* Returns what went wrong, or NULL. */
static char *run_hook(const struct hook *hook, const char *state, char **env)
{
    int in = make_memory_file(state), out = make_memory_file("");
    int status = 0;
    char *failure = NULL;
    pid_t pid = in == -1 || out == -1 ? -1 : fork();
    bool late;

    if (pid == 0)
        become_hook(hook, env, in, out);
    if (pid == -1) {
        failure = format_text("%s: start it: %s", hook->path, strerror(errno));
    } else {
        late = is_late(hook, pid);
        while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
            continue;
        if (late || status != 0)
            failure = explain_failure(hook, late, status, out);
    }
    close(in);
    close(out);
    return failure;
}

char *try_hooks(const struct hooks *hooks, enum hook_kind kind,
                const struct state *state, const char *status, pid_t pid,
                char **env)
{
    const struct hook *list = hooks->of[kind].list;
    struct json_object *object;
    char *message = NULL;
    const char *text;

    if (hooks->of[kind].count == 0)
        return NULL;
    object = describe_for_others(state, status, pid);
    text = json_line(object);
    for (size_t i = 0; i < hooks->of[kind].count && !message; i++) {
        char *failure = run_hook(&list[i], text, env);

        explain("execve(\"%s\") # a %s hook, in %s", list[i].path,
                hook_name(kind), namespace_id("mnt"));
        if (!failure)
            continue;
        message = format_text("error running %s hook #%zu: %s", hook_name(kind),
                              i, failure);
        if (kind == POSTSTOP_HOOK) {
            warn("%s", message);
            write_log("warning", message);
            message = NULL;
        }
    }
    json_object_put(object);
    return message;
}

void run_hooks(const struct hooks *hooks, enum hook_kind kind,
               const struct state *state, const char *status, pid_t pid,
               char **env)
{
    char *message = try_hooks(hooks, kind, state, status, pid, env);

    if (message)
        fail_plainly(NULL, "%s", message);
}
