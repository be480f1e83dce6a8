/*
 * attack.c (01-clone) - rename the host.
 *
 *     sudo ./stage-1 build/attacks/attack-1
 *     hostname                            # in a second terminal: "owned"
 *
 * attack-1 [NAME [SECONDS]]: the host is called NAME for SECONDS (5), then
 * it gets its old name back.
 *
 * The name belongs to the UTS namespace, and stage 1's child shares the
 * host's. Stage 2 gives the container its own: there the call still succeeds,
 * but only the container sees the new name.
 *
 * Exit status: 0 it worked, 1 it was stopped, 2 it could not be tried.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORKED, STOPPED, NOT_TRIED };

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "owned";
    unsigned seconds = argc > 2 ? (unsigned)atoi(argv[2]) : 5;
    char former[256] = "";

    if (gethostname(former, sizeof(former) - 1) == -1)
        return NOT_TRIED;
    if (sethostname(name, strlen(name)) == -1) {
        printf("stopped: sethostname: %s\n", strerror(errno));
        return STOPPED;
    }
    printf("renamed %s to %s; does the host say so too?\n", former, name);
    fflush(stdout);
    sleep(seconds);
    if (sethostname(former, strlen(former)) == -1)
        perror("sethostname back");
    return WORKED;
}
