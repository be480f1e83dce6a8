/* console.c - a terminal inside the container. */
#include "console.h"

#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

#include "base.h"
#include "detached.h"
#include "paths.h"

static int open_master(int root)
{
    int master = open_plain_in_root(root, "/dev/pts/ptmx",
                                    O_RDWR | O_NOCTTY | O_NONBLOCK);
    struct statfs status;
    int unlock = 0;

    if (master == -1)
        fail_with_hint("what is mounted on /dev/pts there must be a devpts",
                       "open /dev/pts/ptmx in the container");
    if (fstatfs(master, &status) == -1 || status.f_type != DEVPTS_SUPER_MAGIC)
        fail_plainly(NULL, "/dev/pts in the container is not a devpts");
    if (ioctl(master, TIOCSPTLCK, &unlock) == -1)
        fail("ioctl TIOCSPTLCK");
    return master;
}

/* The place is opened, or made, without following a link. */
static int open_console_place(int root)
{
    int place = open_plain_in_root(root, "/dev/console", O_PATH);
    int dev;

    if (place != -1 || errno != ENOENT)
        return place;
    dev = open_plain_in_root(root, "/dev", O_PATH | O_DIRECTORY);
    if (dev == -1)
        return -1;
    place = openat(dev, "console",
                   O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    close(dev);
    return place;
}

void mount_console(int root, int terminal)
{
    int place = open_console_place(root);
    int copy = clone_mount(terminal, false);

    if (place == -1 || copy == -1 || attach(copy, place) == -1)
        fail("mount the terminal on /dev/console");
    close(copy);
    close(place);
}

int open_own_terminal(int root, const struct process *process,
                      const struct identity *identity, int *master)
{
    struct winsize size = {
        .ws_row = (unsigned short)process->console_size.height,
        .ws_col = (unsigned short)process->console_size.width,
    };
    int terminal;

    *master = open_master(root);
    /* the other side of this very pair, without looking up /dev/pts/0 */
    terminal = ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal == -1)
        fail("ioctl TIOCGPTPEER");
    if (fchown(terminal, identity->uid, (gid_t)-1) == -1)
        fail("chown the terminal");
    if ((size.ws_row || size.ws_col) &&
        ioctl(terminal, TIOCSWINSZ, &size) == -1)
        fail("ioctl TIOCSWINSZ");
    explain("ioctl(ptmx, TIOCGPTPEER) # a terminal in the container's devpts");
    return terminal;
}
