/*
 * attack.c (04-pid) - see the host's processes, and mount on the host.
 *
 *     sudo ./stage-4 build/attacks/attack-4 processes
 *     sudo ./stage-4 build/attacks/attack-4 mount
 *     findmnt /mnt                        # meanwhile, on the host
 *
 * attack-4 processes: lists what /proc shows besides itself.
 * attack-4 mount [FOLDER [SOURCE [SECONDS]]]: mounts a tmpfs called SOURCE
 * ("attack-4") on FOLDER (/mnt) for SECONDS (5).
 *
 * The container has its own PID namespace, but /proc is still the host's
 * mount and shows the host's processes; and what it mounts, it mounts in the
 * host's tree. Stage 5 gives it its own mounts, private, and its own /proc.
 *
 * Exit status: 0 it worked, 1 it was stopped, 2 it could not be tried.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { WORKED, STOPPED, NOT_TRIED };

/* Prints the command line of process `pid` in one line. */
static void print_process(const char *pid)
{
    char path[300], line[256];
    ssize_t size = 0;
    int fd;

    snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
    fd = open(path, O_RDONLY);
    if (fd != -1) {
        size = read(fd, line, sizeof(line));
        close(fd);
    }
    for (ssize_t i = 0; i < size; i++)
        if (!isprint((unsigned char)line[i]))
            line[i] = ' ';
    printf("%7s %.*s\n", pid, (int)(size > 0 ? size : 0), line);
}

static int list_processes(void)
{
    /* our number as this /proc counts, which need not be getpid() */
    char self[32] = "";
    struct dirent *entry;
    int others = 0;
    DIR *proc = opendir("/proc");

    if (!proc || readlink("/proc/self", self, sizeof(self) - 1) == -1) {
        perror("/proc");
        return NOT_TRIED;
    }
    while ((entry = readdir(proc))) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        if (strcmp(entry->d_name, self) == 0)
            continue;
        print_process(entry->d_name);
        others++;
    }
    closedir(proc);
    printf("%s: %d processes besides me in /proc\n",
           others ? "found" : "stopped", others);
    return others ? WORKED : STOPPED;
}

static int mount_there(const char *folder, const char *source, int seconds)
{
    if (mount(source, folder, "tmpfs", 0, "size=64k") == -1) {
        printf("stopped: mount tmpfs on %s: %s\n", folder, strerror(errno));
        return errno == ENOENT ? NOT_TRIED : STOPPED;
    }
    printf("mounted %s on %s; does the host see it?\n", source, folder);
    fflush(stdout);
    sleep((unsigned)seconds);
    if (umount2(folder, MNT_DETACH) == -1)
        perror("umount");
    return WORKED;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "all";
    const char *folder = argc > 2 ? argv[2] : "/mnt";
    const char *source = argc > 3 ? argv[3] : "attack-4";
    int seconds = argc > 4 ? atoi(argv[4]) : 5;
    int seen, mounted;

    if (strcmp(what, "processes") == 0)
        return list_processes();
    if (strcmp(what, "mount") == 0)
        return mount_there(folder, source, seconds);
    if (strcmp(what, "all") != 0) {
        fprintf(stderr, "usage: attack-4 [processes]\n"
                        "       attack-4 mount [FOLDER [SOURCE [SECONDS]]]\n");
        return NOT_TRIED;
    }
    seen = list_processes();
    mounted = mount_there(folder, source, seconds);
    return seen && mounted ? STOPPED : WORKED;
}
