/* stored_images.c - checks of stage 8's images: load, import, run, rmi. */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

#define stage(...) run_stage(8, __VA_ARGS__, NULL)
#define STORE_FLAGS "--data-root images/store"
#define STORE "--data-root", "images/store"

/* VFS_CAP_REVISION_2 with CAP_NET_RAW permitted and effective. */
static const struct vfs_cap_data net_raw = {
    .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
    .data = {{1 << 13, 0}},
};

/* The folder images/, with what tests/make-images.sh makes, and `parts`, which
 * it makes if they are asked for. An overlayfs takes no whiteouts, of which
 * images are full: there, images/ is a tmpfs. */
static void make_images(const char *parts)
{
    int status;
    char *output;

    host_command(NULL,
                 "mkdir images && mknod images/0 c 0 0 && rm images/0 || "
                 "mount -t tmpfs images images; mkdir -p images/base/bin");
    put_file("images/base/bin/ping", "ping");
    if (setxattr("images/base/bin/ping", "security.capability", &net_raw,
                 sizeof(net_raw), 0) == -1)
        die("set a file's capabilities");
    output = host_command(&status, "cd images && '%s/tests/make-images.sh' %s",
                          top_folder, parts);
    if (status != 0)
        skip("tests/make-images.sh: %.100s", output);
}

static void remove_images(void)
{
    ck_assert_str_eq(folder_text("images/store/work"), "");
    umount("images"); /* if it is a tmpfs */
    host_command(NULL, "rm -rf images");
}

static void load(const char *path)
{
    expect_status(stage("load", STORE, "-i", path), 0);
}

/* One file for each layer, and no more. */
static size_t layer_count(void)
{
    size_t count = 0;

    for (char **names = list_folder("images/store/layers"); *names; names++)
        count++;
    return count;
}

/* ---- what an image says ------------------------------------------------------- */

static void image_says(int stage_)
{
    char *facts = "id -u; id -g; pwd; echo $GREETING; cat /opaque/*";
    struct result result;

    (void)stage_;
    need_cgroups();
    make_images("");
    load("images/layout");
    result = stage("run", "--rm", STORE, "test:v1");
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "from-entrypoint from-cmd\n");
    result = stage("run", "--rm", STORE, "test:v1", "a", "b");
    ck_assert_str_eq(result.out, "from-entrypoint a b\n");
    result = stage("run", "--rm", STORE, "--entrypoint", "sh", "test:v1", "-c",
                   facts);
    ck_assert_str_eq(result.out, "33\n44\n/srv\nhello\nshown\n");
    result = stage("run", "--rm", STORE, "--entrypoint", "sh", "-u", "7:8",
                   "-w", "/etc", "-e", "GREETING=bye", "test:v1", "-c", facts);
    ck_assert_str_eq(result.out, "7\n8\n/etc\nbye\nshown\n");
    result = stage("run", "--rm", STORE, "--entrypoint", "echo", "test:v1");
    ck_assert_str_eq(result.out, "\n");
    result = stage("run", "--rm", STORE, "tst:v1");
    expect_status(result, 125);
    expect_text("stderr", result.err, "did you mean test:v1?");
    /* a tag alone is no name */
    host_command(NULL, "sed -i 's,docker.io.library.test:gz,gz,; "
                       "s,\"test:v1\",\"v1\",' images/layout/index.json");
    result = stage("load", STORE, "-i", "images/layout");
    expect_status(result, 125);
    expect_text("stderr", result.err, "only the tag v1");
    result = stage("load", STORE, "-i", "images/layout", "--name", "mine");
    ck_assert_str_eq(result.out,
                     "Loaded image: mine:v1\nLoaded image: mine:gz\n");
    remove_images();
}

