/* oci_mounts.c - checks of mounts with options of the specification's own. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "suite.h"

#define MAP(container, host)                                                   \
    "[{\"containerID\": " container ", \"hostID\": " host ", \"size\": 100}]"

static void expect_refused(const char *text)
{
    struct result result = oci("create", "--bundle", "bundle", "box");

    expect_status(result, 125);
    expect_text("stderr", result.err, text);
    ck_assert_int_eq(access("state/box", F_OK), -1);
}

/* An edit that adds the formatted text to the mounts. */
static struct edit more_mounts(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;

    va_start(arguments, format);
    ck_assert_int_gt(vasprintf(&text, format, arguments), 0);
    va_end(arguments);
    return (struct edit){"\"mounts\": [",
                         format_text("\"mounts\": [%s,", text)};
}

/* ---- options ------------------------------------------------------------------------ */

/* The flags of a mount, and those of its file system, as mountinfo has them. */
static const struct {
    const char *option, *flags, *system;
} options[] = {
    {"defaults", "rw,relatime", "rw"},
    {"ro", "ro,relatime", "rw"},
    {"rro", "ro,relatime", "rw"},
    {"rw", "rw,relatime", "rw"},
    {"nosuid", "rw,nosuid,relatime", "rw"},
    {"rnosuid", "rw,nosuid,relatime", "rw"},
    {"nodev", "rw,nodev,relatime", "rw"},
    {"noexec", "rw,noexec,relatime", "rw"},
    {"noatime", "rw,noatime", "rw"},
    {"rnoatime", "rw,noatime", "rw"},
    {"nodiratime", "rw,nodiratime,relatime", "rw"},
    {"relatime", "rw,relatime", "rw"},
    {"rrelatime", "rw,relatime", "rw"},
    {"norelatime", "rw,relatime", "rw"},
    {"strictatime", "rw", "rw"},
    {"nostrictatime", "rw,relatime", "rw"},
    {"nosymfollow", "rw,relatime,nosymfollow", "rw"},
    {"rnosymfollow", "rw,relatime,nosymfollow", "rw"},
    {"sync", "rw,relatime", "rw,sync"},
    {"async", "rw,relatime", "rw"},
    {"dirsync", "rw,relatime", "rw,dirsync"},
    {"lazytime", "rw,relatime", "rw,lazytime"},
    {"nolazytime", "rw,relatime", "rw"},
    {"nomand", "rw,relatime", "rw"},
    {"iversion", "rw,relatime", "rw"},
    {"noiversion", "rw,relatime", "rw"},
    {"silent", "rw,relatime", "rw"},
    {"loud", "rw,relatime", "rw"},
    {"mode=700", "rw,relatime", "rw,mode=700"},
    {"unbindable", "rw,relatime unbindable", "rw"},
};

static void each_option(int stage)
{
    enum { COUNT = sizeof(options) / sizeof(*options) };
    char *text = format_text("%s", ""), *features = oci("features").out;
    pid_t pid;

    (void)stage;
    for (size_t i = 0; i < COUNT; i++)
        text = format_text("%s%s{\"destination\": \"/run/%zu\", \"type\": "
                           "\"tmpfs\", \"options\": [\"%s\"]}",
                           text, i ? "," : "", i, options[i].option);
    make_bundle(forever, EDITS(more_mounts("%s", text)));
    host_command(NULL, "mkdir -m 1777 rootfs/run/0");
    pid = start_box();
    for (size_t i = 0; i < COUNT; i++) {
        char *line = find_mount(pid, format_text("/run/%zu", i));
        char *flags = format_text("/run/%zu %s -", i, options[i].flags);
        char *system = strstr(line, " tmpfs tmpfs ");

        ck_assert_msg(line != NULL, "%s: not mounted", options[i].option);
        expect_text(options[i].option, line, flags);
        /* SELinux and the like add to the end */
        expect_text(options[i].option, system,
                    format_text(" tmpfs %s", options[i].system));
        if (!strchr(options[i].option, '='))
            expect_text("features", features,
                        format_text("\"%s\"", options[i].option));
    }
    end_box();
    host_command(NULL, "rmdir rootfs/run/*");
}

