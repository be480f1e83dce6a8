/* self.c - running from a file that a container cannot write to. */
#include "self.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../common/common.h"
#include "mounts.h"
#include "sync.h"
#include "syscalls.h"

static const char own_file[] = "/proc/self/exe";

static bool is_on_read_only_mount(int fd)
{
    struct statvfs status;

    return fstatvfs(fd, &status) == 0 && status.f_flag & ST_RDONLY;
}

void protect_own_file(char **argv)
{
    int file = open(own_file, O_PATH | O_CLOEXEC);
    int copy;

    if (file == -1)
        fail("open %s", own_file);
    if (is_on_read_only_mount(file)) {
        close(file);
        /* started by descriptor, the process is named after its number */
        prctl(PR_SET_NAME, program_invocation_short_name);
        return;
    }
    copy =
        sys_open_tree(AT_FDCWD, own_file, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (copy == -1)
        fail("clone the mount of %s", own_file);
    if (make_read_only(copy, false) == -1)
        fail_with_hint("Linux 5.12 or newer is needed", "mount_setattr of %s",
                       own_file);
    /* or we would do this again and again */
    if (!is_on_read_only_mount(copy))
        fail_plainly(NULL, "cannot run from a read-only mount");
    fexecve(copy, argv, environ);
    fail("execve our own file anew");
}
