/* run.c - starting a stage as a user would, and watching it. */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "suite.h"

enum { MAX_ARGUMENTS = 64, PATIENCE = 30 };

struct arguments {
    const char *items[MAX_ARGUMENTS + 1];
    int count;
};

static const struct how ordinary;

static void add(struct arguments *arguments, const char *text)
{
    ck_assert_int_lt(arguments->count, MAX_ARGUMENTS);
    arguments->items[arguments->count++] = text;
}

static void add_all(struct arguments *arguments, va_list list)
{
    const char *text;

    while ((text = va_arg(list, const char *)))
        add(arguments, text);
}

static struct arguments begin_arguments(int stage, const struct how *how)
{
    struct arguments arguments = {.count = 0};

    add(&arguments, format_text("stage-%d", stage));
    for (int i = 0; how->flags[i]; i++)
        add(&arguments, how->flags[i]);
    return arguments;
}

char *stage_path(int stage)
{
    const char *folder = getenv("STAGE_DIR");

    return format_text("%s/stage-%d", folder ? folder : top_folder, stage);
}

/* ---- starting -------------------------------------------------------------- */

static int make_catcher(const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC);

    if (fd == -1)
        die("memfd_create");
    return fd;
}

static int make_input(const struct how *how, int *write_end)
{
    int ends[2];

    *write_end = -1;
    if (!how->input && !how->keep_input)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (pipe2(ends, O_CLOEXEC) == -1)
        die("pipe2");
    *write_end = ends[1];
    return ends[0];
}

static int open_terminal(char **name)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char path[64];

    if (master == -1 || grantpt(master) == -1 || unlockpt(master) == -1 ||
        ptsname_r(master, path, sizeof(path)) != 0)
        die("open a terminal");
    *name = format_text("%s", path);
    return master;
}

static void take_terminal(const char *name)
{
    int fd;

    setsid();
    fd = open(name, O_RDWR);
    if (fd == -1 || ioctl(fd, TIOCSCTTY, 0) == -1)
        die("take the terminal %s", name);
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    if (fd > 2)
        close(fd);
}

static void take_user(uid_t user)
{
    if (setgroups(0, NULL) == -1 || setresgid(user, user, user) == -1 ||
        setresuid(user, user, user) == -1)
        die("become user %d", (int)user);
}