/* Whoever reads mountinfo takes what is further down for what is on top. */
static void listed_in_order(int stage)
{
    char *list, *run, *a, *b;

    (void)stage;
    list = printed(
        "grep ' /run' /proc/self/mountinfo",
        EDITS(more_mounts("{\"destination\": \"/run\", \"type\": \"tmpfs\"}, "
                          "{\"destination\": \"/run/a\", \"source\": \"/tmp\", "
                          "\"options\": [\"bind\"]}, {\"destination\": "
                          "\"/run/b\", \"type\": \"tmpfs\"}")));
    run = strstr(list, " /run ");
    a = strstr(list, " /run/a ");
    b = strstr(list, " /run/b ");
    ck_assert_msg(run && a && b && run < a && a < b, "%s", list);
}

/* What an earlier mount has brought below the root is the source of a later
 * one, and not what lies below it on the host. */
static void source_inside(int stage)
{
    static const char mounts[] =
        "{\"destination\": \"/run\", \"source\": \"../other\", \"options\": "
        "[\"bind\"]}, {\"destination\": \"/mnt\", \"source\": "
        "\"../rootfs/run/sub\", \"options\": [\"bind\"]}, {\"destination\": "
        "\"/media\", \"source\": \"../rootfs/run/out\", \"options\": "
        "[\"bind\"]}";

    (void)stage;
    host_command(NULL,
                 "mkdir -p other/sub rootfs/run/sub && echo 1 >other/f && "
                 "echo 2 >other/sub/f && echo 3 >rootfs/run/sub/f && "
                 "ln -s /mnt other/out");
    ck_assert_str_eq(
        printed("cat /run/f /mnt/f /media/f", EDITS(more_mounts("%s", mounts))),
        "1\n2\n2\n");
    host_command(NULL, "rm -r other rootfs/run/sub");
}

static void option_mistakes(int stage)
{
    static const char *const mistakes[][2] = {
        {"\"type\": \"bind\", \"source\": \"/tmp\", \"options\": "
         "[\"noexce\"]",
         "mounts[0].options: \"noexce\" is not supported for a bind"},
        {"\"source\": \"/tmp\", \"options\": [\"bind\", \"tmpcopyup\"]",
         "mounts[0].options: \"tmpcopyup\" is for a tmpfs"},
        {"\"type\": \"tmpfs\", \"options\": [\"no-such\"]",
         "mount tmpfs on /run/a: option no-such: Invalid argument"},
        {"\"type\": \"tmpfs\", \"options\": [\"remount\", \"ro\"]",
         "remount /run/a: "},
    };

    (void)stage;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
        make_bundle("true",
                    EDITS(more_mounts("{\"destination\": \"/run/a\", %s}",
                                      mistakes[i][0])));
        expect_refused(mistakes[i][1]);
    }
    remove_bundle();
}

/* A mount that is there is changed, and what is not named stays. */
static void remounts(int stage)
{
    pid_t pid;

    (void)stage;
    make_bundle(forever, EDITS({"\"mounts\": [", "\"mounts\": ["},
                               {"\"nosuid\",\n        \"noexec\",\n        "
                                "\"nodev\",\n        \"mode=1777\",\n        "
                                "\"size=65536k\"\n      ]\n    },",
                                "\"nosuid\", \"mode=1777\", \"size=64k\"]}, "
                                "{\"destination\": \"/dev/shm\", \"type\": "
                                "\"tmpfs\", \"options\": [\"remount\", \"ro\", "
                                "\"noexec\", \"size=128k\"]},"}));
    pid = start_box();
    expect_text("/dev/shm", find_mount(pid, "/dev/shm"),
                " ro,nosuid,noexec,relatime ");
    expect_text("/dev/shm", find_mount(pid, "/dev/shm"), "size=128k");
    /* one mount, not two */
    ck_assert(!strchr(find_mount(pid, "/dev/shm"), '\n'));
    end_box();
}

/* The flags of a bind whose source has some, and in a user namespace, which keeps
 * most of the source's; NULL: that is refused. */
