/* look.h - looking at processes and files from the host's side. */
#ifndef LOOK_H
#define LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The names in a folder without . and .., sorted; NULL ends them. Empty if it
 * cannot be read. */
char **list_folder(const char *path);

/* The names of list_folder in one text, with a space between. */
char *folder_text(const char *path);

/* /proc/PID/FILE; fails the check if it cannot be read. */
char *read_proc(pid_t pid, const char *file);

/* What /proc/PID/status says of `field`, as "CapEff"; without the newline. */
char *status_field(pid_t pid, const char *field);

/* The inode of /proc/PID/ns/TYPE: which namespace the process is in. */
ino_t namespace_of(pid_t pid, const char *type);

/* Processes whose parent is `pid`; returns how many (at most `size` are
 * stored). Zombies count. */
size_t list_children(pid_t pid, pid_t *children, size_t size);

/* How many processes have `text` in their command line. */
size_t count_processes(const char *text);

/* The only process that has `text` in its command line; 0 if none or more. */
pid_t find_process(const char *text);

/* Whether `pid` exists and is no zombie. */
bool is_alive(pid_t pid);

/* Seconds of CPU time that the process has used. */
double cpu_time(pid_t pid);

/* Lines of mountinfo of `pid` whose mount point is `target`, or NULL. */
char *find_mount(pid_t pid, const char *target);

/* How often `part` stands in `text`. */
size_t count_text(const char *text, const char *part);

/* The folder of the cgroup that `pid` is in, for a controller; NULL if there
 * is no such controller. */
char *cgroup_of(pid_t pid, const char *controller);

/* The text of a file in that cgroup, of the v1 or the v2 name, up to the first
 * newline. */
char *cgroup_value(pid_t pid, const char *controller, const char *v1,
                   const char *v2);

/* Makes a file with the text; fails the check if it cannot. */
void put_file(const char *path, const char *text);

/* What a host program prints (stdout and stderr), and its exit status in
 * *status unless that is NULL; sh -c COMMAND. */
char *host_command(int *status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