/* Only what the check wants it to inherit: Check itself leaves files open. */
static void close_inherited(void)
{
    for (int fd = 3; fd < 256; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Check handles signals, and a shell in the background ignores some. */
static void reset_signals(void)
{
    sigset_t none;

    for (int i = 1; i < SIGRTMIN; i++)
        signal(i, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* For an ordinary user, who may not be able to reach the path. Built with a umask
 * of 077, the file is for its owner only: then a copy of it in memory. */
static int open_for_all(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC), copy, result;
    struct stat status;

    if (file == -1 || fstat(file, &status) == -1)
        die("open %s", path);
    if (status.st_mode & S_IXOTH)
        return file;
    copy = memfd_create("copy", MFD_CLOEXEC);
    if (copy == -1 ||
        sendfile(copy, file, NULL, (size_t)status.st_size) != status.st_size)
        die("copy %s", path);
    /* what is open for writing cannot be executed */
    result = open(format_text("/proc/self/fd/%d", copy), O_PATH | O_CLOEXEC);
    close(copy);
    return result;
}

static void execute(const char *path, const struct how *how,
                    struct arguments *arguments)
{
    int fd = how->user ? open_for_all(path) : -1;

    close_inherited();
    if (how->descriptor)
        fcntl(how->descriptor, F_SETFD, 0);
    if (how->environment)
        putenv(format_text("%s", how->environment));
    if (how->ignored_signal)
        signal(how->ignored_signal, SIG_IGN);
    arguments->items[arguments->count] = NULL;
    limit_stage();
    if (how->stopped)
        raise(SIGSTOP);
    if (how->user) {
        take_user(how->user);
        syscall(SYS_execveat, fd, "", arguments->items, environ, AT_EMPTY_PATH);
    } else {
        execv(path, (char *const *)arguments->items);
    }
    die("execute %s", path);
}

/* fork(2) with all signals blocked: none may meet the handlers of Check. */
static pid_t fork_blocked(void)
{
    sigset_t all, former;
    pid_t child;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &former);
    child = fork();
    if (child == -1)
        die("fork");
    if (child > 0)
        sigprocmask(SIG_SETMASK, &former, NULL);
    return child;
}

static struct process start(int stage, const struct how *how,
                            struct arguments *arguments)
{
    struct process process = {.stage = stage, .in = -1, .master = -1};
    const char *path = how->program ? how->program : stage_path(stage);
    char *terminal = NULL;
    int input = make_input(how, &process.in);

    process.screen = format_text("%s", "");
    process.out = make_catcher("stdout");
    process.err = make_catcher("stderr");
    if (how->terminal)
        process.master = open_terminal(&terminal);
    process.pid = fork_blocked();
    if (process.pid == 0) {
        reset_signals();
        dup2(input, STDIN_FILENO);
        dup2(process.out, STDOUT_FILENO);
        dup2(process.err, STDERR_FILENO);
        if (terminal)
            take_terminal(terminal);
        for (int i = 0; i < 3; i++)
            if (how->closed & 1u << i)
                close(i);
        execute(path, how, arguments);
    }
    close(input);
    if (how->input)
        type_text(&process, how->input);
    if (process.in != -1 && !how->keep_input)
        close(process.in);
    return process;
}

struct process start_stage(int stage, const struct how *how, ...)
{
    struct arguments arguments = begin_arguments(stage, how ? how : &ordinary);
    va_list list;

    va_start(list, how);
    add_all(&arguments, list);
    va_end(list);
    return start(stage, how ? how : &ordinary, &arguments);
}

struct result run_stage(int stage, ...)
{
    struct arguments arguments = begin_arguments(stage, &ordinary);
    struct process process;
    va_list list;

    va_start(list, stage);
    add_all(&arguments, list);
    va_end(list);
    process = start(stage, &ordinary, &arguments);
    return finish(&process);
}

struct result run_stage_so(int stage, const struct how *how, ...)
{
    struct arguments arguments = begin_arguments(stage, how);
    struct process process;
    va_list list;

    va_start(list, how);
    add_all(&arguments, list);
    va_end(list);
    process = start(stage, how, &arguments);
    return finish(&process);
}

struct result run_script(int stage, const char *script)
{
    return run_stage(stage, "--", "sh", "-c", script, NULL);
}

struct process start_script(int stage, const struct how *how,
                            const char *script)
{
    struct process process =
        start_stage(stage, how, "--", "sh", "-c",
                    format_text("echo ready; %s", script), NULL);

    expect(&process, "ready");
    return process;
}

const char forever[] = "while :; do sleep 0.05; done";

struct process start_stage_8(const struct how *how)
{
    need_cgroups();
    return start_script(8, how, forever);
}

static struct process start_attack_with(int stage, const struct how *how,
                                        const char *name, va_list list)
{
    struct arguments arguments = begin_arguments(stage, how ? how : &ordinary);
    const char *given = getenv("ATTACK_DIR"); /* by its full path */
    char *folder = given ? format_text("%s", given)
                         : format_text("%s/build/attacks", top_folder);

    if (stage >= 6) {
        add(&arguments, "-v");
        add(&arguments, format_text("%s:/attacks:ro", folder));
        folder = "/attacks";
    }
    add(&arguments, format_text("%s/%s", folder, name));
    add_all(&arguments, list);
    return start(stage, how ? how : &ordinary, &arguments);
}

struct process start_attack(int stage, const struct how *how, const char *name,
                            ...)
{
    struct process process;
    va_list list;

    va_start(list, name);
    process = start_attack_with(stage, how, name, list);
    va_end(list);
    return process;
}

struct result run_attack(int stage, const struct how *how, const char *name,
                         ...)
{
    struct process process;
    va_list list;

    va_start(list, name);
    process = start_attack_with(stage, how, name, list);
    va_end(list);
    return finish(&process);
}

/* ---- watching --------------------------------------------------------------- */

static char *read_catcher(int fd)
{
    struct stat status;
    char *text;
    ssize_t size;

    if (fstat(fd, &status) == -1)
        die("fstat");
    text = malloc((size_t)status.st_size + 1);
    if (!text)
        die("allocate memory");
    size = pread(fd, text, (size_t)status.st_size, 0);
    text[size > 0 ? size : 0] = '\0';
    return text;
}

/* Takes what the terminal has to show; EIO when all have closed it. */
static void read_screen(struct process *process)
{
    char part[4096];
    int waiting = 0;

    while (ioctl(process->master, FIONREAD, &waiting) == 0 && waiting > 0) {
        ssize_t size = read(process->master, part, sizeof(part));

        if (size <= 0)
            return;
        process->screen =
            format_text("%s%.*s", process->screen, (int)size, part);
    }
}

char *output_of(struct process *process)
{
    if (process->master == -1)
        return read_catcher(process->out);
    read_screen(process);
    return process->screen;
}

char *errors_of(const struct process *process)
{
    return read_catcher(process->err);
}

/* Whether it has ended; the status is kept for finish(). */
static bool has_ended(const struct process *process)
{
    siginfo_t info = {.si_pid = 0};

    return waitid(P_PID, (id_t)process->pid, &info,
                  WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == process->pid;
}

void expect(struct process *process, const char *text)
{
    /* what it printed last may come after the first look */
    within(10, strstr(output_of(process), text) != NULL || has_ended(process));
    if (!strstr(output_of(process), text))
        ck_abort_msg("\"%s\" did not appear; stdout: %s stderr: %s", text,
                     output_of(process), errors_of(process));
}

void type_text(const struct process *process, const char *text)
{
    int fd = process->master != -1 ? process->master : process->in;
    size_t size = strlen(text);

    ck_assert_int_eq(write(fd, text, size), (ssize_t)size);
}

/* Seconds until a stage that does not end has failed. */
static int patience(void)
{
    const char *text = getenv("PATIENCE");

    return text ? atoi(text) : PATIENCE;
}

struct result finish(struct process *process)
{
    struct result result;
    int status = 0;

    if (!within(patience(),
                (process->master == -1 || output_of(process)) &&
                    waitpid(process->pid, &status, WNOHANG) == process->pid))
        ck_abort_msg("the stage did not end in %.3g s; stdout: %s stderr: %s",
                     patience() * slowness(), output_of(process),
                     errors_of(process));
    result.status =
        WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    result.out = output_of(process);
    result.err = errors_of(process);
    return result;
}

/* Docker's form puts this process between. */
static bool is_monitor(pid_t pid)
{
    FILE *file = fopen(format_text("/proc/%d/cmdline", (int)pid), "re");
    char words[64] = "";

    if (!file)
        return false;
    fread(words, 1, sizeof(words) - 1, file);
    fclose(file);
    return strcmp(words + strlen(words) + 1, "__monitor") == 0;
}

pid_t container_of(const struct process *process)
{
    pid_t child = 0;

    within(10,
           list_children(process->pid, &child, 1) == 1 || has_ended(process));
    if (!child)
        ck_abort_msg("the stage has no child; stderr: %s", errors_of(process));
    if (is_monitor(child))
        within(10, list_children(child, &child, 1) == 1);
    return child;
}

void end_container(struct process *process)
{
    kill(container_of(process), SIGKILL);
    finish(process);
}

void end_now(struct process *process)
{
    kill(process->pid, SIGKILL);
    waitpid(process->pid, NULL, 0);
}

/* ---- judging ------------------------------------------------------------------ */

void expect_status(struct result result, int status)
{
    ck_assert_msg(result.status == status,
                  "exit status %d, not %d; stdout: %.2000s stderr: %.2000s",
                  result.status, status, result.out, result.err);
}

void expect_text(const char *what, const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "%s lacks \"%s\": %.3000s", what,
                  part, text);
}

void expect_no_text(const char *what, const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "%s has \"%s\": %.3000s", what,
                  part, text);
}
