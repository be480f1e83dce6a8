/* privileges.c - no new privileges. */
#include "parts.h"

#include "../common/common.h"

#include <sys/prctl.h>

void forbid_new_privileges(void)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
        die("prctl PR_SET_NO_NEW_PRIVS");
    explain("prctl(PR_SET_NO_NEW_PRIVS, 1) # setuid files give nothing");
}
