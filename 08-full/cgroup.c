/* cgroup.c - making, joining and removing the container's groups. */
#include "cgroup.h"

#include <signal.h>
#include <sys/file.h>

#include "base.h"
#include "syscalls.h"

/* All groups of ours are below this one, with this prefix. */
static const char parent_name[] = "toy-docker";
static const char prefix[] = "stage-8-";

/* ---- making and sweeping ------------------------------------------------ */

static void sweep_group(int parent, const char *name)
{
    int fd = open_folder(parent, name);

    if (fd == -1)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        explain("rmdir(\"%s/%s\") # its runtime is dead", parent_name, name);
        signal_group(fd, SIGKILL);
        if (remove_group(parent, name) == -1 && errno != ENOENT)
            warn("cannot remove the old cgroup %s/%s: %s", parent_name, name,
                 strerror(errno));
    }
    close(fd);
}

static void sweep(int parent)
{
    DIR *folder = list_folder(parent, ".");
    struct dirent *entry;

    if (!folder)
        return;
    while ((entry = readdir(folder)))
        if (strncmp(entry->d_name, prefix, sizeof(prefix) - 1) == 0)
            sweep_group(parent, entry->d_name);
    closedir(folder);
}

/* Opens toy-docker/, which is made if it is missing and `make` says so, with
 * a lock on it: nobody sweeps while another one makes a group and has not
 * locked it yet. Another one may have removed it while we waited for the lock;
 * then it is opened anew. Returns -1 and errno on failure. */
static int lock_parent(const char *path, bool make)
{
    for (;;) {
        struct stat locked, current;

        if (make && mkdir(path, 0755) == -1 && errno != EEXIST)
            return -1;
        int fd = open_folder(AT_FDCWD, path);
        if (fd == -1 && errno == ENOENT && make)
            continue;
        if (fd == -1 || flock(fd, LOCK_EX) == -1 || fstat(fd, &locked) == -1)
            return -1;
        if (stat(path, &current) == 0 && current.st_ino == locked.st_ino)
            return fd;
        close(fd);
    }
}

static void unlock_parent(struct hierarchy *hierarchy)
{
    if (hierarchy->parent != -1)
        close(hierarchy->parent);
    hierarchy->parent = -1;
}

/* The folder of the group `path` (as in create_cgroup): the hierarchy's top
 * for a path of one name. */
static char *parent_path(const struct hierarchy *hierarchy, const char *path)
{
    const char *top = hierarchy->mount_point;
    const char *last = path ? strrchr(path, '/') : NULL;

    if (!path)
        return format_text("%s/%s", top, parent_name);
    if (!last)
        return format_text("%s", top);
    return format_text("%s/%.*s", top, (int)(last - path), path);
}

static bool is_ours(const struct hierarchy *hierarchy, const char *parent)
{
    const char *below = parent + strlen(hierarchy->mount_point);

    return *below && strcmp(below + 1, parent_name) == 0;
}

/* Makes the folders of `parent` one by one, ready for groups below. */
static void make_parents(const struct hierarchy *hierarchy, const char *parent)
{
    size_t end = strlen(hierarchy->mount_point);

    while (parent[end]) {
        end += 1 + strcspn(parent + end + 1, "/");
        char *folder = format_text("%.*s", (int)end, parent);
        int fd;

        if (mkdir(folder, 0755) == -1 && errno != EEXIST)
            fail("cgroup: mkdir %s", folder);
        fd = open_folder(AT_FDCWD, folder);
        if (fd == -1)
            fail("cgroup: open %s", folder);
        if (hierarchy->v2)
            enable_v2_below(hierarchy, fd, folder);
        else if (hierarchy->has[CONTROLLER_CPUSET])
            inherit_cpuset(fd, folder);
        close(fd);
        free(folder);
    }
}

/* A runtime in another PID namespace may have the same number as we. */
static char *make_group(int parent, const char *parent_folder)
{
    for (int i = 0;; i++) {
        char *name = i == 0 ? format_text("%s%d", prefix, (int)getpid())
                            : format_text("%s%d.%d", prefix, (int)getpid(), i);

        if (mkdirat(parent, name, 0755) == 0) {
            char *path = format_text("%s/%s", parent_folder, name);

            explain("mkdir(\"%s\", 0755)", path);
            free(name);
            return path;
        }
        if (errno != EEXIST || i == 100)
            fail("cgroup: mkdir %s/%s", parent_folder, name);
        free(name);
    }
}

