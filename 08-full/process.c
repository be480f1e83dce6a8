/* process.c - from the container's first process to the user's command. */
#include "process.h"

#include <limits.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base.h"
#include "devices.h"

void hide_process(void)
{
    if (prctl(PR_SET_DUMPABLE, 0) == -1)
        fail("prctl PR_SET_DUMPABLE");
}

void die_with_parent(bool wanted)
{
    if (prctl(PR_SET_PDEATHSIG, wanted ? SIGKILL : 0) == -1)
        fail("prctl PR_SET_PDEATHSIG");
}

void reset_signals(void)
{
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL); /* fails for KILL, STOP and libc's own */
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) == -1)
        fail("sigprocmask");
}

static void end_by_signal(int number)
{
    _exit(128 + number);
}

void end_by_signals(void)
{
    static const int harmless[] = {SIGCHLD, SIGCONT, SIGURG, SIGWINCH,
                                   SIGTSTP, SIGTTIN, SIGTTOU};

    for (int number = 1; number < NSIG; number++)
        signal(number, end_by_signal); /* fails as in reset_signals */
    for (size_t i = 0; i < COUNT(harmless); i++)
        signal(harmless[i], SIG_DFL);
}

void join_new_keyring(void)
{
    /* a kernel without keys has none to hide, and a filter around us that
     * refuses this call holds for the command as well */
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) == -1 &&
        errno != ENOSYS && errno != EPERM)
        fail("keyctl KEYCTL_JOIN_SESSION_KEYRING");
    explain("keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL)");
}

void set_rlimits(const struct process *process)
{
    for (size_t i = 0; i < process->rlimit_count; i++) {
        const struct process_rlimit *limit = &process->rlimits[i];
        struct rlimit value = {limit->soft, limit->hard};

        if (setrlimit((__rlimit_resource_t)limit->type, &value) == -1)
            fail("setrlimit of resource %d to %llu, %llu", limit->type,
                 (unsigned long long)limit->soft,
                 (unsigned long long)limit->hard);
    }
}

void raise_rlimits(const struct process *process)
{
    for (size_t i = 0; i < process->rlimit_count; i++) {
        const struct process_rlimit *limit = &process->rlimits[i];
        struct rlimit value;

        if (getrlimit((__rlimit_resource_t)limit->type, &value) == -1)
            fail("getrlimit of resource %d", limit->type);
        if (value.rlim_max >= limit->hard)
            continue;
        value.rlim_max = limit->hard;
        if (setrlimit((__rlimit_resource_t)limit->type, &value) == -1)
            fail("setrlimit of resource %d to %llu at most", limit->type,
                 (unsigned long long)limit->hard);
    }
}

void set_oom_score(const struct process *process)
{
    static const char file[] = "/proc/self/oom_score_adj";

    if (process->oom_score_adj &&
        write_file(file, "%s", process->oom_score_adj) == -1)
        fail("write %s to %s", process->oom_score_adj, file);
}

void enter_folder(int fd, const char *path)
{
    char actual[PATH_MAX];

    if (fchdir(fd) == -1)
        fail("chdir %s", path);
    /* a folder outside of the root has no name in it */
    if (!getcwd(actual, sizeof(actual)) || *actual != '/')
        fail("chdir %s: not inside the container", path);
}

static void duplicate(int from, int to)
{
    if (dup2(from, to) == -1)
        fail("dup2 to standard stream %d", to);
}

void give_streams(const int *streams, uid_t uid)
{
    for (int stream = 0; stream <= STDERR_FILENO; stream++) {
        struct stat status;

        /* a user namespace may have no such user: his loss */
        if (fstat(streams[stream], &status) == 0 && S_ISFIFO(status.st_mode) &&
            fchown(streams[stream], uid, (gid_t)-1) == -1)
            explain("fchown() = -1 # %s", strerror(errno));
    }
}

void use_streams(const int *streams)
{
    for (int stream = 0; stream <= STDERR_FILENO; stream++)
        if (streams[stream] != stream)
            duplicate(streams[stream], stream);
}

void set_streams(const struct process *process, int terminal, int null)
{
    if (terminal != -1) {
        /* setsid came before: this session has no terminal yet */
        if (ioctl(terminal, TIOCSCTTY, 0) == -1)
            fail("ioctl TIOCSCTTY");
        for (int stream = 0; stream <= STDERR_FILENO; stream++)
            duplicate(terminal, stream);
        return;
    }
    if (!process->stdin_open)
        duplicate(null, STDIN_FILENO);
    /* root in the container could chmod the host's node through it */
    for (int stream = 0; stream <= STDERR_FILENO; stream++)
        if (is_null_device(stream))
            duplicate(null, stream);
}

int close_descriptors(const struct process *process, int sync)
{
    int kept = STDERR_FILENO + 1 + (int)process->preserve_fds;

    if (sync != kept && dup3(sync, kept, O_CLOEXEC) == -1)
        fail("dup3");
    closefrom(kept + 1);
    return kept;
}

/* The path of `name` in the next folder of PATH, of which *folders is the rest;
 * NULL behind the last. */
static char *next_path(const char **folders, const char *name)
{
    int length;

    /* an empty folder would be the working folder: not searched */
    *folders += strspn(*folders, ":");
    length = (int)strcspn(*folders, ":");
    if (length == 0)
        return NULL;
    *folders += length;
    return format_text("%.*s/%s", length, *folders - length, name);
}

/* execve tells for each try why it failed: "permission denied" for one of
 * them says more than "no such file" for the others. */
static void execute_from_path(const struct process *process)
{
    const char *folders = get_environment(process, "PATH");
    int number = ENOENT;
    char *path;

    while (folders && (path = next_path(&folders, process->args[0]))) {
        execve(path, process->args, process->env);
        if (errno != ENOENT && errno != ENOTDIR)
            number = errno;
    }
    errno = number;
}

/* Returns 0 if `path` is there and may be executed, or else an errno. */
static int try_path(const char *path)
{
    struct stat status;

    if (stat(path, &status) == -1)
        return errno;
    /* the first asks without our capabilities, the second is a newer call that
     * the container's filter may refuse */
    if (access(path, X_OK) == -1 &&
        faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == -1)
        return EACCES;
    return S_ISREG(status.st_mode) ? 0 : EACCES;
}

void check_command(const struct process *process)
{
    const char *name = process->args[0];
    const char *folders = get_environment(process, "PATH");
    int number = ENOENT;
    char *path;

    if (!name)
        return; /* a shell, which is looked for later */
    if (strchr(name, '/')) {
        number = try_path(name);
        folders = NULL;
    }
    while (number && folders && (path = next_path(&folders, name))) {
        int result = try_path(path);

        if (result != ENOENT && result != ENOTDIR)
            number = result;
        free(path);
    }
    errno = number;
    if (number)
        fail_exec(name);
}

void execute(const struct process *process)
{
    char *shell[] = {"/bin/bash", NULL};
    char **args = process->args;

    if (!args[0]) {
        if (access(shell[0], X_OK) == -1)
            shell[0] = "/bin/sh";
        args = shell;
    }
    explain("execve(\"%s\", ...) # this process becomes the command", args[0]);
    if (strchr(args[0], '/'))
        execve(args[0], args, process->env);
    else
        execute_from_path(process);
    fail_exec(args[0]);
}