/* Names, what is shared, and what goes. */
static void expect_rule(const char *protocol, int port, const char *to)
{
    int status;

    host_command(&status,
                 "nft list chain ip toy-docker published | "
                 "grep -x '.*%s dport %d dnat to 10.213.0.[23]:%s'",
                 protocol, port, to);
    ck_assert_msg(port > 1024 && status == 0, "no rule for port %d", port);
}

#define RUN_PORTS "run", "-di", STORE, "-P", "--entrypoint", "sh"

/* -P: the image's ports, each at another one of the host's. */
static void image_ports(int stage_)
{
    const char *const names[] = {"one", "two"};
    int ports[4], status;
    char *text = host_command(&status, "nft list tables");

    (void)stage_;
    need_cgroups();
    if (status != 0)
        skip("nft does not work here: %s", text);
    make_images("");
    load("images/layout");
    for (int i = 0; i < 2; i++) {
        expect_status(stage(RUN_PORTS, "-p",
                            i ? "127.0.0.1:0:53/udp" : "127.0.0.1::53/udp",
                            "--name", names[i], "test:v1", "-c", "read line"),
                      0);
        text = stage(STORE, "ps", "-l", "--format", "{{.Ports}}").out;
        ck_assert_msg(sscanf(text, "127.0.0.1:%d->53/udp, 0.0.0.0:%d->80/tcp\n",
                             &ports[2 * i], &ports[2 * i + 1]) == 2,
                      "ps: %s", text);
        expect_rule("ip daddr 127.0.0.1 udp", ports[2 * i], "53");
        expect_rule("tcp", ports[2 * i + 1], "80");
    }
    ck_assert_int_ne(ports[0], ports[2]);
    ck_assert_int_ne(ports[1], ports[3]);
    expect_status(stage(STORE, "rm", "-f", "one", "two"), 0);
    expect_status(
        stage("run", "--rm", STORE, "-P", "--network", "none", "test:v1"), 125);
    remove_images();
}

static void image_names(int stage_)
{
    struct how from_stdin = {.program = "/bin/sh"};
    struct process running;
    struct result result;

    (void)stage_;
    need_cgroups();
    make_images("");
    load("images/saved.tar");
    ck_assert_uint_eq(layer_count(), 3);
    result = run_stage_so(
        8, &from_stdin, "-c",
        format_text("'%s' load --data-root images/store <images/layout.tar.gz",
                    stage_path(8)),
        NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out,
                     "Loaded image: test:v1\nLoaded image: test:gz\n");
    ck_assert_uint_eq(layer_count(), 3);
    result = stage("images", STORE);
    expect_text("stdout", result.out, "REPOSITORY");
    ck_assert_uint_eq(count_text(result.out, "test "), 2);
    result = stage("images", STORE, "--format", "json");
    expect_text("stdout", result.out,
                "\"Repository\":\"saved\",\"Tag\":\"v2\",\"ID\":\"");
    expect_text("stdout", result.out, "2020-01-02T03:04:05Z");
    expect_status(stage("rmi", STORE, "saved:v1", "saved:v2", "test:gz"), 0);
    ck_assert_str_eq(folder_text("images/store/images"), "test:v1");
    ck_assert_uint_eq(layer_count(), 3);
    running = start_stage(8, &(struct how){.keep_input = true}, "run", "--rm",
                          "-i", STORE, "--entrypoint", "sh", "test:v1", "-c",
                          "echo ready; cat", NULL);
    expect(&running, "ready");
    result = stage("rmi", STORE, "test:v1");
    expect_status(result, 125);
    expect_text("stderr", result.err, "is being used by container");
    end_container(&running);
    expect_status(stage("rmi", STORE, "test:v1"), 0);
    ck_assert_str_eq(folder_text("images/store/layers"), "");
    expect_text("stderr", stage("rmi", STORE, "test:v1").err, "no image");
    remove_images();
}

/* ---- file by file --------------------------------------------------------------- */

