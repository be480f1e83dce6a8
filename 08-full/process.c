/* process.c - from the container's first process to the user's command. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/common.h"
#include "devices.h"
#include "sync.h"

void hide_process(void)
{
    if (prctl(PR_SET_DUMPABLE, 0) == -1)
        fail("prctl PR_SET_DUMPABLE");
}

void die_with_parent(void)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
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

void join_new_keyring(void)
{
    /* a kernel without keys has none to hide, and a filter around us that
     * refuses this call holds for the command as well */
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) == -1 &&
        errno != ENOSYS && errno != EPERM)
        fail("keyctl KEYCTL_JOIN_SESSION_KEYRING");
    explain("keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL)");
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

int close_descriptors(int sync)
{
    enum { KEPT = STDERR_FILENO + 1 };

    if (sync != KEPT && dup3(sync, KEPT, O_CLOEXEC) == -1)
        fail("dup3");
    closefrom(KEPT + 1);
    return KEPT;
}

static const char *get_variable(char **env, const char *name)
{
    size_t length = strlen(name);

    for (; *env; env++)
        if (strncmp(*env, name, length) == 0 && (*env)[length] == '=')
            return *env + length + 1;
    return NULL;
}

/* execve tells for each try why it failed: "permission denied" for one of
 * them says more than "no such file" for the others. */
static void execute_from_path(char **args, char **env)
{
    const char *folder = get_variable(env, "PATH");
    int number = ENOENT;

    while (folder && *folder) {
        size_t length = strcspn(folder, ":");
        char *path = format_text("%.*s/%s", (int)length, folder, args[0]);

        /* an empty folder would be the working folder: not searched */
        if (length > 0)
            execve(path, args, env);
        if (length > 0 && errno != ENOENT && errno != ENOTDIR)
            number = errno;
        folder += length + (folder[length] == ':');
    }
    errno = number;
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
        execute_from_path(args, process->env);
    fail_exec(args[0]);
}
