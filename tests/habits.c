/* habits.c - checks of what fingers that know docker type: it does what it does
 * there, or says who does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

#define stage(...) run_stage(8, __VA_ARGS__, NULL)
#define run(...) stage("run", "--rm", "--rootfs", "rootfs", __VA_ARGS__)

static void expect_out(struct result result, const char *out)
{
    expect_status(result, 0);
    ck_assert_str_eq(result.out, out);
}

static void expect_refused(struct result result, const char *text,
                           const char *hint)
{
    expect_status(result, 125);
    ck_assert_str_eq(result.out, "");
    expect_text("stderr", result.err, text);
    expect_text("stderr", result.err, format_text("\nhint: %s", hint));
}

/* ---- words ---------------------------------------------------------------------- */

static void docker_verbs(int stage_)
{
    static const char refused[] = " is a verb of docker's, and not supported";
    char *token = make_token();

    (void)stage_;
    need_cgroups();
    expect_refused(stage("pull", "alpine"), refused, "skopeo copy ");
    expect_refused(stage("rename", "a", "b"), refused,
                   format_text("podman has more, with this runtime: podman "
                               "--runtime %s rename",
                               stage_path(8)));
    expect_refused(stage("volume"), refused, "podman has more");
    expect_refused(stage("--data-root", "none", "pull", "alpine"), refused,
                   "skopeo copy ");
    /* a command of the root file system is one */
    expect_status(stage("--", "pull", "alpine"), 127);
    put_file("rootfs/bin/pull", format_text("#!/bin/sh\necho %s $1\n", token));
    host_command(NULL, "chmod 755 rootfs/bin/pull");
    expect_out(stage("pull", "alpine"), format_text("%s alpine\n", token));
    /* as is cp, which docker has for containers' files */
    expect_out(stage("cp", "/bin/pull", "/dev/stdout"),
               read_file("rootfs/bin/pull"));
    expect_refused(stage("cp", "web:/etc/hosts", "."), refused, "exec NAME ");
    expect_refused(stage("cp", "./a:b", "/c", "web:/"), refused, "exec NAME ");
    expect_text("stderr", stage("cp", "/a:b", "./a:b").err, "cp: ");
    host_command(NULL, "rm rootfs/bin/pull");
    expect_status(stage("exce", "web"), 127);
    expect_text("stderr", stage("exce", "web").err, "hint: did you mean exec?");
    put_file("rootfs/bin/exce", "#!/bin/sh\necho its own\n");
    host_command(NULL, "chmod 755 rootfs/bin/exce");
    expect_out(stage("exce"), "its own\n");
    host_command(NULL, "rm rootfs/bin/exce");
    expect_refused(stage("create", "alpine", "sh"), "no --bundle",
                   "docker's create is not here: run -d");
    expect_refused(stage("create", "--name", "x", "alpine"),
                   "--name is docker's", "podman has more");
    expect_refused(stage("--data-root"), "its argument is missing",
                   "stage-8 --help");
    expect_refused(stage("--data-root", "ps"), "behind ps a verb is missing",
                   "stage-8 --help");
}

static void docker_flags(int stage_)
{
    (void)stage_;
    need_cgroups();
    expect_refused(run("--odd", "true"), "unknown flag --odd",
                   "stage-8 run --help lists what can be given");
    expect_refused(run("--memroy=5m", "true"), "unknown flag --memroy\n",
                   "did you mean --memory?");
    expect_refused(stage("ps", "--fromat", "x"), "unknown flag --fromat",
                   "did you mean --format?");
    expect_refused(stage("logs", "-x", "y"), "unknown flag -x",
                   "stage-8 logs --help");
    expect_refused(stage("--odd"), "unknown flag --odd", "stage-8 --help");
    expect_refused(stage("ps", "-s"), "-s is docker's", "podman has more");
    expect_refused(stage("start", "--detach-keys", "a", "web"),
                   "--detach-keys is docker's", "podman has more");
    expect_refused(run("--detach-keys", "ctrl", "-it", "true"),
                   "keys such as ctrl-p,ctrl-q", "stage-8 run --help");
    /* behind the image they are the command */
    expect_status(run("--", "-d"), 127);
    expect_text("stderr", run("--", "-it").err,
                "hint: flags stand before the image");
    expect_status(stage("run", "-d", "--name", "web", "--rootfs", "rootfs",
                        "sleep", "1000"),
                  0);
    expect_text("stderr", stage("exec", "web", "-it", "sh").err,
                "hint: flags stand before the image or the container's name");
    put_file("vars", "ONE=1\r\nTWO=2\r\n");
    expect_out(stage("exec", "--env-file", "vars", "-e", "TWO=3", "web", "sh",
                     "-c", "echo \"<$ONE $TWO>\""),
               "<1 3>\n");
    expect_out(run("--env-file", "vars", "sh", "-c", "echo \"<$ONE $TWO>\""),
               "<1 2>\n");
    host_command(NULL, "rm vars");
    expect_out(stage("restart", "-t", "100", "-s", "KILL", "web"), "web\n");
    expect_out(stage("rm", "-f", "web"), "web\n");
}