static const struct {
    unsigned long source; /* MS_RDONLY, ... */
    const char *options, *flags, *in_user_namespace;
} binds[] = {
    {MS_RDONLY | MS_NOEXEC | MS_NOSYMFOLLOW | MS_NODIRATIME, "\"bind\"",
     "ro,noexec,nodiratime,relatime,nosymfollow",
     "ro,noexec,nodiratime,relatime,nosymfollow"},
    {MS_RDONLY | MS_NOEXEC | MS_NOSYMFOLLOW | MS_NODIRATIME, "\"dev\"",
     "rw,nodiratime,relatime", "ro,noexec,nodiratime,relatime"},
    {MS_RDONLY, "\"nosuid\", \"nodev\"", "rw,nosuid,nodev,relatime",
     "ro,nosuid,nodev,relatime"},
    {MS_NOSUID | MS_NODEV, "\"ro\", \"exec\"", "ro,relatime",
     "ro,nosuid,nodev,relatime"},
    {MS_NOSUID, "\"rro\", \"rw\", \"nodev\"", "ro,nodev,relatime",
     "ro,nosuid,nodev,relatime"},
    {MS_NOSUID, "\"rro\"", "ro,nosuid,relatime", "ro,nosuid,relatime"},
    {MS_RDONLY, "\"rw\"", "rw,relatime", NULL},
    {MS_RDONLY, "\"rrw\"", "rw,relatime", NULL},
    {MS_NODEV, "\"dev\", \"suid\"", "rw,relatime", NULL},
    {MS_NOATIME, "\"atime\"", "rw,noatime", "rw,noatime"},
    {MS_NOATIME, "\"norelatime\"", "rw,noatime", "rw,noatime"},
    {MS_NOATIME, "\"nosuid\", \"relatime\"", "rw,nosuid,relatime", NULL},
    {MS_NOATIME, "\"nodiratime\"", "rw,nodiratime,relatime", NULL},
    {MS_NOATIME, "\"noatime\"", "rw,noatime", "rw,noatime"},
    {MS_NODIRATIME, "\"strictatime\"", "rw", NULL},
    {MS_STRICTATIME, "\"nostrictatime\"", "rw", "rw"},
    {MS_STRICTATIME, "\"noatime\"", "rw,noatime", NULL},
};

enum { BINDS = sizeof(binds) / sizeof(*binds) };

static char *describe_bind(size_t i)
{
    return format_text("{\"destination\": \"/run/%zu\", \"type\": \"bind\", "
                       "\"source\": \"../from/%zu\", \"options\": [%s]}",
                       i, i, binds[i].options);
}

static void make_sources(void)
{
    ck_assert_int_eq(mkdir("from", 0755), 0);
    for (size_t i = 0; i < BINDS; i++) {
        char *path = format_text("from/%zu", i);

        ck_assert_int_eq(mkdir(path, 0755), 0);
        ck_assert_int_eq(mount("tmpfs", path, "tmpfs", 0, NULL), 0);
        ck_assert_int_eq(mount(NULL, path, NULL,
                               MS_REMOUNT | MS_BIND | binds[i].source, NULL),
                         0);
    }
}

static void expect_flags(bool in_user_namespace)
{
    pid_t pid = start_box();

    for (size_t i = 0; i < BINDS; i++) {
        const char *flags =
            in_user_namespace ? binds[i].in_user_namespace : binds[i].flags;

        if (flags)
            expect_text(binds[i].options,
                        find_mount(pid, format_text("/run/%zu", i)),
                        format_text("/run/%zu %s -", i, flags));
    }
    end_box();
}

static void flags_of_binds(int stage)
{
    char *all = format_text("%s", ""), *possible = all;

    (void)stage;
    make_sources();
    for (size_t i = 0; i < BINDS; i++) {
        all = format_text("%s%s%s", all, i ? "," : "", describe_bind(i));
        if (binds[i].in_user_namespace)
            possible =
                format_text("%s%s%s", possible, i ? "," : "", describe_bind(i));
    }
    make_bundle(forever, EDITS(more_mounts("%s", all)));
    expect_flags(false);
    make_shifted();
    make_bundle(forever, EDITS(SHIFTED, more_mounts("%s", possible)));
    expect_flags(true);
    for (size_t i = 0; i < BINDS; i++) {
        if (binds[i].in_user_namespace)
            continue;
        make_bundle(forever,
                    EDITS(SHIFTED, more_mounts("%s", describe_bind(i))));
        expect_refused(": set its flags: Operation not permitted");
    }
    remove_shifted();
    host_command(NULL, "umount from/*; rm -r from rootfs/run/*");
    remove_bundle();
}

/* ---- a tmpfs on a folder of the image ------------------------------------------------ */

