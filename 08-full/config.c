/* config.c - a container's defaults: docker's, in tables. */
#include "config.h"

#include <sched.h>

#include "base.h"
#include "capabilities.h"

#define MOUNT(where, what, name, ...)                                          \
    {                                                                          \
        .destination = where, .type = what, .source = name,                    \
        .options = (const char *const[]){__VA_ARGS__, NULL},                   \
    }

static const struct mount default_mounts[] = {
    MOUNT("/proc", "proc", "proc", "nosuid", "noexec", "nodev"),
    MOUNT("/dev", "tmpfs", "tmpfs", "nosuid", "noexec", "strictatime",
          "mode=755", "size=65536k"),
    MOUNT("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance",
          "ptmxmode=0666", "mode=0620", "gid=5"),
    MOUNT("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777",
          "size=65536k"),
    MOUNT("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
    MOUNT("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
    MOUNT("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev",
          "relatime", "ro"),
    /* not docker's, but of every stage from 06 on */
    MOUNT("/tmp", "tmpfs", "tmpfs", "nosuid", "nodev", "mode=1777"),
    MOUNT("/run", "tmpfs", "tmpfs", "nosuid", "nodev", "mode=755"),
};

/*
 * Everything is forbidden, then this is allowed. docker also lets a container
 * make (not open) nodes of all devices. They would stay in ./rootfs, where
 * the host's users could open them, so we do not.
 */
static const struct device_rule default_devices[] = {
    {false, 'a', -1, -1, "rwm"}, /* all */
    {true, 'c', 1, 3, "rwm"},    /* null */
    {true, 'c', 1, 5, "rwm"},    /* zero */
    {true, 'c', 1, 7, "rwm"},    /* full */
    {true, 'c', 1, 8, "rwm"},    /* random */
    {true, 'c', 1, 9, "rwm"},    /* urandom */
    {true, 'c', 5, 0, "rwm"},    /* tty */
    {true, 'c', 5, 2, "rwm"},    /* ptmx */
    {true, 'c', 136, -1, "rwm"}, /* pts/N */
};

/* Files of the kernel that tell about the host or reach its hardware. */
static const char *const default_masked_paths[] = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    NULL,
};

/* Switches of the whole machine, which root may see but not turn. */
static const char *const default_readonly_paths[] = {
    "/proc/bus",           "/proc/fs", "/proc/irq", "/proc/sys",
    "/proc/sysrq-trigger", NULL,
};

const char default_path[] =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static void append_mount(struct config *config, const struct mount *mount)
{
    config->mounts =
        add_room(config->mounts, config->mount_count, sizeof(*config->mounts));
    config->mounts[config->mount_count++] = *mount;
}

static bool is_default(const struct mount *mount)
{
    for (size_t i = 0; i < COUNT(default_mounts); i++)
        if (mount->options == default_mounts[i].options)
            return true;
    return false;
}

static void remove_default(struct config *config, const char *destination)
{
    size_t kept = 0;

    for (size_t i = 0; i < config->mount_count; i++) {
        const struct mount *mount = &config->mounts[i];

        if (!is_default(mount) || strcmp(mount->destination, destination) != 0)
            config->mounts[kept++] = *mount;
    }
    config->mount_count = kept;
}

void add_mount(struct config *config, const struct mount *mount)
{
    if (strcmp(mount->destination, "/proc") != 0)
        remove_default(config, mount->destination);
    append_mount(config, mount);
}

void remove_stage_mounts(struct config *config)
{
    remove_default(config, "/tmp");
    remove_default(config, "/run");
}

const char *get_environment(const struct process *process, const char *name)
{
    size_t length = strlen(name);

    for (char **env = process->env; env && *env; env++)
        if (strncmp(*env, name, length) == 0 && (*env)[length] == '=')
            return *env + length + 1;
    return NULL;
}

void set_environment(struct config *config, const char *assignment)
{
    size_t name = strcspn(assignment, "=") + 1;
    char **env = config->process.env;
    size_t count = 0;

    for (; env && env[count]; count++)
        if (strncmp(env[count], assignment, name) == 0)
            break;
    if (!env || !env[count]) {
        env = add_room(env, count + 1, sizeof(*env));
        env[count + 1] = NULL;
        config->process.env = env;
    }
    env[count] = (char *)assignment;
}

void set_device_rules(struct resources *resources,
                      const struct device_rule *rules, size_t count)
{
    size_t defaults = COUNT(default_devices);
    struct device_rule *all = allocate(defaults + count, sizeof(*all));

    all[0] = default_devices[0]; /* nothing */
    for (size_t i = 0; i < count; i++)
        all[1 + i] = rules[i];
    for (size_t i = 1; i < defaults; i++)
        all[count + i] = default_devices[i];
    resources->devices = all;
    resources->device_count = defaults + count;
}

void set_default_config(struct config *config)
{
    struct resources *resources = &config->linux_.resources;
    uint64_t capabilities = default_capabilities();

    *config = (struct config){
        .root.path = "./rootfs",
        .hostname = "container",
        .process = {.cwd = "/", .no_new_privileges = true},
    };
    config->process.capabilities = (struct capability_sets){
        .bounding = capabilities,
        .effective = capabilities,
        .permitted = capabilities,
        .root_only = true,
    };
    config->process.user.umask = 022;
    config->process.new_keyring = true;
    config->linux_.built_in_filter = true;
    resources->memory.limit = 512 << 20;
    resources->memory.swap = resources->memory.limit;
    resources->cpu.quota = 100000;
    resources->cpu.period = 100000;
    resources->pids.limit = 256;
    resources->devices = default_devices;
    resources->device_count = COUNT(default_devices);
    config->linux_.namespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
                                CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;
    config->linux_.masked_paths = default_masked_paths;
    config->linux_.readonly_paths = default_readonly_paths;
    for (size_t i = 0; i < COUNT(default_mounts); i++)
        append_mount(config, &default_mounts[i]);
    set_environment(config, default_path);
}
