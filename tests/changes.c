/* changes.c - checks of stage 8's diff and commit: what a container has changed,
 * and an image of it. */
#include <errno.h>
#include <glob.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

/* VFS_CAP_REVISION_2 with CAP_NET_RAW permitted and effective. */
static const struct vfs_cap_data net_raw = {
    .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
    .data = {{1 << 13, 0}},
};

#define stage(...) run_stage(8, __VA_ARGS__, NULL)
#define STORE "/var/lib/toy-docker"

/* Runs the script in a container "web" of ./rootfs, to its end. */
static void change(const char *script)
{
    struct result result = stage("run", "--name", "web", "--rootfs", "rootfs",
                                 "sh", "-ec", script);

    expect_status(result, 0);
}

static void remove_containers(void)
{
    host_command(NULL, "'%s' rm -f web other 2>&1", stage_path(8));
    ck_assert_str_eq(folder_text(STORE "/work"), "");
}

/* What the rootfs has for these checks. */
static void prepare_rootfs(void)
{
    int status;
    char *output = host_command(
        &status,
        "cd rootfs && rm -rf t && mkdir -p t/gone/sub t/opaque/kept t/opaque/lost "
        "t/folder t/same t/mode && cd t && "
        "echo 1 >file && echo 1 >gone/sub/f && echo 1 >opaque/kept/f "
        "&& echo 1 >opaque/lost/f && echo 1 >folder/f && echo 1 "
        ">same/f && echo 1 >removed && ln -s file link");

    ck_assert_msg(status == 0, "%s", output);
}

/* ---- diff --------------------------------------------------------------------- */

static const char changes[] =
    "cd /t; echo 2 >new; ln new new2; echo 2 >>file; rm removed; rm -r gone; "
    "rm -r opaque; mkdir -p opaque/kept; echo 2 >opaque/kept/f; "
    "echo 2 >opaque/more; rm -r folder; echo 2 >folder; touch -r same/f same/f; "
    "chmod 700 mode; mkdir -p deep/er; echo 2 >deep/er/f; mkfifo fifo; "
    "ln -s /nowhere dangling; rm link; mkdir link; echo >link/in; "
    "chown 33:44 deep/er/f; chmod 4711 new; mkdir empty; cp -p file copy";

static const char expected_diff[] =
    "C /t\nA /t/copy\nA /t/dangling\nA /t/deep\n"
    "A /t/deep/er\nA /t/deep/er/f\nA /t/empty\n"
    "A /t/fifo\nC /t/file\nC /t/folder\n"
    "D /t/gone\nC /t/link\nA /t/link/in\n"
    "C /t/mode\nA /t/new\nA /t/new2\n"
    "C /t/opaque\nC /t/opaque/kept\n"
    "C /t/opaque/kept/f\nD /t/opaque/lost\n"
    "A /t/opaque/more\nD /t/removed\n";

static void diff_kinds(int stage_)
{
    char *before;
    struct result result;

    (void)stage_;
    need_cgroups();
    prepare_rootfs();
    before = host_command(NULL, "ls -lR --time-style=full-iso rootfs | cksum");
    change(changes);
    result = stage("diff", "web");
    expect_status(result, 0);
    ck_assert_str_eq(result.out, expected_diff);
    ck_assert_str_eq(
        host_command(NULL, "ls -lR --time-style=full-iso rootfs | cksum"),
        before);
    remove_containers();
    /* nothing but the runtime's own places to mount on */
    host_command(NULL, "rm -rf rootfs/dev rootfs/sys rootfs/etc/hosts");
    change("true");
    ck_assert_str_eq(stage("diff", "web").out, "");
    remove_containers();
}

/* While it runs; and where there is nothing on disk. */
static void diff_running(int stage_)
{
    char *token = make_token();
    struct result result;

    (void)stage_;
    need_cgroups();
    expect_status(
        stage("run", "-d", "--name", "web", "--rootfs", "rootfs", "sh", "-c",
              "echo >\"/$(printf '\\033[1m')$0\"; echo ready; exec sleep 1000",
              token),
        0);
    ck_assert(within(10, *stage("logs", "web").out));
    ck_assert_str_eq(stage("diff", "web").out,
                     format_text("A /?[1m%s\n", token));
    remove_containers();
    expect_status(stage("run", "--name", "web", "--storage-opt", "size=10M",
                        "--rootfs", "rootfs", "touch", "/x"),
                  0);
    result = stage("diff", "web");
    expect_status(result, 125);
    expect_text("stderr", result.err, "in its memory, not on disk");
    result = stage("diff", "wbe");
    expect_status(result, 125);
    expect_text("stderr", result.err, "did you mean web?");
    remove_containers();
}

