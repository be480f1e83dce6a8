/*
 * images.c - checks with real root file systems: a tarball that has nothing
 * but busybox, and a Debian made by debootstrap(8).
 */
#include "images.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

struct image {
    const char *name;   /* folder in build/tests */
    const char *script; /* makes it: sh, from the project's folder */
    const char *proof;  /* a file that is there if it was made */
    char *failure;      /* or what was said last */
};

static struct image busybox = {
    .name = "busybox",
    .script =
        "b=$(command -v busybox) && "
        "{ ! ldd \"$b\" >/dev/null 2>&1 || { echo busybox is not static; "
        "exit 1; }; } && rm -rf build/tests/tar && "
        "mkdir -p build/tests/tar/bin build/tests/tar/etc && "
        "cp \"$b\" build/tests/tar/bin/busybox && "
        "for a in sh ls cat ps mount hostname id stty sleep true head test "
        "readlink; do ln -s busybox build/tests/tar/bin/$a; done && "
        "echo root:x:0:0::/root:/bin/sh >build/tests/tar/etc/passwd && "
        "tar -C build/tests/tar -czf build/tests/busybox.tar.gz . && "
        "rm -rf build/tests/tar && "
        "scripts/make-rootfs.sh build/tests/busybox/rootfs "
        "build/tests/busybox.tar.gz",
    .proof = "bin/busybox",
};

static struct image debian = {
    .name = "debian",
    .script = "scripts/make-rootfs.sh build/tests/debian/rootfs debian",
    .proof = "usr/bin/apt-get",
};

static char *path_of(const struct image *image)
{
    return format_text("%s/build/tests/%s/rootfs", top_folder, image->name);
}

static void prepare(struct image *image)
{
    char *proof = format_text("%s/%s", path_of(image), image->proof);
    char *output, *last;
    int status;

    if (access(proof, F_OK) == 0)
        return;
    if (make_dir(format_text("%s/build/tests/%s", top_folder, image->name)))
        die("mkdir build/tests/%s", image->name);
    fprintf(stderr, "making build/tests/%s, once\n", image->name);
    output = host_command(&status, "cd '%s' && %s", top_folder, image->script);
    if (status == 0 && access(proof, F_OK) == 0)
        return;
    for (char *end = output + strlen(output); end > output && end[-1] == '\n';)
        *--end = '\0';
    last = strrchr(output, '\n');
    image->failure = last ? last + 1 : output;
}

void prepare_images(void)
{
    prepare(&busybox);
    prepare(&debian);
}

/* The facts that each of them must show: its own processes, mounts, name. */
static void expect_container(int stage, const struct image *image)
{
    struct how how = {.flags = {"--rootfs", path_of(image)},
                      .input = "echo $((6 * 7)); exit 5\n"};
    char *token = make_token();
    struct result result;

    if (image->failure)
        skip("no %s: %s", image->name, image->failure);
    if (stage >= 7)
        need_cgroups();
    result = run_stage_so(stage, &how, NULL);
    expect_status(result, 5);
    ck_assert_str_eq(result.out, "42\n");
    result =
        run_stage_so(stage, &how, "--hostname", token, "--", "sh", "-c",
                     "echo $$; hostname; cat /proc/self/mounts; ls /", NULL);
    expect_status(result, 0);
    expect_text("stdout", result.out, format_text("1\n%s\n", token));
    expect_text("stdout", result.out, " /proc proc ");
    expect_text("stdout", result.out, " /dev/pts devpts ");
}

static void busybox_tarball(int stage)
{
    expect_container(stage, &busybox);
}

/* ash, the only shell of many images, at a terminal. */
static void busybox_terminal(int stage)
{
    struct how how = {.terminal = true,
                      .flags = {"--rootfs", path_of(&busybox)}};
    struct process process;

    if (busybox.failure)
        skip("no busybox: %s", busybox.failure);
    process = start_stage(stage, &how, NULL);
    type_text(&process, "echo is-$((6 * 7))\n");
    expect(&process, "is-42");
    type_text(&process, "exit 3\n");
    expect_status(finish(&process), 3);
    expect_no_text("the screen", output_of(&process), "tty");
}

static void debian_by_debootstrap(int stage)
{
    struct how how = {.flags = {"--rootfs", path_of(&debian)}};
    struct result result;

    expect_container(stage, &debian);
    result = run_stage_so(stage, &how, "--", "sh", "-c",
                          "dpkg-query -f '${Status}' -W apt; perl -e 'print 7'",
                          NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "install ok installed7");
}

/* ---- scripts/make-rootfs.sh with archives that mean harm ------------------- */

/* Unpacks archives/FOLDER/NAME into archives/t/rootfs, and looks. */
static void unpack(const char *folder, const char *name, int expected)
{
    int status;
    char *output = host_command(&status,
                                "cd archives && rm -rf t && mkdir t && "
                                "'%s/scripts/make-rootfs.sh' t/rootfs '%s/%s'",
                                top_folder, folder, name);
    struct stat victim;
    char *found;

    ck_assert_msg(status == expected, "%s: status %d, %s", name, status,
                  output);
    ck_assert_msg(strcmp(folder_text("archives/out"), "victim") == 0,
                  "%s: outside there is now %s", name,
                  folder_text("archives/out"));
    ck_assert_str_eq(read_file("archives/out/victim"), "secret\n");
    ck_assert_int_eq(stat("archives/out/victim", &victim), 0);
    ck_assert_int_eq(victim.st_nlink, 1);
    ck_assert_msg(access("archives/stray2", F_OK) == -1, "%s: stray2", name);
    found = host_command(NULL, "cd archives/t && find . -type b -o -type c -o "
                               "-perm /6000; ls | grep -vx -e conf -e rootfs");
    ck_assert_msg(!*found, "%s: there is %s", name, found);
}

static void hostile_archives(int stage)
{
    int status;
    char *output = host_command(&status,
                                "mkdir archives && cd archives && "
                                "'%s/tests/hostile-archives.sh'",
                                top_folder);

    (void)stage;
    if (status != 0)
        skip("tests/hostile-archives.sh: %.100s", output);
    for (char **names = list_folder("archives/refused"); *names; names++)
        unpack("refused", *names, 1);
    for (char **names = list_folder("archives/taken"); *names; names++)
        unpack("taken", *names, 0);
    host_command(NULL, "rm -rf archives");
}

const struct check image_checks[] = {
    {"busybox_tarball", 6, 8, busybox_tarball},
    {"busybox_terminal", 6, 8, busybox_terminal},
    {"debian_by_debootstrap", 6, 8, debian_by_debootstrap},
    {"hostile_archives", 6, 6, hostile_archives},
    {.name = NULL},
};