static void copied_up(int stage)
{
    struct stat status;
    char *inside;
    pid_t pid;

    (void)stage;
    host_command(NULL, "mkdir -p rootfs/srv/d/sub && cd rootfs/srv/d && echo "
                       "text >sub/file && chown -R 12:34 sub && chmod 4751 "
                       "sub/file && touch -d @1000000000 sub/file && ln -s "
                       "/etc/passwd link && mkfifo fifo && chmod 750 .");
    make_bundle(
        "echo more >/srv/d/new; while :; do sleep 0.05; done",
        EDITS(more_mounts("{\"destination\": \"/srv/d\", \"type\": \"tmpfs\", "
                          "\"options\": [\"tmpcopyup\", \"size=1m\"]}, "
                          "{\"destination\": \"/srv\", \"type\": \"tmpfs\", "
                          "\"options\": [\"remount\", \"ro\"]}")));
    expect_refused("remount /srv: Invalid argument");
    make_bundle(
        "echo more >/srv/d/new; while :; do sleep 0.05; done",
        EDITS(more_mounts("{\"destination\": \"/srv/d\", \"type\": \"tmpfs\", "
                          "\"options\": [\"tmpcopyup\", \"size=1m\"]}")));
    pid = start_box();
    inside = format_text("/proc/%d/root/srv/d", (int)pid);
    ck_assert_str_eq(read_file(format_text("%s/sub/file", inside)), "text\n");
    ck_assert_int_eq(stat(format_text("%s/sub/file", inside), &status), 0);
    ck_assert_int_eq(status.st_mode, S_IFREG | 04751);
    ck_assert_int_eq(status.st_uid, 12);
    ck_assert_int_eq(status.st_gid, 34);
    ck_assert_int_eq(status.st_mtime, 1000000000);
    ck_assert_int_eq(lstat(format_text("%s/link", inside), &status), 0);
    ck_assert(S_ISLNK(status.st_mode));
    ck_assert_int_eq(lstat(format_text("%s/fifo", inside), &status), 0);
    ck_assert(S_ISFIFO(status.st_mode));
    ck_assert_int_eq(stat(inside, &status), 0);
    ck_assert_int_eq(status.st_mode, S_IFDIR | 0750);
    ck_assert(within(5, access(format_text("%s/new", inside), F_OK) == 0));
    ck_assert_int_eq(access("rootfs/srv/d/new", F_OK), -1);
    end_box();
    /* the other side; and one that is too small */
    make_bundle(forever,
                EDITS(more_mounts("{\"destination\": \"/srv/d\", \"type\": "
                                  "\"tmpfs\", \"options\": [\"ro\"]}")));
    pid = start_box();
    ck_assert_str_eq(folder_text(format_text("/proc/%d/root/srv/d", (int)pid)),
                     "");
    end_box();
    host_command(NULL, "head -c 100000 /dev/zero >rootfs/srv/d/large");
    make_bundle(forever,
                EDITS(more_mounts("{\"destination\": \"/srv/d\", \"type\": "
                                  "\"tmpfs\", \"options\": "
                                  "[\"tmpcopyup\", \"size=8k\"]}")));
    expect_refused("copy /srv/d of the image to its tmpfs: No space left");
    host_command(NULL, "rm -rf rootfs/srv/d");
    remove_bundle();
}

/* What is masked later would be in the copy, if the link leads elsewhere by
 * then. */
static void nothing_copied_from_the_kernel(int stage)
{
    pid_t pid;

    (void)stage;
    ck_assert_int_eq(symlink("/srv/sys/class/net", "rootfs/srv/d"), 0);
    make_bundle(forever,
                EDITS(more_mounts("{\"destination\": \"/srv/sys\", \"type\": "
                                  "\"sysfs\", \"source\": \"sysfs\"}, "
                                  "{\"destination\": \"/srv/d\", \"type\": "
                                  "\"tmpfs\", \"options\": "
                                  "[\"tmpcopyup\"]}")));
    pid = start_box();
    ck_assert_ptr_nonnull(find_mount(pid, "/srv/sys/class/net"));
    ck_assert_str_eq(
        folder_text(format_text("/proc/%d/root/srv/sys/class/net", (int)pid)),
        "");
    end_box();
    host_command(NULL, "rm -rf rootfs/srv/d rootfs/srv/sys");
    remove_bundle();
}

/* Read-only from the command's side, whatever was copied. */
static void copied_up_read_only(int stage)
{
    pid_t pid;

    (void)stage;
    host_command(NULL, "mkdir -p rootfs/srv/d && echo text >rootfs/srv/d/file");
    make_bundle(forever,
                EDITS(more_mounts("{\"destination\": \"/srv/d\", \"type\": "
                                  "\"tmpfs\", \"options\": "
                                  "[\"tmpcopyup\", \"ro\"]}")));
    pid = start_box();
    expect_text("/srv/d", find_mount(pid, "/srv/d"), " ro,");
    ck_assert_str_eq(
        read_file(format_text("/proc/%d/root/srv/d/file", (int)pid)), "text\n");
    end_box();
    host_command(NULL, "rm -rf rootfs/srv/d");
}

