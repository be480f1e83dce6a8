/*
 * attack.c (06-rootfs) - take more of the machine than is good for it.
 *
 *     A="-v build/attacks:/attacks:ro"
 *     sudo ./stage-6 $A /attacks/attack-6 forks
 *     sudo ./stage-6 $A /attacks/attack-6 memory
 *     sudo ./stage-6 $A /attacks/attack-6 cpu        # and look at it with top
 *
 * attack-6 forks [N [SECONDS]]: N (400) processes at once, kept SECONDS (3).
 * attack-6 memory [MIB [SECONDS]]: MIB (700) of memory in use, kept as long.
 * attack-6 cpu [SECONDS]: a loop that never rests, for SECONDS (5).
 *
 * All three are bounded here; a true attack would not be. Namespaces only
 * hide, they do not limit. Stage 7 does: --pids, --memory, --cpus.
 *
 * Exit status: 0 it worked, 1 it was stopped, 2 it could not be tried. (Out
 * of memory, the kernel kills it, and the stage ends with 137.)
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { WORKED, STOPPED, NOT_TRIED };

static int fork_many(int wanted, int seconds)
{
    pid_t parent = getpid();
    pid_t *children = calloc((size_t)wanted, sizeof(*children));
    int made;

    if (!children)
        return NOT_TRIED;
    for (made = 0; made < wanted; made++) {
        children[made] = fork();
        if (children[made] == -1)
            break;
        if (children[made] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() == parent)
                pause();
            _exit(0);
        }
    }
    if (made < wanted)
        printf("stopped: fork: %s\n", strerror(errno));
    printf("holding %d of %d processes\n", made, wanted);
    fflush(stdout);
    sleep((unsigned)seconds);
    for (int i = 0; i < made; i++)
        kill(children[i], SIGKILL);
    free(children);
    return made == wanted ? WORKED : STOPPED;
}

/* Pages that were never written cost nothing, so each one is. */
static int use_memory(int mebibytes, int seconds)
{
    size_t size = (size_t)mebibytes << 20;
    volatile char *memory = malloc(size);

    if (!memory) {
        printf("stopped: malloc: %s\n", strerror(errno));
        return STOPPED;
    }
    for (size_t i = 0; i < size; i += 4096)
        memory[i] = (char)(i >> 12 | 1);
    printf("holding %d MiB\n", mebibytes);
    fflush(stdout);
    sleep((unsigned)seconds);
    free((void *)memory);
    return WORKED;
}

static double seconds_of(const struct timespec *time)
{
    return (double)time->tv_sec + (double)time->tv_nsec / 1e9;
}

static int spin(int seconds)
{
    struct timespec start, now, used;

    printf("holding the CPU for %d s\n", seconds);
    fflush(stdout);
    clock_gettime(CLOCK_MONOTONIC, &start);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while (seconds_of(&now) - seconds_of(&start) < seconds);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    printf("got %.0f %% of a CPU\n", 100 * seconds_of(&used) / seconds);
    /* the machine itself may be busy: half a CPU is still a nuisance */
    return seconds_of(&used) > seconds / 2.0 ? WORKED : STOPPED;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int amount = argc > 2 ? atoi(argv[2]) : 0;
    int seconds = argc > 3 ? atoi(argv[3]) : 3;

    if (strcmp(what, "forks") == 0)
        return fork_many(amount > 0 ? amount : 400, seconds);
    if (strcmp(what, "memory") == 0)
        return use_memory(amount > 0 ? amount : 700, seconds);
    if (strcmp(what, "cpu") == 0)
        return spin(amount > 0 ? amount : 5);
    fprintf(stderr, "usage: attack-6 forks [N [SECONDS]]\n"
                    "       attack-6 memory [MIB [SECONDS]]\n"
                    "       attack-6 cpu [SECONDS]\n");
    return NOT_TRIED;
}
