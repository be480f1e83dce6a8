/*
 * attack-1: rename the host.
 *
 *     attack-1 NAME SECONDS
 *
 * The host is called NAME for SECONDS. It prints "renamed" (and flushes) as soon
 * as it has done it, and gives the old name back. sethostname(2), gethostname(2)
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
