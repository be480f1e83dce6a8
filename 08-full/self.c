/* self.c - running from a file that a container cannot write to. */
#include "self.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../common/common.h"
#include "mounts.h"
#include "sync.h"
#include "syscalls.h"

static const char own_file[] = "/proc/self/exe";

enum { SEALS = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL };

static bool is_protected(void)
{
    int fd = open(own_file, O_RDONLY | O_CLOEXEC);
    struct statvfs status;
    bool result;

    if (fd == -1 || fstatvfs(fd, &status) == -1)
        fail("open %s", own_file);
    result = status.f_flag & ST_RDONLY ||
             fcntl(fd, F_GET_SEALS) == SEALS;
    close(fd);
    return result;
}

/* Returns a descriptor, or -1 and errno. */
static int mount_read_only(void)
{
    int tree = sys_open_tree(AT_FDCWD, own_file,
                             OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

    if (tree == -1 || make_read_only(tree, false) == 0)
        return tree;
    close(tree);
    return -1;
}

static int copy_to_memory(void)
{
    int copy = memfd_create("stage-8", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int file = open(own_file, O_RDONLY | O_CLOEXEC);
    ssize_t sent = 1;

    if (copy == -1 || file == -1)
        fail("copy %s to memory", own_file);
    while (sent > 0)
        sent = sendfile(copy, file, NULL, 1 << 24);
    if (sent == -1 || fcntl(copy, F_ADD_SEALS, SEALS) == -1)
        fail("copy %s to memory", own_file);
    close(file);
    return copy;
}

void protect_own_file(char **argv)
{
    int fd;

    if (is_protected()) {
        /* started by descriptor, the process is named after its number */
        prctl(PR_SET_NAME, program_invocation_short_name);
        return;
    }
    fd = mount_read_only();
    if (fd == -1 && errno == EPERM)
        fail("clone the mount of %s", own_file);
    if (fd == -1) /* before Linux 5.12, or in a filter around us */
        fd = copy_to_memory();
    fexecve(fd, argv, environ);
    fail("execve our own file anew");
}
