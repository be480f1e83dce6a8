/*
 * attack-2: read the shared memory of the host's programs.
 *
 *     attack-2 memory
 *
 * It prints what is in each System V segment, whoever made it. Nobody tells it the
 * keys: the kernel counts the segments. shmctl(2) with SHM_INFO and SHM_STAT, shmat(2)
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
