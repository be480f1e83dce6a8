/*
 * attack-6: fill the host with processes.
 *
 *     attack-6 forks N SECONDS
 *
 * It makes N processes that wait, as many as it can, prints "holding M of N" (and
 * flushes), and ends them after SECONDS. Let each die with its parent, too. fork(2),
 * pause(2), prctl(2) with PR_SET_PDEATHSIG
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
    (void)argc;
    (void)argv;
    return NOT_TRIED; /* yours to write */
}