/* An image's layers have marks of their own: what one has removed is new again,
 * and what is below an opaque folder is not there. */
static void diff_layers(int stage_)
{
    (void)stage_;
    need_cgroups();
    prepare_rootfs();
    change("rm -r /t/gone /t/opaque; mkdir /t/opaque");
    expect_status(stage("commit", "web", "base"), 0);
    expect_status(stage("run", "--name", "other", "base", "sh", "-c",
                        "mkdir -p /t/gone /t/opaque/kept; rm /t/removed; "
                        "echo 2 >/t/file"),
                  0);
    ck_assert_str_eq(stage("diff", "other").out,
                     "C /t\nC /t/file\nA /t/gone\nC /t/opaque\n"
                     "A /t/opaque/kept\nD /t/removed\n");
    remove_containers();
}

/* The owners are those that the container sees; and --data-root before a verb is
 * another store. */
static void diff_userns(int stage_)
{
    struct result result;

    (void)stage_;
    need_cgroups();
    prepare_rootfs();
    result = stage("--data-root", "store", "run", "--name", "web", "--userns",
                   "0:100000:65536", "--rootfs", "rootfs", "sh", "-c",
                   "echo >/new; chown 33:44 /new; touch -r /t/file /t/file");
    if (strstr(result.err, "cannot map ids"))
        skip("%s", result.err);
    expect_status(result, 0);
    ck_assert_str_eq(stage("--data-root", "store", "diff", "web").out,
                     "A /new\n");
    expect_status(stage("--data-root", "store", "commit", "web", "mine:v1"), 0);
    result = stage("--data-root", "store", "run", "mine:v1", "stat", "-c",
                   "%u:%g", "/new", "/t/file");
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "33:44\n0:0\n");
    ck_assert_str_eq(folder_text(STORE), "");
    host_command(NULL, "rm -rf store");
}

/* ---- commit ----------------------------------------------------------------------- */

/* All that a file has; of a folder neither time nor size, which copying up
 * changes. */
static const char look[] =
    "; cd /; find . -xdev \\( -path ./proc -o -path ./sys -o -path ./dev -o "
    "-path ./tmp -o -path ./run -o -path './etc/host*' -o -path "
    "./etc/resolv.conf \\) -prune -o ! -type d -printf '%p %y %m %U:%G %s %n %T@ "
    "%l\\n' -o -printf '%p %m %U:%G\\n' | sort; cat /t/file /t/opaque/kept/f "
    "/t/deep/er/f";

/* The value of a file's attribute, below the only folder `*` that has it. */
static char *attribute_of(const char *pattern, const char *name)
{
    char *value = calloc(1, 100);
    glob_t found;

    ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
    ck_assert_uint_eq(found.gl_pathc, 1);
    if (getxattr(found.gl_pathv[0], name, value, 99) == -1)
        *value = '\0';
    return value;
}

/* From outside: programs for attributes are not in every root file system.
 * False if the file system has none of this kind, as a tmpfs user.* before
 * Linux 6.6. */
static bool set_attribute(const char *pattern, const char *name,
                          const char *value, size_t size)
{
    glob_t found;

    ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
    if (setxattr(found.gl_pathv[0], name, value, size, 0) == 0)
        return true;
    ck_assert_int_eq(errno, EOPNOTSUPP);
    return false;
}

static struct result run_image(const char *script)
{
    return stage("run", "--rm", "mine:v1", "sh", "-ec", script);
}

/* The rest of `a` from the line on where it is not `b`. */
static char *first_difference(const char *a, const char *b)
{
    size_t line = 0;

    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        if (a[i] == '\n')
            line = i + 1;
    return format_text("%.300s\nnot: %.300s", a + line, b + line);
}

