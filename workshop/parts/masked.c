/* masked.c - what is covered. */
#include "parts.h"

#include "../common/common.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>

static void cover(const char *path)
{
    struct stat status;
    int result;

    if (stat(path, &status) == -1 && errno == ENOENT)
        return; /* not every kernel has all of them */
    if (S_ISDIR(status.st_mode))
        result = mount("tmpfs", path, "tmpfs", MS_RDONLY, "size=0k");
    else
        result = mount("/dev/null", path, NULL, MS_BIND, NULL);
    if (result == -1)
        die("cover %s", path);
    explain("mount(..., \"%s\", ...) # covered", path);
}

void hide_paths(void)
{
    static const char *const paths[] = {
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore",
        "/proc/keys", "/proc/scsi",   "/proc/timer_list", "/sys/firmware"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        cover(paths[i]);
}
