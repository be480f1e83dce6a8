/* labels.c - AppArmor profiles and SELinux labels. */
#include "labels.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include "base.h"

bool has_apparmor(void)
{
    char *enabled = read_file("/sys/module/apparmor/parameters/enabled");
    bool found = enabled && *enabled == 'Y';

    free(enabled);
    return found;
}

bool has_selinux(void)
{
    return access("/sys/fs/selinux/enforce", F_OK) == 0;
}

/* What says that it was written must have been the kernel: a container may be
 * left without its rules otherwise. */
static void write_attribute(const char *file, const char *text,
                            const char *what)
{
    int fd = open(file, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    struct statfs status;

    if (fd == -1 || fstatfs(fd, &status) == -1)
        fail("%s: open %s", what, file);
    if (status.f_type != PROC_SUPER_MAGIC)
        fail_plainly(NULL, "%s: %s is not the kernel's", what, file);
    if (write(fd, text, strlen(text)) == -1)
        fail_with_hint(errno == ENOENT ? "it is not loaded here; AppArmor's "
                                         "are loaded by apparmor_parser(8)"
                                       : NULL,
                       "%s: write \"%s\" to %s", what, text, file);
    explain("write(\"%s\", \"%s\")", file, text);
    close(fd);
}

void set_labels(const struct process *process)
{
    /* older kernels have no folder of its own for each of the two */
    static const char own[] = "/proc/self/attr/apparmor/exec";
    static const char shared[] = "/proc/self/attr/exec";

    if (process->apparmor_profile) {
        char *text = format_text("exec %s", process->apparmor_profile);

        write_attribute(access(own, F_OK) == 0 ? own : shared, text,
                        "process.apparmorProfile");
        free(text);
    }
    if (process->selinux_label)
        write_attribute(shared, process->selinux_label, "process.selinuxLabel");
}