static void commit_round(int stage_)
{
    struct result result;
    char *looked, *id;
    bool has_word;

    (void)stage_;
    need_cgroups();
    prepare_rootfs();
    result = stage("run", "--name", "web", "--rootfs", "rootfs", "sh", "-ec",
                   format_text("%s; touch %0150d; truncate -s 1000001 hole; "
                               "touch -d 1960-01-01 old; touch -d 2300-01-01 "
                               "late; mknod null c 1 3 || true; chmod 751 /%s",
                               changes, 1, look));
    expect_status(result, 0);
    looked = result.out;
    expect_text("what the container sees", looked, "./t/new2 f 4711 0:0 2 2 ");
    ck_assert(set_attribute(STORE "/containers/*/upper/t/copy",
                            "security.capability", (const char *)&net_raw,
                            sizeof(net_raw)));
    has_word = set_attribute(STORE "/containers/*/upper/t/mode", "user.word",
                             "value", 5);
    result = stage("commit", "web", "mine:v1");
    expect_status(result, 0);
    id = result.out;
    ck_assert_uint_eq(strlen(id), strlen("sha256:\n") + 64);
    id[strcspn(id, "\n")] = '\0';
    expect_text("images", stage("images", "--no-trunc", "--format", "json").out,
                id);
    expect_status(stage("rm", "web"), 0);
    result = run_image(look + 2);
    expect_status(result, 0);
    ck_assert_msg(strcmp(result.out, looked) == 0, "the image is another: %s",
                  first_difference(result.out, looked));
    ck_assert_int_eq(
        memcmp(attribute_of(STORE "/layers/*/t/copy", "security.capability"),
               &net_raw, sizeof(net_raw)),
        0);
    if (has_word)
        ck_assert_str_eq(
            attribute_of(STORE "/layers/*/t/empty/../mode", "user.word"),
            "value");
    /* once more, on top */
    expect_status(stage("run", "--name", "web", "mine:v1", "sh", "-c",
                        "rm -r /t/opaque; echo 3 >/t/file"),
                  0);
    expect_status(stage("commit", "web", "mine:v1"), 0);
    result = run_image("cat /t/file; test ! -e /t/opaque");
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "3\n");
    remove_containers();
}

/* The words of a command keep their places in the image, and a line has several
 * variables. */
static void commit_words(int stage_)
{
    (void)stage_;
    need_cgroups();
    change("true");
    expect_status(stage("commit", "web", "mine:v1"), 0);
    expect_status(stage("run", "--name", "other", "--entrypoint", "echo",
                        "mine:v1", "e", "f"),
                  0);
    ck_assert_str_eq(stage("inspect", "-f",
                           "{{json .Config.Entrypoint}} {{json .Config.Cmd}}",
                           "other")
                         .out,
                     "[\"echo\"] [\"e\",\"f\"]\n");
    expect_status(stage("commit", "other", "mine:v1"), 0);
    ck_assert_str_eq(stage("run", "--rm", "mine:v1").out, "e f\n");
    ck_assert_str_eq(stage("run", "--rm", "mine:v1", "g").out, "g\n");
    expect_status(stage("run", "--rm", "--entrypoint", "", "mine:v1", ""), 127);
    expect_status(
        stage("commit", "-c", "ENV A=b C=\"d  e\" F=g\\ h", "web", "mine:v1"),
        0);
    ck_assert_str_eq(
        stage("run", "--rm", "mine:v1", "sh", "-c", "echo \"$A+$C+$F\"").out,
        "b+d  e+g h\n");
    expect_status(stage("commit", "-c", "ENV A=b c", "web", "mine:v2"), 125);
    expect_status(stage("commit", "web", "mine:v2:v3"), 125);
    expect_status(stage("commit", "web", "host:x/mine"), 125);
    expect_status(stage("commit", "web", "host:5000/mine:v1"), 0);
    expect_status(stage("rmi", "host:5000/mine:v1"), 0);
    remove_containers();
}