/* ---- values ---------------------------------------------------------------------- */

static void docker_values(int stage_)
{
    static const char *const modes[][2] = {
        {"host", "leave it out"},
        {"container:web", "it belongs to the container whose network it is"},
    };

    (void)stage_;
    need_cgroups();
    expect_status(stage("run", "-d", "--name", "web", "--rootfs", "rootfs",
                        "--cpus", "0", "--memory", "0", "sleep", "1000"),
                  0);
    expect_out(stage("inspect", "-f",
                     "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}", "web"),
               "0 0\n");
    expect_status(stage("kill", "web"), 0);
    expect_refused(run("--network", "container:web", "true"),
                   "--network container:web: it is not running",
                   "start web first");
    expect_refused(run("--pid", "container:none", "true"),
                   "--pid container:none: it does not exist",
                   "ps lists those that there are");
    expect_out(stage("rm", "-f", "web"), "web\n");
    expect_refused(run("-p", "8000-8010:80", "true"),
                   "two ranges of the same length", "stage-8 run --help");
    expect_refused(run("-v", "/usr:/d", "-v", "/etc:/d/", "true"),
                   "duplicate mount point: /d", "of -v, --mount and --tmpfs");
    expect_refused(run("--tmpfs", "/d", "--mount",
                       "type=bind,source=/usr,target=/d", "true"),
                   "duplicate mount point: /d", "of -v, --mount and --tmpfs");
    expect_out(run("--tmpfs", "/dev/shm", "-v", "/usr:/usr-too", "ls", "-d",
                   "/usr-too"),
               "/usr-too\n");
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        expect_refused(run("--network", modes[i][0], "-p", "80:80", "true"),
                       "-p needs --network bridge", modes[i][1]);
}

/* ---- lists ------------------------------------------------------------------------- */

static void docker_lists(int stage_)
{
    struct result result;
    char *ids;

    (void)stage_;
    need_cgroups();
    host_command(NULL, "tar -cf small.tar -C rootfs/etc passwd");
    expect_status(stage("import", "small.tar", "alpine:3"), 0);
    expect_status(stage("import", "small.tar", "alpine:4"), 0);
    expect_status(stage("import", "small.tar", "its/alpine"), 0);
#define NAMES "--format", "{{.Repository}}:{{.Tag}}"
    expect_out(stage("images", NAMES, "alpine"), "alpine:4\nalpine:3\n");
    expect_out(stage("images", NAMES, "docker.io/library/alpine:3"),
               "alpine:3\n");
    expect_out(stage("images", NAMES, "its/*"), "its/alpine:latest\n");
    expect_out(stage("images", NAMES, "none"), "");
    expect_out(stage("images", NAMES, "-a", "alpine:4"), "alpine:4\n");
    expect_out(stage("images", "its/alpine", "--format",
                     "table {{.Repository}}\\t{{.Tag}}"),
               "REPOSITORY   TAG\nits/alpine   latest\n");
    ids = stage("images", "-q", "alpine:3").out;
    ck_assert_uint_eq(strlen(ids), 13);
    expect_out(stage("images", "--format", "{{.ID}}", "alpine:3"), ids);
    ids = stage("images", "-q", "--no-trunc", "alpine:3").out;
    ck_assert_uint_eq(strlen(ids), strlen("sha256:\n") + 64);
    expect_out(stage("inspect", "--type", "image", "-f", "{{.Id}}", "alpine:3"),
               ids);
    expect_refused(stage("inspect", "--type", "container", "alpine:3"),
                   "no such container: alpine:3", "ps -a");
    expect_status(stage("run", "--name", "ended", "--rootfs", "rootfs", "true"),
                  0);
    expect_out(stage("inspect", "--type=container", "-f", "{{.Name}}", "ended"),
               "/ended\n");
    expect_refused(stage("inspect", "--type=image", "ended"),
                   "there is no image \"ended\"", "images lists");
    expect_out(stage("stats", "--no-stream", "--format", "{{.Name}}"), "");
    expect_out(
        stage("stats", "-a", "--no-stream", "--format", "{{.Name}} {{.PIDs}}"),
        "ended 0\n");
    expect_out(stage("ps", "-a", "--format",
                     "table {{.Names}}\\t{{.State}} of {{.Image}}"),
               format_text("NAMES     STATE of IMAGE\nended     exited of "
                           "%s/rootfs\n",
                           scratch_folder));
    expect_out(stage("stats", "-a", "--no-stream", "--format",
                     "table {{.Name}}\\t{{.PIDs}}"),
               "NAME      PIDS\nended     0\n");
    expect_out(stage("ps", "--format", "table {{.Names}}"), "NAMES\n");
    expect_out(stage("ps", "-aq", "--format", "table {{.Names}}"),
               stage("ps", "-aq").out);
    expect_status(stage("rm", "ended"), 0);
    /* as docker, it goes on behind one that is not there */
    result = stage("rmi", "none:1", "alpine:3");
    expect_status(result, 125);
    expect_text("stderr", result.err, "no image \"none:1\"");
    expect_no_text("images", stage("images", "-a").out, "alpine    3");
    expect_status(stage("rmi", "-f", "none:1", "alpine:4", "its/alpine"), 0);
    expect_out(stage("images", "-q"), "");
    host_command(NULL, "rm small.tar");
}