/* A group that is there already is taken if nobody is in it. */
static char *make_named_group(struct hierarchy *hierarchy, const char *path)
{
    char *group = format_text("%s/%s", hierarchy->mount_point, path);
    char *processes;

    hierarchy->was_there = mkdir(group, 0755) == -1;
    if (hierarchy->was_there && errno != EEXIST)
        fail("cgroup: mkdir %s", group);
    explain("mkdir(\"%s\", 0755)", group);
    processes = read_path("%s/cgroup.procs", group);
    if (processes && *processes)
        fail_plainly(NULL,
                     "container's cgroup is not empty: %s has processes "
                     "already",
                     group);
    free(processes);
    return group;
}

static void create_group(struct hierarchy *hierarchy, const char *path)
{
    char *parent = parent_path(hierarchy, path);
    bool locked = is_ours(hierarchy, parent);

    if (hierarchy->v2)
        enable_v2_controllers(hierarchy);
    if (locked) {
        hierarchy->parent = lock_parent(parent, true);
        if (hierarchy->parent == -1)
            fail("cgroup: make and lock %s", parent);
    }
    make_parents(hierarchy, parent);
    if (!path)
        sweep(hierarchy->parent);
    hierarchy->path = path ? make_named_group(hierarchy, path)
                           : make_group(hierarchy->parent, parent);
    free(parent);
    hierarchy->fd = open_folder(AT_FDCWD, hierarchy->path);
    if (hierarchy->fd == -1)
        fail("cgroup: open %s", hierarchy->path);
    if (!path && flock(hierarchy->fd, LOCK_EX | LOCK_NB) == -1)
        fail("cgroup: lock %s", hierarchy->path);
    unlock_parent(hierarchy);
    if (!hierarchy->v2 && hierarchy->has[CONTROLLER_CPUSET])
        inherit_cpuset(hierarchy->fd, hierarchy->path);
}

/* In a container the cgroup file systems are read-only. One that may mount
 * can change that, its limits are then below those of the outer one. */
static void refuse_read_only(const struct cgroup *cgroup)
{
    char *list = or_empty(NULL);

    for (size_t i = 0; i < cgroup->count; i++) {
        const char *path = cgroup->hierarchies[i].mount_point;

        if (access(path, W_OK) == -1 && errno == EROFS)
            list = append(list, " %s", path);
    }
    if (*list)
        fail_plainly(format_text("docker run needs --privileged for this; or "
                                 "for d in%s; do mount -o remount,rw,bind $d; "
                                 "done",
                                 list),
                     "cgroup: read-only here, as in a container:%s", list);
    free(list);
}

static noreturn void refuse_frozen(struct cgroup *cgroup, const char *path)
{
    /* what was there is somebody's: only our own groups are undone */
    for (size_t i = 0; i < cgroup->count; i++)
        if (cgroup->hierarchies[i].was_there)
            cgroup->hierarchies[i].path = NULL;
    fail_plainly("whoever has frozen it must thaw it before",
                 "container's cgroup unexpectedly frozen: /%s is there, and "
                 "nothing would run in it",
                 path);
}

void create_cgroup(struct cgroup *cgroup, const char *path,
                   const struct resources *resources)
{
    find_hierarchies(cgroup, resources);
    refuse_read_only(cgroup);
    for (size_t i = 0; i < cgroup->count; i++)
        create_group(&cgroup->hierarchies[i], path);
    if (is_frozen(cgroup))
        refuse_frozen(cgroup, path);
    limit_cgroup(cgroup, resources);
}

void open_cgroup(struct cgroup *cgroup, const char *path)
{
    find_hierarchies(cgroup, NULL);
    for (size_t i = 0; i < cgroup->count; i++) {
        struct hierarchy *hierarchy = &cgroup->hierarchies[i];

        hierarchy->path = format_text("%s/%s", hierarchy->mount_point, path);
        hierarchy->fd = open_folder(AT_FDCWD, hierarchy->path);
        if (hierarchy->fd != -1)
            continue;
        /* what is there and cannot be opened would stay behind, unseen */
        if (errno != ENOENT && errno != ENOTDIR)
            fail("cgroup: open %s", hierarchy->path);
        free(hierarchy->path);
        hierarchy->path = NULL;
    }
}