/* What the image says: what the container was run with, and then --change. */
static void commit_says(int stage_)
{
    struct result result;
    char *file;

    (void)stage_;
    need_cgroups();
    expect_status(stage("run", "--name", "web", "-e", "WORD=one", "-w", "/srv",
                        "-l", "a=b", "--rootfs", "rootfs", "sh", "-c",
                        "echo $WORD $OTHER $0 $1; pwd; id -u", "x"),
                  0);
    expect_status(stage("commit", "web", "mine:v1"), 0);
    result = stage("run", "--rm", "mine:v1");
    ck_assert_str_eq(result.out, "one x\n/srv\n0\n");
    result = stage("commit", "-c", "ENV OTHER=\"two three\"", "-c",
                   "USER 33:44", "-c", "workdir /etc", "-c", "LABEL c d", "-a",
                   "me", "-m", "why", "web", "mine:v1");
    expect_status(result, 0);
    result = stage("run", "--rm", "mine:v1");
    ck_assert_str_eq(result.out, "one two three x\n/etc\n33\n");
    file = read_file(STORE "/images/mine:v1");
    expect_text("the image", file, "\"Labels\":{\"a\":\"b\",\"c\":\"d\"}");
    expect_text("the image", file, "\"author\":\"me\"");
    expect_text("the image", file, "\"comment\":\"why\"");
    ck_assert_uint_eq(count_text(file, "\"created_by\""), 2);
    expect_status(stage("commit", "-c", "ENTRYPOINT [\"echo\", \"a\"]", "-c",
                        "CMD [\"b\"]", "web", "mine:v1"),
                  0);
    ck_assert_str_eq(stage("run", "--rm", "mine:v1").out, "a b\n");
    ck_assert_str_eq(stage("run", "--rm", "mine:v1", "c").out, "a c\n");
    expect_status(stage("commit", "-c", "CMD echo $((1+1))", "web", "mine:v1"),
                  0);
    ck_assert_str_eq(stage("run", "--rm", "mine:v1").out, "2\n");
    result = stage("commit", "-c", "RUN true", "web", "mine:v2");
    expect_status(result, 125);
    expect_text("stderr", result.err, "RUN true");
    result = stage("commit", "-c", "CMD [1]", "web", "mine:v2");
    expect_status(result, 125);
    result = stage("commit", "web", "No Name");
    expect_status(result, 125);
    expect_no_text("images", stage("images").out, "v2");
    /* without a name it has its id */
    result = stage("commit", "web");
    expect_status(result, 0);
    result.out[19] = '\0';
    expect_text("images", stage("images").out,
                format_text("<none>       <none>    %s", result.out + 7));
    expect_status(stage("run", "--rm", result.out + 7, "true"), 0);
    expect_status(stage("rmi", result.out + 7), 0);
    expect_no_text("images", stage("images").out, "<none>");
    remove_containers();
}

/* A running container stands still meanwhile: of two files that get a line in
 * turns, and that a long one lies between, neither is ahead. */
static void commit_running(int stage_)
{
    char *script = format_text(
        "mkdir /s; head -c %d /dev/urandom >/s/b; while :; do "
        "echo >>/s/a; echo >>/s/c; sleep 0.001; done",
        slowness() > 1 ? 3000000 : 30000000); /* some time to read */
    struct result result;
    long a, c, later;
    char *end;

    (void)stage_;
    need_cgroups();
    expect_status(stage("run", "-d", "--name", "web", "--rootfs", "rootfs",
                        "sh", "-c", script),
                  0);
    ck_assert(within(20, strstr(stage("diff", "web").out, "/s/c")));
    expect_status(stage("commit", "-p", "web", "mine:v1"), 0);
    result = run_image("wc -l </s/a; wc -l </s/c");
    expect_status(result, 0);
    a = strtol(result.out, &end, 10);
    c = strtol(end, NULL, 10);
    ck_assert_int_gt(a, 0);
    ck_assert_msg(c == a || c == a - 1, "a has %ld, c has %ld", a, c);
    /* and goes on */
    ck_assert(within(
        10,
        (expect_status(stage("commit", "--pause=false", "web", "mine:v1"), 0),
         later = strtol(run_image("wc -l </s/a").out, NULL, 10), later > a)));
    remove_containers();
}

