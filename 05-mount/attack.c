/*
 * attack.c (05-mount) - read and write the host's files, and read what the
 * caller of the stage kept in its environment.
 *
 *     sudo ./stage-5 build/attacks/attack-5 read /etc/shadow
 *     sudo ./stage-5 build/attacks/attack-5 write /tmp/was-here
 *     sudo AWS_KEY=secret ./stage-5 build/attacks/attack-5 environment
 *
 * attack-5 read [PATH], write [PATH [TEXT]], environment; all without it.
 *
 * Stage 5 has its own list of mounts, but they are all of the host's. Stage 6
 * changes to a root of its own, and starts the command with a clean
 * environment. There: sudo ./stage-6 -v build/attacks:/attacks:ro
 * /attacks/attack-5 read /etc/shadow
 *
 * Exit status: 0 it worked, 1 it was stopped, 2 it could not be tried.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WORKED, STOPPED, NOT_TRIED };

static int read_it(const char *path)
{
    char text[256];
    ssize_t size;
    int fd = open(path, O_RDONLY);

    if (fd == -1) {
        printf("stopped: open %s: %s\n", path, strerror(errno));
        return STOPPED;
    }
    size = read(fd, text, sizeof(text));
    close(fd);
    if (size == -1) {
        printf("stopped: read %s: %s\n", path, strerror(errno));
        return STOPPED;
    }
    printf("%s begins with: %.*s\n", path, (int)size, text);
    return WORKED;
}

static int write_it(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t written;

    if (fd == -1) {
        printf("stopped: open %s: %s\n", path, strerror(errno));
        return STOPPED;
    }
    written = write(fd, text, strlen(text));
    close(fd);
    printf("wrote \"%s\" to %s\n", text, path);
    return written == -1 ? STOPPED : WORKED;
}

/* What every program gets anyway tells nothing about the caller. */
static int is_ordinary(const char *variable)
{
    static const char *const names[] = {
        "PATH=", "HOME=", "TERM=", "HOSTNAME=", "container="};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strncmp(variable, names[i], strlen(names[i])) == 0)
            return 1;
    return 0;
}

static int list_environment(void)
{
    int found = 0;

    for (char **variable = environ; *variable; variable++)
        if (!is_ordinary(*variable)) {
            printf("%s\n", *variable);
            found++;
        }
    printf("%s: %d variables of the caller\n", found ? "found" : "stopped",
           found);
    return found ? WORKED : STOPPED;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "all";
    int reads, writes, lists;

    if (strcmp(what, "read") == 0)
        return read_it(argc > 2 ? argv[2] : "/etc/shadow");
    if (strcmp(what, "write") == 0)
        return write_it(argc > 2 ? argv[2] : "/tmp/attack-5-was-here",
                        argc > 3 ? argv[3] : "attack-5 was here\n");
    if (strcmp(what, "environment") == 0)
        return list_environment();
    if (strcmp(what, "all") != 0) {
        fprintf(stderr, "usage: attack-5 [read [PATH]]\n"
                        "       attack-5 write [PATH [TEXT]]\n"
                        "       attack-5 environment\n");
        return NOT_TRIED;
    }
    reads = read_it("/etc/shadow");
    writes = write_it("/tmp/attack-5-was-here", "attack-5 was here\n");
    lists = list_environment();
    return reads && writes && lists ? STOPPED : WORKED;
}
