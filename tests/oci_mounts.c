/* oci_mounts.c - checks of mounts with options of the specification's own. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "../common/common.h"
#include "bundle.h"
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

/* from/file and from/below/file, on a mount of its own, of user 5, group 6. */
static void make_source(void)
{
    host_command(NULL, "mkdir from from/below; mount -t tmpfs tmpfs "
                       "from/below; touch from/file from/below/file; chown "
                       "5:6 from/file from/below/file");
}

static void remove_source(void)
{
    host_command(NULL, "umount from/below; rm -rf from; rmdir rootfs/run/*");
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
    {"oci_own_mappings", 8, 8, own_mappings},
    {"oci_mappings_of_the_container", 8, 8, mappings_of_the_container},
    {"oci_idmap_mistakes", 8, 8, idmap_mistakes},
    {0},
};
