/* spec.c - a config.json to begin with, and what this runtime can do. */
#include <json-c/json.h>

#include "base.h"
#include "capabilities.h"
#include "config_json.h"
#include "hooks.h"
#include "mount_options.h"
#include "state.h"
#include "verbs.h"

/* ' stands for the quotation mark. */
static const char default_config[] =
    "{'ociVersion': '" SPEC_VERSION "',"
    "'process': {'terminal': true, 'user': {'uid': 0, 'gid': 0},"
    "  'args': ['sh'], 'env': ['PATH=/usr/local/sbin:/usr/local/bin:"
    "/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'], 'cwd': '/',"
    "  'capabilities': {"
    "    'bounding': ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'],"
    "    'effective': ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'],"
    "    'permitted': ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE']},"
    "  'rlimits': [{'type': 'RLIMIT_NOFILE', 'hard': 1024, 'soft': 1024}],"
    "  'noNewPrivileges': true},"
    "'root': {'path': 'rootfs', 'readonly': true},"
    "'hostname': 'container',"
    "'mounts': ["
    "  {'destination': '/proc', 'type': 'proc', 'source': 'proc'},"
    "  {'destination': '/dev', 'type': 'tmpfs', 'source': 'tmpfs',"
    "   'options': ['nosuid', 'strictatime', 'mode=755', 'size=65536k']},"
    "  {'destination': '/dev/pts', 'type': 'devpts', 'source': 'devpts',"
    "   'options': ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666',"
    "    'mode=0620', 'gid=5']},"
    "  {'destination': '/dev/shm', 'type': 'tmpfs', 'source': 'shm',"
    "   'options': ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k']},"
    "  {'destination': '/dev/mqueue', 'type': 'mqueue', 'source': 'mqueue',"
    "   'options': ['nosuid', 'noexec', 'nodev']},"
    "  {'destination': '/sys', 'type': 'sysfs', 'source': 'sysfs',"
    "   'options': ['nosuid', 'noexec', 'nodev', 'ro']},"
    "  {'destination': '/sys/fs/cgroup', 'type': 'cgroup',"
    "   'source': 'cgroup',"
    "   'options': ['nosuid', 'noexec', 'nodev', 'relatime', 'ro']}],"
    "'linux': {'resources': {'devices': [{'allow': false, 'access': 'rwm'}]},"
    "  'namespaces': [{'type': 'pid'}, {'type': 'network'}, {'type': 'ipc'},"
    "   {'type': 'uts'}, {'type': 'mount'}, {'type': 'cgroup'}],"
    "  'maskedPaths': ['/proc/acpi', '/proc/asound', '/proc/interrupts',"
    "   '/proc/kcore', '/proc/keys', '/proc/latency_stats',"
    "   '/proc/sched_debug', '/proc/scsi', '/proc/timer_list',"
    "   '/proc/timer_stats', '/sys/devices/virtual/powercap',"
    "   '/sys/firmware'],"
    "  'readonlyPaths': ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys',"
    "   '/proc/sysrq-trigger']}}";

static char *pretty(const char *text)
{
    char *copy = format_text("%s", text);
    struct json_object *object;

    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    object = json_tokener_parse(copy);
    free(copy);
    copy = json_text(object);
    json_object_put(object);
    return copy;
}

int spec_verb(int argc, char **argv, const struct globals *globals)
{
    const char *bundle = ".";
    const struct flag flags[] = {
        {"bundle", 'b', "DIR", "where it is written (.)", parse_text, &bundle},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    char *path;

    (void)globals;
    if (words[0])
        fail_plainly(NULL, "spec takes no \"%.80s\"", words[0]);
    path = format_text("%s/config.json", bundle);
    if (!write_text(AT_FDCWD, path, O_EXCL, 0666, pretty(default_config)))
        fail("write %s", path);
    return EXIT_SUCCESS;
}

/* ---- features ----------------------------------------------------------------- */

static struct json_object *mount_option_names(void)
{
    struct json_object *array = json_object_new_array();
    char *name;

    for (size_t i = 0; (name = option_name(i)); i++) {
        append_json_text(array, name);
        free(name);
    }
    return array;
}

static struct json_object *hook_names(void)
{
    struct json_object *array = json_object_new_array();

    for (enum hook_kind kind = 0; kind < HOOK_KINDS; kind++)
        append_json_text(array, hook_name(kind));
    return array;
}

/* See the specification's features.md. What is not there is said to be not
 * there: callers ask before they use it. */
int features_verb(int argc, char **argv, const struct globals *globals)
{
    static const char rest[] =
        "{\"namespaces\": [\"cgroup\", \"ipc\", \"mount\", \"network\","
        "  \"pid\", \"time\", \"user\", \"uts\"],"
        " \"cgroup\": {\"v1\": true, \"v2\": true, \"systemd\": false,"
        "  \"systemdUser\": false, \"rdma\": true},"
        " \"apparmor\": {\"enabled\": true},"
        " \"selinux\": {\"enabled\": true},"
        " \"intelRdt\": {\"enabled\": false},"
        " \"netDevices\": {\"enabled\": true},"
        " \"mountExtensions\": {\"idmap\": {\"enabled\": true}}}";
    static const struct flag none[] = {{0}};
    char **words = parse_flags(argc, argv, none, "");
    struct json_object *object = json_object_new_object();
    struct json_object *linux_ = json_tokener_parse(rest);
    struct json_object *policy = json_object_new_object();

    (void)globals;
    if (words[0])
        fail_plainly(NULL, "features takes no \"%.80s\"", words[0]);
    add_json_text(object, "ociVersionMin", "1.0.0");
    add_json_text(object, "ociVersionMax", SPEC_VERSION);
    add_json(object, "hooks", hook_names());
    add_json(object, "mountOptions", mount_option_names());
    add_json(linux_, "capabilities", list_capabilities(UINT64_MAX));
    add_json(linux_, "seccomp", describe_seccomp());
    add_json(policy, "modes", list_words(memory_modes));
    add_json(policy, "flags", list_words(memory_flags));
    add_json(linux_, "memoryPolicy", policy);
    add_json(object, "linux", linux_);
    fputs(json_text(object), stdout);
    json_object_put(object);
    return EXIT_SUCCESS;
}
