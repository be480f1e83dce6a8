/* Stage: 1. It takes memory until none is left. */
#include <stdlib.h>
#include <string.h>

int main(void)
{
    for (;;) {
        char *more = malloc(16 << 20);

        if (more)
            memset(more, 1, 16 << 20);
    }
}
