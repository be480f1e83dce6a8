/*
 * peak.c - peak FILE COMMAND...: runs it and appends to FILE the largest
 * resident set, in KiB, that one of its processes had.
 *
 * See getrusage(2). What a process has before its execve counts as well:
 * hence posix_spawn(3), which copies nothing, in a small static program.
 */
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage usage;
    FILE *file = argc > 2 ? fopen(argv[1], "ae") : NULL;
    int status;
    pid_t pid;

    if (!file)
        return 125;
    if (posix_spawnp(&pid, argv[2], NULL, NULL, argv + 2, environ) != 0 ||
        waitpid(pid, &status, 0) == -1 ||
        getrusage(RUSAGE_CHILDREN, &usage) == -1) {
        perror("peak");
        return 125;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "peak: %s failed\n", argv[2]);
        return 125;
    }
    fprintf(file, "%ld\n", usage.ru_maxrss);
    return fclose(file) == 0 ? 0 : 125;
}
