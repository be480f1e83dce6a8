/*
 * attack-4: make a mount that the host sees.
 *
 *     attack-4 mount FOLDER SOURCE SECONDS
 *
 * It mounts a tmpfs called SOURCE on FOLDER for SECONDS, and prints "mounted" (and
 * flushes) as soon as it is there. mount(2), umount2(2)
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
