/* cgroup_view.c - /sys/fs/cgroup in the container. */
#include "cgroup_view.h"

#include "base.h"
#include "detached.h"
#include "read_only.h"
#include "syscalls.h"

static const char place[] = "/sys/fs/cgroup";

static bool is_pure_v2(const struct cgroup *cgroup)
{
    return cgroup->count == 1 && cgroup->hierarchies[0].v2;
}

int clone_cgroups(const struct mount *mount, struct cgroup *cgroup)
{
    struct mount_options options = read_options(mount->options);

    for (size_t i = 0; i < cgroup->count; i++)
        cgroup->hierarchies[i].view =
            clone_host_tree(cgroup->hierarchies[i].path, &options, "bind");
    return is_pure_v2(cgroup) ? cgroup->hierarchies[0].view : -1;
}

int prepare_cgroup_view(const struct mount *mount, const struct cgroup *cgroup)
{
    static const char *const tmpfs[] = {"nosuid", "noexec", "nodev", "mode=755",
                                        NULL};

    if (is_pure_v2(cgroup))
        return make_file_system("cgroup2", "cgroup", mount->options, place);
    return make_file_system("tmpfs", "cgroup", tmpfs, place);
}

/* "cpu,cpuacct" gets the links "cpu" and "cpuacct", as on the host. */
static void make_links(int view, const char *names)
{
    char *copy = format_text("%s", names);
    char *rest;

    for (char *name = strtok_r(copy, ",", &rest); name;
         name = strtok_r(NULL, ",", &rest))
        if (symlinkat(names, view, name) == -1)
            fail("symlink %s/%s", place, name);
    free(copy);
}

static int make_hierarchy(const struct hierarchy *hierarchy, bool readonly)
{
    const char *options[20] = {"nosuid", "noexec", "nodev",
                               readonly ? "ro" : "rw"};
    size_t count = 4;
    char *rest, *names = format_text("%s", hierarchy->names);
    int fd;

    /* the controllers say which of the v1 hierarchies is meant */
    for (char *name = strtok_r(names, ",", &rest);
         name && !hierarchy->v2 && count < 19;
         name = strtok_r(NULL, ",", &rest))
        options[count++] = name;
    fd = make_file_system(hierarchy->v2 ? "cgroup2" : "cgroup", "cgroup",
                          options, place);
    free(names);
    return fd;
}

static void add_hierarchy(int view, const struct hierarchy *hierarchy,
                          bool readonly)
{
    const char *equals = strchr(hierarchy->names, '='); /* name=systemd */
    const char *name = hierarchy->v2 ? "unified"
                     : equals        ? equals + 1
                                     : hierarchy->names;
    int mount = hierarchy->view != -1 ? hierarchy->view
                                      : make_hierarchy(hierarchy, readonly);
    int folder;

    if (mkdirat(view, name, 0755) == -1)
        fail("mkdir %s/%s", place, name);
    folder = openat(view, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder == -1 || attach(mount, folder) == -1)
        fail("mount cgroup on %s/%s", place, name);
    close(folder);
    close(mount);
    if (strchr(name, ','))
        make_links(view, name);
}

void finish_cgroup_view(int view, const struct mount *mount,
                        const struct cgroup *cgroup)
{
    bool readonly = read_options(mount->options).set & MOUNT_ATTR_RDONLY;

    if (is_pure_v2(cgroup))
        return;
    for (size_t i = 0; i < cgroup->count; i++)
        add_hierarchy(view, &cgroup->hierarchies[i], readonly);
    if (readonly && make_read_only(view) == -1)
        fail("make %s read-only", place);
}
