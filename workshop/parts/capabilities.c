/* capabilities.c - less than root. */
#include "parts.h"

#include "../common/common.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* docker's, as bits: chown, dac_override, fowner, fsetid, kill, setgid, setuid,
 * setpcap, net_bind_service, net_raw, sys_chroot, mknod, audit_write, setfcap */
static const unsigned kept = 0xa80425fb;

void drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version =
                                                  _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[2] = {
        {.effective = kept, .permitted = kept}};

    /* first: it takes CAP_SETPCAP; EINVAL: the kernel knows no more of them */
    for (unsigned i = 0; i < 64; i++)
        if ((i >= 32 || !(kept >> i & 1)) &&
            prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == -1 && errno != EINVAL)
            die("drop the capability %u", i);
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1)
        die("clear the ambient capabilities");
    if (syscall(SYS_capset, &header, sets) == -1)
        die("capset");
    explain("capset(...) # %08x", kept);
}
