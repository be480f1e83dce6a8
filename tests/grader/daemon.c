/* Stage: 1. It goes on in the background, where nobody hears it. */
#include "../../common/common.h"

#include <unistd.h>

int main(void)
{
    if (daemon(0, 0) == -1)
        die("daemon");
    pause();
    return 1;
}