/* All of the tree but the places of mounts. */
static char *look_of(const char *path)
{
    return host_command(
        NULL,
        "cd '%s' && find . -mindepth 1 \\( -path ./proc -o -path ./sys -o "
        "-path ./dev -o -path ./etc/hosts -o -path ./etc/hostname -o -path "
        "./etc/resolv.conf \\) -prune -o ! -path ./etc -printf '%%P %%y %%m %%U %%G %%l %%T@ ' "
        "\\( -type b -o -type c -exec stat -c %%t:%%T '{}' ';' -o -type f -exec "
        "cksum '{}' ';' -o -printf '\\n' \\) | sort",
        path);
}

static void image_as_umoci(int stage_)
{
    struct process running;
    struct stat three, four;
    char *root, *output, data[64];
    int status;

    (void)stage_;
    need_cgroups();
    make_images("");
    output = host_command(
        &status, "cd images && umoci unpack --image layout:gz umoci 2>&1");
    if (status != 0) {
        remove_images();
        skip("umoci: %.100s", output);
    }
    load("images/layout");
    running = start_stage(8, &(struct how){.keep_input = true}, "run", "--rm",
                          "-i", STORE, "--entrypoint", "sh", "test:v1", "-c",
                          "echo ready; cat", NULL);
    expect(&running, "ready");
    root = format_text("/proc/%d/root", (int)container_of(&running));
    ck_assert_str_eq(look_of(root), look_of("images/umoci/rootfs"));
    ck_assert_uint_gt(strlen(look_of(root)), 1000);
    /* and what cannot be seen in a listing */
    ck_assert_int_eq(stat(format_text("%s/three", root), &three), 0);
    ck_assert_int_eq(stat(format_text("%s/dir/four", root), &four), 0);
    ck_assert_uint_eq(three.st_ino, four.st_ino);
    ck_assert_int_eq(getxattr(format_text("%s/bin/ping", root),
                              "security.capability", data, sizeof(data)),
                     (int)sizeof(net_raw));
    ck_assert_mem_eq(data, &net_raw, sizeof(net_raw));
    end_container(&running);
    remove_images();
}

/* ---- archives that lie or mean harm ----------------------------------------------- */

/* Nothing of it may stay. */
static void expect_nothing(struct result result, const char *name)
{
    ck_assert_msg(result.status == 125, "%s: %d %s", name, result.status,
                  result.out);
    expect_text(name, result.err, ": ");
    expect_no_text(name, result.err, "(null)");
    ck_assert_str_eq(folder_text("images/store/images"), "");
    ck_assert_str_eq(folder_text("images/store/work"), "");
    ck_assert_str_eq(folder_text("images/out"), "victim");
    ck_assert_str_eq(read_file("images/out/victim"), "secret\n");
}

static void image_damaged(int stage_)
{
    static const char *const names[] = {"manifest",   "config",  "plain-layer",
                                        "gzip-layer", "missing", "cut",
                                        "diff-id"};

    (void)stage_;
    make_images("bad");
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char *path = format_text("images/bad-%s", names[i]);

        expect_nothing(stage("load", STORE, "-i", path), path);
    }
    load("images/layout"); /* without the mistakes it is good */
    remove_images();
}

static void image_hostile(int stage_)
{
    struct stat victim;

    (void)stage_;
    make_images("hostile");
    for (char **names = list_folder("images/hostile"); *names; names++) {
        char *path = format_text("images/hostile/%s", *names);

        expect_nothing(stage("import", STORE, path, "x"), *names);
        ck_assert_str_eq(folder_text("images/store/layers"), "");
    }
    put_file("images/h/trusted", "x");
    if (setxattr("images/h/trusted", "trusted.overlay.metacopy", "", 0, 0) ==
        0) {
        host_command(NULL, "cd images && tar --format=pax --xattrs "
                           "--xattrs-include='*' -C h -cf t.tar trusted");
        expect_nothing(stage("import", STORE, "images/t.tar", "x"), "trusted");
    }
    for (char **names = list_folder("images/odd"); *names; names++) {
        char *path = format_text("images/odd/%s", *names);

        expect_status(stage("import", STORE, path, "x"), 0);
        expect_status(stage("rmi", STORE, "x"), 0);
        expect_nothing((struct result){125, "", ": "}, *names);
    }
    ck_assert_int_eq(stat("images/out/victim", &victim), 0);
    ck_assert_int_eq(victim.st_nlink, 1);
    remove_images();
}

