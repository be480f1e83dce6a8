/* noop.c - the command of the containers that are measured: does nothing, or
 * with an argument waits for ever. */
#include <unistd.h>

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        pause();
    return 0;
}
