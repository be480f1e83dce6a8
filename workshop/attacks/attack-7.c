/*
 * attack-7: read the host's files through what the caller left open.
 *
 *     attack-7 descriptor PATH
 *
 * Some descriptor from 3 on is a folder of the host. It prints the first bytes of
 * the host's PATH. openat(2)
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