/* ---- whatever happens ------------------------------------------------------------- */

/* The store is whole: what has a name can be run, nothing half-made is seen. */
static void expect_whole(const char *layers)
{
    struct result result = stage("images", STORE);

    expect_status(result, 0);
    ck_assert_str_eq(folder_text("images/store/layers"), layers);
    if (strstr(result.out, "v2"))
        ck_assert_str_eq(stage("run", "--rm", STORE, "saved:v2").out,
                         "from-entrypoint from-cmd\n");
}

/* Each layer that is there looks as it did when all was well. */
static void expect_whole_layers(char **names, char **looks)
{
    for (char **found = list_folder("images/store/layers"); *found; found++) {
        int i = 0;

        while (i < 3 && strcmp(names[i], *found) != 0)
            i++;
        ck_assert_msg(i < 3, "a layer %s", *found);
        ck_assert_str_eq(look_of(format_text("images/store/layers/%s", *found)),
                         looks[i]);
    }
}

static void image_load_killed(int stage_)
{
    const int moments = moments_of(50);
    char **names, *whole, *looks[4] = {NULL};
    int unfinished = 0;
    double time;

    (void)stage_;
    need_cgroups();
    make_images("");
    time = now();
    load("images/saved.tar");
    time = now() - time;
    whole = folder_text("images/store/layers");
    names = list_folder("images/store/layers");
    ck_assert_uint_eq(layer_count(), 3);
    for (int i = 0; i < 3; i++)
        looks[i] = look_of(format_text("images/store/layers/%s", names[i]));
    for (int i = 0; i < moments; i++) {
        struct process process;

        stage("rmi", STORE, "saved:v1");
        stage("rmi", STORE, "saved:v2");
        ck_assert_str_eq(folder_text("images/store/layers"), "");
        process =
            start_stage(8, NULL, "load", STORE, "-i", "images/saved.tar", NULL);
        usleep((useconds_t)(time * 1e6 * (i + 1) / moments));
        end_now(&process);
        unfinished += *folder_text("images/store/work") != '\0';
        expect_whole_layers(names, looks);
        if (strstr(folder_text("images/store/images"), "saved"))
            expect_whole(whole);
    }
    ck_assert_int_gt(unfinished, moments / 5);
    load("images/saved.tar");
    expect_whole_layers(names, looks);
    expect_whole(whole);
    remove_images();
}

static void image_disk_full(int stage_)
{
    struct result result;
    char *layers;

    (void)stage_;
    need_cgroups();
    make_images("");
    host_command(NULL, "mkdir images/store");
    if (mount("small", "images/store", "tmpfs", 0, "size=6M") == -1)
        skip("mount tmpfs: %s", strerror(errno));
    expect_status(stage("import", STORE, "images/3.tar", "small"), 0);
    layers = folder_text("images/store/layers");
    result = stage("load", STORE, "-i", "images/saved.tar");
    expect_status(result, 125);
    expect_text("stderr", result.err, "No space left on device");
    ck_assert_str_eq(folder_text("images/store/images"), "small:latest");
    ck_assert_str_eq(folder_text("images/store/work"), "");
    expect_status(stage("rmi", STORE, "small"), 0);
    ck_assert_str_eq(folder_text("images/store/layers"), "");
    ck_assert_str_ne(layers, "");
    umount("images/store");
    remove_images();
}