void close_cgroup(struct cgroup *cgroup)
{
    for (size_t i = 0; i < cgroup->count; i++) {
        struct hierarchy *hierarchy = &cgroup->hierarchies[i];

        if (hierarchy->fd != -1)
            close(hierarchy->fd);
        free(hierarchy->path);
        free(hierarchy->mount_point);
        free(hierarchy->names);
    }
    cgroup->count = 0;
}

bool has_controller_of(const struct hierarchy *hierarchy, const char *names)
{
    char *copy = format_text("%s", names), *rest = copy, *name;
    bool found = hierarchy->v2 && !*names;

    while (!hierarchy->v2 && !found && (name = strsep(&rest, ",")))
        found = *name && has_word(hierarchy->names, name);
    free(copy);
    return found;
}

void enter_group_below(struct hierarchy *hierarchy, const char *path)
{
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    int below;

    path += strspn(path, "/");
    below = sys_openat2(hierarchy->fd, *path ? path : ".", &how);
    if (below == -1)
        fail_with_hint("it must be there, below the container's own group",
                       "--cgroup: bad sub cgroup path: open %.200s below %s",
                       path, hierarchy->path);
    close(hierarchy->fd);
    hierarchy->fd = below;
    hierarchy->path = format_text("%s/%s", hierarchy->path, path);
}

/* ---- using and removing ------------------------------------------------- */

int v2_group(const struct cgroup *cgroup)
{
    for (size_t i = 0; i < cgroup->count; i++)
        if (cgroup->hierarchies[i].v2)
            return cgroup->hierarchies[i].fd;
    return -1;
}

void enter_v1_groups(const struct cgroup *cgroup)
{
    for (size_t i = 0; i < cgroup->count; i++) {
        const struct hierarchy *hierarchy = &cgroup->hierarchies[i];

        if (hierarchy->path && !hierarchy->v2)
            set_limit_text(hierarchy, "tasks", "0");
    }
}

void join_cgroup(const struct cgroup *cgroup, pid_t pid)
{
    for (size_t i = 0; i < cgroup->count; i++)
        if (cgroup->hierarchies[i].path)
            set_limit(&cgroup->hierarchies[i], "cgroup.procs", "%d", (int)pid);
}

bool was_killed_for_memory(const struct cgroup *cgroup)
{
    const struct hierarchy *memory = hierarchy_of(cgroup, CONTROLLER_MEMORY);

    return read_group_number(
               memory->fd, memory->v2 ? "memory.events" : "memory.oom_control",
               "oom_kill") > 0;
}

/* The last container takes toy-docker/ along; while another one has a group in
 * it, rmdir fails. */
static bool remove_hierarchy(struct hierarchy *hierarchy)
{
    const char *group = hierarchy->path;
    char *path = parent_path(
        hierarchy, group ? group + strlen(hierarchy->mount_point) + 1 : NULL);
    bool ours = is_ours(hierarchy, path), removed = true;
    int parent;

    unlock_parent(hierarchy); /* if making the group failed half-way */
    parent = ours ? lock_parent(path, false) : open_folder(AT_FDCWD, path);
    if (group) {
        const char *name = strrchr(group, '/') + 1;

        removed = remove_group(parent, name) == 0;
        if (!removed)
            warn("cannot remove the cgroup %s: %s", hierarchy->path,
                 strerror(errno));
        else
            explain("rmdir(\"%s\")", hierarchy->path);
    }
    if (parent != -1 && ours)
        rmdir(path);
    if (parent != -1)
        close(parent);
    free(path);
    return removed;
}

bool remove_cgroup(struct cgroup *cgroup)
{
    bool removed = true;

    /* there may be no descriptor left, and removing takes some */
    for (size_t i = 0; i < cgroup->count; i++) {
        if (cgroup->hierarchies[i].fd != -1)
            close(cgroup->hierarchies[i].fd);
        cgroup->hierarchies[i].fd = -1;
    }
    for (size_t i = cgroup->count; i-- > 0;)
        removed &= remove_hierarchy(&cgroup->hierarchies[i]);
    close_cgroup(cgroup);
    return removed;
}
