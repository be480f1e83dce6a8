/* self.c - running from a file that a container cannot write to. */
#include "self.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>

#include "base.h"
#include "read_only.h"
#include "syscalls.h"

static const char own_file[] = "/proc/self/exe";

/* Nothing of a file in memory changes with these, nor do they themselves. */
static const int seals =
    F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

/* Only a file in memory can have seals. */
static bool is_sealed(void)
{
    int file = open(own_file, O_RDONLY | O_CLOEXEC);
    int found;

    if (file == -1)
        return false;
    found = fcntl(file, F_GET_SEALS);
    close(file);
    return found != -1 && (found & seals) == seals;
}

static bool is_protected(void)
{
    int file = open(own_file, O_PATH | O_CLOEXEC);
    bool protected;

    if (file == -1)
        fail("open %s", own_file);
    protected = is_read_only(file) || is_sealed();
    close(file);
    return protected;
}

/* Where no read-only mount of it can be had. */
static int make_sealed_copy(void)
{
    int file = open(own_file, O_RDONLY | O_CLOEXEC);
    int copy = memfd_create(program_invocation_short_name,
                            MFD_CLOEXEC | MFD_ALLOW_SEALING);
    ssize_t count;

    if (file == -1 || copy == -1)
        fail("copy %s", own_file);
    do {
        count = sendfile(copy, file, NULL, 1 << 30);
    } while (count > 0);
    if (count == -1 || fcntl(copy, F_ADD_SEALS, seals) == -1)
        fail("copy %s", own_file);
    close(file);
    return copy;
}

/* A mount costs nothing, where a copy takes the memory of the whole file. -1 if
 * the kernel is older than Linux 5.12, or the file is not in a mount of this
 * namespace. */
static int make_read_only_mount(void)
{
    int mount =
        sys_open_tree(AT_FDCWD, own_file, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

    if (mount == -1 || set_read_only(mount, false) == 0)
        return mount;
    close(mount);
    return -1;
}

void protect_own_file(char **argv)
{
    int copy;

    if (!argv)
        return;
    if (is_protected()) {
        /* started by descriptor, the process is named after its number */
        prctl(PR_SET_NAME, program_invocation_short_name);
        return;
    }
    copy = make_read_only_mount();
    if (copy == -1)
        copy = make_sealed_copy();
    else if (!is_read_only(copy)) /* or we would do this again and again */
        fail_plainly(NULL, "cannot run from a read-only mount");
    fexecve(copy, argv, environ);
    fail("execve our own file anew");
}
