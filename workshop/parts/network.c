/* network.c - a network of its own. */
#include "parts.h"

#include "../common/common.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

void bring_loopback_up(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd == -1 || ioctl(fd, SIOCSIFFLAGS, &request) == -1)
        die("set lo up");
    close(fd);
    explain("ioctl(SIOCSIFFLAGS, {\"lo\", IFF_UP}) # in %s",
            namespace_id("net"));
}
