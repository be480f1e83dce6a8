/* tools.c - what building, the tests and a shell in the container need. */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/common.h"

/* The path of the program `name`, as a shell would find it; NULL if none. */
static char *find_program(const char *name)
{
    const char *path = getenv("PATH");
    char *copy = format_text("%s", path ? path : ""), *rest = copy;
    char *folder, *found = NULL;

    while (!found && (folder = strsep(&rest, ":"))) {
        found = format_text("%s/%s", *folder ? folder : ".", name);
        if (access(found, X_OK) == -1) {
            free(found);
            found = NULL;
        }
    }
    free(copy);
    return found;
}

static bool is_there(const char *name)
{
    char *path = find_program(name);

    free(path);
    return path != NULL;
}

static char *mend_of_packages(void)
{
    return as_root(is_there("make") ? "make deps" : "scripts/deps.sh");
}

/* Runs a program that prints nowhere, with `input` (short) on stdin. Returns
 * whether it ended with status 0. */
static bool succeeds(char *const *command, const char *input)
{
    size_t size = strlen(input);
    int pipe_ends[2], status = -1;
    pid_t child;

    if (pipe2(pipe_ends, O_CLOEXEC) == -1 ||
        write(pipe_ends[1], input, size) != (ssize_t)size)
        die("pipe");
    close(pipe_ends[1]);
    child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);

        dup2(pipe_ends[0], STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execvp(command[0], command);
        _exit(EXIT_NOT_FOUND);
    }
    close(pipe_ends[0]);
    return child != -1 && waitpid(child, &status, 0) == child && status == 0;
}

/* ---- building ------------------------------------------------------------ */

struct finding look_at_compiler(const char *about)
{
    static const char *const others[] = {"gcc", "clang", "musl-gcc"};
    char *command[] = {"cc", "-x", "c", "-fsyntax-only", "-", NULL};
    char *list = format_text("cc");

    (void)about;
    if (!is_there("cc"))
        return failed(mend_of_packages(), SAY_NO_PROGRAM_FILE, "cc");
    if (!succeeds(command, "#include <stdio.h>\n#include <linux/sched.h>\n"))
        return failed(mend_of_packages(), SAY_NO_HEADERS);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        char *longer = format_text("%s %s", list, others[i]);

        if (is_there(others[i]))
            list = longer;
    }
    return fine("%s", list);
}

struct finding look_at_program(const char *name)
{
    char *path = find_program(name);

    if (!path)
        return failed(mend_of_packages(), SAY_NO_PROGRAM_FILE, name);
    return fine("%s", path);
}

struct finding look_at_library(const char *name)
{
    char *library = format_text("%s", name);
    char *command[] = {"pkg-config", "--exists", library, NULL};

    if (!is_there("pkg-config"))
        return failed(mend_of_packages(), SAY_NO_PKG_CONFIG);
    if (!succeeds(command, ""))
        return failed(mend_of_packages(), SAY_NO_LIBRARY);
    return fine(SAY_LIBRARY);
}

/* ---- running ------------------------------------------------------------- */

/* Its links are for the container: they are not followed here. */
struct finding look_at_rootfs(const char *about)
{
    static const char *const shells[] = {"bin/sh", "usr/bin/sh"};
    struct stat status;

    (void)about;
    if (lstat("rootfs", &status) == -1 && errno == ENOENT)
        return warning(format_text("make rootfs"), SAY_NO_ROOTFS);
    for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++) {
        char *path = format_text("rootfs/%s", shells[i]);
        int found = lstat(path, &status);

        free(path);
        if (found == 0)
            return fine(SAY_ROOTFS);
    }
    return failed(format_text("make rootfs"), SAY_NO_SHELL);
}

struct finding look_at_terminal(const char *about)
{
    const char *term = getenv("TERM");
    const char *charset;

    (void)about;
    setlocale(LC_CTYPE, "");
    charset = nl_langinfo(CODESET);
    if (!term || !*term || strcmp(term, "dumb") == 0)
        return warning(format_text("export TERM=xterm-256color"),
                       SAY_NO_TERMINAL);
    if (strcmp(charset, "UTF-8") != 0)
        return warning(format_text("export LC_ALL=C.UTF-8"), SAY_NOT_UTF8, term,
                       charset);
    return fine(isatty(STDIN_FILENO) ? SAY_TERMINAL : SAY_STDIN, term);
}