/* The image of a container stays, and so do its layers. */
static void commit_keeps_layers(int stage_)
{
    struct result result;

    (void)stage_;
    need_cgroups();
    change("echo 1 >/word");
    expect_status(stage("commit", "web", "mine:v1"), 0);
    expect_status(stage("rm", "web"), 0);
    expect_status(stage("run", "--name", "web", "mine:v1", "cat", "/word"), 0);
    result = stage("rmi", "mine:v1");
    expect_status(result, 125);
    expect_text("stderr", result.err, "is being used by container");
    expect_text("stderr", result.err, "(web)");
    result = stage("rmi", "-f", "mine:v1");
    expect_status(result, 0);
    expect_text("stdout", result.out, "Untagged: mine:v1\n");
    ck_assert_str_ne(folder_text(STORE "/layers"), "");
    result = stage("start", "-a", "web");
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "1\n");
    expect_status(stage("diff", "web"), 0);
    expect_status(stage("rm", "web"), 0);
    stage("load", "-i", "/dev/null"); /* any of the images' verbs */
    ck_assert_str_eq(folder_text(STORE "/layers"), "");
    remove_containers();
}

/* Killed at any moment: the image is there as a whole or not at all. */
static void commit_killed(int stage_)
{
    const int moments = moments_of(30);
    int unfinished = 0;
    double time;

    (void)stage_;
    need_cgroups();
    change("head -c 3000000 /dev/urandom >/s; cp /s /z");
    time = now();
    expect_status(stage("commit", "web", "mine:v1"), 0);
    time = now() - time;
    for (int i = 0; i < moments; i++) {
        struct process process;

        host_command(NULL, "'%s' rmi mine:v1 2>&1", stage_path(8));
        process = start_stage(8, NULL, "commit", "web", "mine:v1", NULL);
        usleep((useconds_t)(time * 1e6 * (i + 1) / moments));
        end_now(&process);
        unfinished += *folder_text(STORE "/work") != '\0';
        if (!*folder_text(STORE "/images"))
            continue;
        expect_status(run_image("cmp /s /z"), 0);
    }
    ck_assert_int_gt(unfinished, moments / 6);
    expect_status(stage("commit", "web", "mine:v1"), 0);
    expect_status(run_image("cmp /s /z"), 0);
    remove_containers();
}

static bool is_paused(void)
{
    return strstr(stage("ps", "--format", "{{.Status}}").out, "(Paused)");
}

/* While it stands still for that, the container is not left so. */
static void commit_killed_lets_go_on(int stage_)
{
    struct process process;
    bool seen = false;

    (void)stage_;
    need_cgroups();
    expect_status(stage("run", "-d", "--name", "web", "--rootfs", "rootfs",
                        "sh", "-c",
                        "head -c 9000000 /dev/urandom >/s; echo ready; "
                        "sleep 1000"),
                  0);
    ck_assert(within(20, strstr(stage("logs", "web").out, "ready")));
    for (int i = 0; i < 20 && !seen; i++) {
        process = start_stage(8, NULL, "commit", "web", "mine:v1", NULL);
        while (is_alive(process.pid) && !seen) {
            kill(process.pid, SIGSTOP);
            seen = is_paused();
            kill(process.pid, seen ? SIGKILL : SIGCONT);
            usleep(1000);
        }
        end_now(&process);
        ck_assert(within(10, !is_paused()));
    }
    ck_assert(seen);
    expect_status(stage("exec", "web", "true"), 0);
    expect_status(stage("commit", "web", "mine:v1"), 0);
    remove_containers();
}

const struct check change_checks[] = {
    {"diff_kinds", 8, 8, diff_kinds},
    {"diff_running", 8, 8, diff_running},
    {"diff_layers", 8, 8, diff_layers},
    {"diff_userns", 8, 8, diff_userns},
    {"commit_round", 8, 8, commit_round},
    {"commit_says", 8, 8, commit_says},
    {"commit_words", 8, 8, commit_words},
    {"commit_running", 8, 8, commit_running},
    {"commit_keeps_layers", 8, 8, commit_keeps_layers},
    {"commit_killed", 8, 8, commit_killed},
    {"commit_killed_lets_go_on", 8, 8, commit_killed_lets_go_on},
    {.name = NULL},
};