/* ---- the root's propagation ----------------------------------------------------------- */

static void root_propagation(int stage)
{
    static const struct {
        const char *name, *shown;
        bool follows; /* what the host mounts below the root */
    } kinds[] = {
        {"private", NULL, false},
        {"shared", " shared:", false},
        {"slave", " master:", true},
        {"unbindable", " unbindable", false},
    };
    char *inside = format_text("%s/rootfs/run/inside", scratch_folder);

    (void)stage;
    host_command(NULL, "mkdir rootfs/run/later rootfs/run/inside");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        const char *name = kinds[i].name;
        char *line;
        pid_t pid;

        make_bundle(forever,
                    EDITS({"\"linux\": {",
                           format_text("\"linux\": {\"rootfsPropagation\": "
                                       "\"%s\",",
                                       name)}));
        pid = start_box();
        line = find_mount(pid, "/");
        if (kinds[i].shown)
            expect_text(name, line, kinds[i].shown);
        for (size_t j = 0; j < sizeof(kinds) / sizeof(*kinds); j++)
            if (kinds[j].shown && j != i)
                expect_no_text(name, line, kinds[j].shown);
        host_command(NULL, "mount -t tmpfs tmpfs rootfs/run/later");
        ck_assert_msg(!find_mount(pid, "/run/later") == !kinds[i].follows,
                      "%s: a mount of the host", name);
        host_command(NULL,
                     "umount rootfs/run/later; nsenter -t %d -m mount -t "
                     "tmpfs tmpfs /run/inside",
                     (int)pid);
        ck_assert(find_mount(pid, "/run/inside"));
        ck_assert_msg(!find_mount(getpid(), inside),
                      "%s: a mount of the container is on the host", name);
        end_box();
    }
    /* mount(8) in the container keeps a folder of its own */
    host_command(NULL, "rm -rf rootfs/run/later rootfs/run/inside "
                       "rootfs/run/mount");
}

/* ---- id-mapped mounts -------------------------------------------------------------- */

static void expect_owner(pid_t pid, const char *path, uid_t uid, gid_t gid)
{
    char *full = format_text("/proc/%d/root%s", (int)pid, path);
    struct stat status;

    ck_assert_msg(stat(full, &status) == 0, "%s is not there", path);
    ck_assert_msg(status.st_uid == uid && status.st_gid == gid,
                  "%s belongs to %u:%u, not %u:%u", path, status.st_uid,
                  status.st_gid, uid, gid);
}

/* from/file and from/below/file, on a mount of its own, of user 5, group 6: on
 * an ext4, since tmpfs and overlayfs could not map ids in Linux 6.1. */
static void make_source(void)
{
    int status;
    char *output = host_command(
        &status, "truncate -s 20M image && mkfs.ext4 -q image && mkdir from &&"
                 "mount -o loop image from && cd from && mkdir below other &&"
                 "mount --bind other below && touch file below/file &&"
                 "chown 5:6 file below/file");

    if (status != 0)
        skip("no ext4 in a file here: %.120s", output);
}

static void remove_source(void)
{
    int status;
    char *output =
        host_command(&status, "umount from/below && umount from && rmdir from "
                              "&& rm image && rm -rf rootfs/run/*");

    ck_assert_msg(status == 0, "%s", output);
}

static void own_mappings(int stage)
{
    static const char maps[] = "\"source\": \"../from\", \"uidMappings\": " MAP(
        "0", "1000") ", \"gidMappings\": " MAP("0", "2000") "";
    pid_t pid;

    (void)stage;
    make_source();
    make_bundle(
        "touch /run/a/made 2>/dev/null || touch /dev/shm/refused; while :; do "
        "sleep 0.05; done",
        EDITS(more_mounts(
            "{\"destination\": \"/run/a\", %s, \"options\": [\"rbind\", "
            "\"idmap\"]}, {\"destination\": \"/run/b\", %s, \"options\": "
            "[\"rbind\", \"ridmap\"]}, {\"destination\": \"/run/c\", %s, "
            "\"options\": [\"rbind\", \"ro\"]}, {\"destination\": \"/run/d\", "
            "\"source\": \"../from\", \"options\": [\"rbind\"]}",
            maps, maps, maps)));
    pid = start_box();
    expect_owner(pid, "/run/a/file", 1005, 2006);
    expect_owner(pid, "/run/a/below/file", 5, 6);
    expect_owner(pid, "/run/b/file", 1005, 2006);
    expect_owner(pid, "/run/b/below/file", 1005, 2006);
    expect_owner(pid, "/run/c/file", 1005, 2006);
    expect_text("/run/c", find_mount(pid, "/run/c"), " ro,");
    expect_owner(pid, "/run/d/file", 5, 6);
    /* what no id of the file system stands for cannot be an owner */
    ck_assert(
        within(5, access(format_text("/proc/%d/root/dev/shm/refused", (int)pid),
                         F_OK) == 0));
    end_box();
    remove_source();
}

