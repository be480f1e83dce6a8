/* cgroup_remove.c - a group, with all that the container has made in it. */
#include <signal.h>
#include <time.h>

#include "base.h"
#include "cgroup.h"

/* The name of a group in `folder`, or NULL. The caller frees it. */
static char *find_group_in(int folder)
{
    DIR *groups = list_folder(folder, ".");
    struct dirent *entry;
    char *name = NULL;

    while (groups && !name && (entry = readdir(groups)))
        if (entry->d_type == DT_DIR && *entry->d_name != '.')
            name = format_text("%s", entry->d_name);
    if (groups)
        closedir(groups);
    return name;
}

/* A way through groups, `depth` below where it began. */
struct walk {
    int here, depth, tries;
};

static bool walk_to(struct walk *walk, const char *name)
{
    int next = open_folder(walk->here, name);

    if (next == -1)
        return false;
    close(walk->here);
    walk->here = next;
    walk->depth += strcmp(name, "..") == 0 ? -1 : 1;
    return true;
}

/* Kills who is in this group, below which there is none, and walks back. */
static bool leave_group(struct walk *walk)
{
    signal_group(walk->here, SIGKILL);
    /* busy until its last process is reaped */
    if (walk->tries++ > 0)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    errno = EBUSY;
    return walk->tries <= 2000 && walk_to(walk, "..");
}

int remove_group(int folder, const char *name)
{
    struct walk walk = {open_folder(folder, "."), 0, 0};
    bool removed = false, lost = walk.here == -1;
    int number = errno;

    if (unlinkat(folder, name, AT_REMOVEDIR) == 0)
        removed = true; /* nobody in it, none below it: as a rule */
    while (!removed && !lost) {
        char *group =
            walk.depth ? find_group_in(walk.here) : format_text("%s", name);

        if (group && unlinkat(walk.here, group, AT_REMOVEDIR) == 0) {
            removed = walk.depth == 0;
            walk.tries = 0;
        } else {
            lost = !(group ? walk_to(&walk, group) : leave_group(&walk));
            number = errno;
        }
        free(group);
    }
    if (walk.here != -1)
        close(walk.here);
    errno = number;
    return removed ? 0 : -1;
}
