/* descriptors.c - what was left open. */
#include "parts.h"

#include "../common/common.h"

#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

void close_descriptors(void)
{
    if (syscall(SYS_close_range, 3, ~0u, 0) == -1)
        die("close_range");
    explain("close_range(3, ~0, 0)");
}