/* Without mappings of its own, a mount has those of the container. */
static void mappings_of_the_container(int stage)
{
    pid_t pid;

    (void)stage;
    make_source();
    make_bundle(
        "touch /mnt/a/made; while :; do sleep 0.05; done",
        EDITS({"\"namespaces\": [", "\"namespaces\": [{\"type\": \"user\"},"},
              IN("linux",
                 "\"uidMappings\": [{\"containerID\": 0, \"hostID\": 100000, "
                 "\"size\": 100}], \"gidMappings\": [{\"containerID\": 0, "
                 "\"hostID\": 200000, \"size\": 100}]"),
              MOUNT("{\"destination\": \"/mnt\", \"type\": \"tmpfs\"},"
                    "{\"destination\": \"/mnt/a\", \"source\": \"../from\", "
                    "\"options\": [\"bind\", \"idmap\"]}, {\"destination\": "
                    "\"/mnt/b\", \"source\": \"../from\", \"options\": "
                    "[\"bind\"]}")));
    pid = start_box();
    expect_owner(pid, "/mnt/a/file", 100005, 200006);
    expect_owner(pid, "/mnt/b/file", 5, 6);
    ck_assert(within(5, access("from/made", F_OK) == 0));
    expect_owner(pid, "/mnt/a/made", 100000, 200000);
    expect_owner(pid, "/mnt/b/made", 0, 0);
    end_box();
    remove_source();
}

static void idmap_mistakes(int stage)
{
    static const struct {
        const char *mount, *message;
    } mistakes[] = {
        {"\"source\": \"/tmp\", \"options\": [\"bind\", \"idmap\"]",
         "mounts[0].options: \"idmap\" needs mappings, or a user namespace"},
        {"\"source\": \"/tmp\", \"options\": [\"bind\", \"idmap\"], "
         "\"uidMappings\": " MAP("0", "0"),
         "mounts[0]: uidMappings and gidMappings need each other"},
        {"\"type\": \"tmpfs\", \"uidMappings\": " MAP(
             "0", "0") ", \"gidMappings\": " MAP("0", "0"),
         "mounts[0]: only a bind can be id-mapped"},
        {"\"source\": \"/proc\", \"options\": [\"bind\"], "
         "\"uidMappings\": " MAP("0", "7") ", \"gidMappings\": " MAP("0", "7"),
         "volume /proc: map its ids: Invalid argument (EINVAL)\nhint: its file "
         "system cannot map ids"},
    };

    (void)stage;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
        make_bundle("true",
                    EDITS(more_mounts("{\"destination\": \"/run/a\", %s}",
                                      mistakes[i].mount)));
        expect_refused(mistakes[i].message);
    }
    remove_bundle();
}

const struct check oci_mount_checks[] = {
    {"oci_each_mount_option", 8, 8, each_option},
    {"oci_mounts_in_order", 8, 8, listed_in_order},
    {"oci_flags_of_binds", 8, 8, flags_of_binds},
    {"oci_source_inside", 8, 8, source_inside},
    {"oci_mount_option_mistakes", 8, 8, option_mistakes},
    {"oci_remounts", 8, 8, remounts},
    {"oci_copied_up", 8, 8, copied_up},
    {"oci_copied_up_read_only", 8, 8, copied_up_read_only},
    {"oci_mounts_no_kernel_copied", 8, 8, nothing_copied_from_the_kernel},
    {"oci_root_propagation", 8, 8, root_propagation},
    {"oci_own_mappings", 8, 8, own_mappings},
    {"oci_mappings_of_the_container", 8, 8, mappings_of_the_container},
    {"oci_idmap_mistakes", 8, 8, idmap_mistakes},
    {0},
};
