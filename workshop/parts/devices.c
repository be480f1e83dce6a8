/* devices.c - a /dev of its own. */
#include "parts.h"

#include "../common/common.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void mount_at(const char *type, const char *target, unsigned long flags,
                     const char *data)
{
    if (make_dir(target) == -1 ||
        mount(type, target, type, MS_NOSUID | MS_NOEXEC | flags, data) == -1)
        die("mount %s on %s", type, target);
    explain("mount(\"%s\", \"%s\", ...)", type, target);
}

static void make_node(const char *path, unsigned number)
{
    /* chmod: the umask counts for mknod */
    if (mknod(path, S_IFCHR | 0666, makedev(number / 100, number % 100)) ==
            -1 ||
        chmod(path, 0666) == -1)
        die("mknod %s", path);
}

void make_devices(void)
{
    static const char *const links[][2] = {
        {"/proc/self/fd", "/dev/fd"},       {"/proc/self/fd/0", "/dev/stdin"},
        {"/proc/self/fd/1", "/dev/stdout"}, {"/proc/self/fd/2", "/dev/stderr"},
        {"pts/ptmx", "/dev/ptmx"},
    };

    mount_at("tmpfs", "/dev", 0, "mode=755");
    mount_at("devpts", "/dev/pts", 0, "newinstance,ptmxmode=0666,mode=0620");
    mount_at("tmpfs", "/dev/shm", MS_NODEV, "mode=1777");
    mount_at("mqueue", "/dev/mqueue", MS_NODEV, NULL);
    make_node("/dev/null", 103);
    make_node("/dev/zero", 105);
    make_node("/dev/full", 107);
    make_node("/dev/random", 108);
    make_node("/dev/urandom", 109);
    make_node("/dev/tty", 500);
    for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
        if (symlink(links[i][0], links[i][1]) == -1)
            die("symlink %s", links[i][1]);
}
