/* Stage: 1. It prints without end, and no text. */
#include "../../common/common.h"

#include <unistd.h>

int main(void)
{
    static const char block[65536] = "\033[2J\xff\xfe";

    while (write(STDOUT_FILENO, block, sizeof(block)) > 0)
        continue;
    return 1;
}