/* With the containers web, web2 (both of alpine:3) and ended. */
static const struct {
    const char *filters[3], *names;
} filter_rows[] = {
    {{"name=web"}, "web2\nweb\n"},
    {{"name=^web$"}, "web\n"},
    {{"name=^/web$"}, "web\n"},
    {{"name=2$", "-f", "name=^web$"}, "web2\nweb\n"},
    {{"name=w", "-f", "status=exited"}, ""},
    {{"status=exited", "-f", "status=running"}, "ended\nweb2\nweb\n"},
    {{"exited=3", "-f", "exited=0"}, "ended\n"},
    {{"ancestor=alpine:3"}, "web2\nweb\n"},
    {{"ancestor=docker.io/library/alpine:3"}, "web2\nweb\n"},
    {{"ancestor=none"}, ""},
    {{"label=one", "-f", "label=two=2"}, "web2\n"},
};

static void docker_filters(int stage_)
{
    static const char *const wrong[][2] = {
        {"name=[", "name=, and a regular expression"},
        {"status=gone", "status=, and created, running"},
        {"exited=x", "exited=, and an exit status"},
        {"image=x", "name=, id=, status="},
    };
    struct result result;

    (void)stage_;
    need_cgroups();
    host_command(NULL, "tar -cf small.tar -C rootfs .");
    expect_status(stage("import", "small.tar", "alpine:3"), 0);
    host_command(NULL, "rm small.tar");
    expect_status(stage("run", "-d", "--name", "web", "-l", "one", "alpine:3",
                        "sleep", "1000"),
                  0);
    expect_status(stage("run", "-d", "--name", "web2", "-l", "one=1", "-l",
                        "two=2", "alpine:3", "sleep", "1000"),
                  0);
    expect_status(stage("run", "--name", "ended", "--rootfs", "rootfs", "sh",
                        "-c", "exit 3"),
                  3);
    for (size_t i = 0; i < sizeof(filter_rows) / sizeof(*filter_rows); i++) {
        const char *const *words = filter_rows[i].filters;

        expect_out(stage("ps", "--format", "{{.Names}}", "-f", words[0],
                         words[1], words[2]),
                   filter_rows[i].names);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        expect_refused(stage("ps", "-f", wrong[i][0]), wrong[i][1],
                       "stage-8 ps --help");
    expect_refused(stage("update", "web"), "nothing is to be changed",
                   "stage-8 update --help");
    result = stage("inspect", "-f", "{{.Name}}", "none", "web", "no");
    expect_status(result, 125);
    ck_assert_str_eq(result.out, "/web\n");
    expect_text("stderr", result.err, "no such container: none");
    expect_text("stderr", result.err, "no such container: no\n");
    result =
        stage("inspect", "--type", "image", "-f", "{{.Os}}", "web", "alpine:3");
    expect_status(result, 125);
    ck_assert_str_eq(result.out, "linux\n");
    expect_status(stage("rm", "-f", "web", "web2", "ended"), 0);
    expect_status(stage("rmi", "alpine:3"), 0);
}

const struct check habits_checks[] = {
    {"docker_verbs", 8, 8, docker_verbs},
    {"docker_flags", 8, 8, docker_flags},
    {"docker_values", 8, 8, docker_values},
    {"docker_lists", 8, 8, docker_lists},
    {"docker_filters", 8, 8, docker_filters},
    {.name = NULL},
};