/* 128 layers make the longest order to the kernel. */
static void image_many_layers(int stage_)
{
    static const char make[] =
        "cd images && mkdir -p many many-d && d= l= && n=0; cp 1.tar many; "
        "while [ $n -lt 127 ]; do n=$((n+1)); echo $n >many-d/n$n; "
        "tar -C many-d -cf many/$n.tar n$n; "
        "s=$(sha256sum <many/$n.tar); d=$d,\\\"sha256:${s%%%% *}\\\"; "
        "l=$l,\\\"$n.tar\\\"; done; s=$(sha256sum <1.tar); "
        "echo \"{\\\"rootfs\\\":{\\\"diff_ids\\\":[\\\"sha256:${s%%%% *}\\\"$d]}}\" "
        ">many/c.json; echo \"[{\\\"Config\\\":\\\"c.json\\\",\\\"RepoTags\\\":"
        "[\\\"many:1\\\"],\\\"Layers\\\":[\\\"1.tar\\\"$l]}]\" "
        ">many/manifest.json; sed -i 's/1.tar/base.tar/' many/manifest.json; "
        "cp 1.tar many/base.tar";
    static const char add_one[] =
        "cd images/many && sed -i 's/,\"127.tar\"/&&/' manifest.json && "
        "sed -i 's/\\(,[^,]*\\)]/\\1\\1]/' c.json";
    struct result result;

    (void)stage_;
    need_cgroups();
    make_images("");
    host_command(NULL, make);
    load("images/many");
    ck_assert_uint_eq(layer_count(), 128);
    result = stage("run", "--rm", STORE, "many:1", "/bin/cat", "/n1", "/n64",
                   "/n127");
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "1\n64\n127\n");
    ck_assert_str_eq(host_command(NULL, add_one), "");
    expect_text("stderr", stage("load", STORE, "-i", "images/many").err,
                "1 to 128 layers");
    remove_images();
}

/* Who loads does not remove what another one is at work on. */
static void image_load_beside(int stage_)
{
    static const char script[] =
        "mkfifo images/pipe; '%s' load " STORE_FLAGS " <images/pipe & "
        "exec 3>images/pipe; until ls images/store/work | grep -q .; do "
        "sleep 0.01; done; '%s' load " STORE_FLAGS " -i images/layout --name "
        "other && cat images/saved.tar >&3; exec 3>&-; wait $!";
    char *program = stage_path(8), *output;
    int status;

    (void)stage_;
    make_images("");
    output = host_command(&status, script, program, program);
    ck_assert_msg(status == 0, "%s", output);
    expect_text("load", output, "Loaded image: saved:v1");
    remove_images();
}

/* How far it is, for who sits at a terminal, and for nobody else. */
static void image_progress(int stage_)
{
    struct how sitting = {.terminal = true};
    struct process process;
    struct result result;

    (void)stage_;
    make_images("");
    process =
        start_stage(8, &sitting, "load", STORE, "-i", "images/saved.tar", NULL);
    result = finish(&process);
    expect_status(result, 0);
    expect_text("screen", result.out, "] ");
    expect_text("screen", result.out, " MB");
    expect_status(stage("rmi", STORE, "saved:v1", "saved:v2"), 0);
    result = stage("load", STORE, "-i", "images/saved.tar");
    expect_status(result, 0);
    expect_no_text("stderr", result.err, " MB");
    remove_images();
}

const struct check stored_image_checks[] = {
    {"image_says", 8, 8, image_says},
    {"image_ports", 8, 8, image_ports},
    {"image_names", 8, 8, image_names},
    {"image_as_umoci", 8, 8, image_as_umoci},
    {"image_damaged", 8, 8, image_damaged},
    {"image_hostile", 8, 8, image_hostile},
    {"image_load_killed", 8, 8, image_load_killed},
    {"image_disk_full", 8, 8, image_disk_full},
    {"image_many_layers", 8, 8, image_many_layers},
    {"image_load_beside", 8, 8, image_load_beside},
    {"image_progress", 8, 8, image_progress},
    {.name = NULL},
};
