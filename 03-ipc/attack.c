/*
 * attack.c (03-ipc) - kill a process of the host.
 *
 *     sleep 1000 &                        # on the host: the victim
 *     sudo ./stage-3 build/attacks/attack-3 $!
 *
 * A process is named by a number, and stage 3's container still counts in
 * the host's PID namespace. In stage 4 the same number names nothing, or a
 * process of the container.
 *
 * Exit status: 0 it worked, 1 it was stopped, 2 it could not be tried.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKED, STOPPED, NOT_TRIED };

int main(int argc, char **argv)
{
    int victim = argc == 2 ? atoi(argv[1]) : 0;

    /* 1 is the host's init or ourselves, and kill(-1) would reach everyone */
    if (victim < 2) {
        fprintf(stderr, "usage: attack-3 PID\n");
        return NOT_TRIED;
    }
    if (kill(victim, SIGKILL) == -1) {
        printf("stopped: kill %d: %s\n", victim, strerror(errno));
        return STOPPED;
    }
    printf("killed process %d\n", victim);
    return WORKED;
}
