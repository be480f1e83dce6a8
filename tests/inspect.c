/* inspect.c - checks of what stage 8 says of containers: inspect, stats, top. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

#define stage(...) run_stage(8, __VA_ARGS__, NULL)

static char *said(struct result result)
{
    expect_status(result, 0);
    ck_assert_str_eq(result.err, "");
    return result.out;
}

/* The line whose first word is `label`, without it; "" if there is none. */
static char *line_of(const char *text, const char *label)
{
    char *copy = format_text("%s", text);

    for (char *line; (line = strsep(&copy, "\n"));) {
        size_t length = strlen(label);

        line += strspn(line, " ");
        if (strncmp(line, label, length) == 0 && line[length] == ' ')
            return line + length + strspn(line + length, " ");
    }
    return format_text("%s", "");
}

/* ---- inspect, for people -------------------------------------------------------- */

/* With the kernel as witness. */
static void namespaces_are(const char *shown, pid_t pid)
{
    static const char *const types[] = {"cgroup", "ipc", "mnt",  "net",
                                        "pid",    "uts", "user", "time"};
    size_t shared = 0;

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        unsigned long theirs = namespace_of(pid, types[i]);
        unsigned long ours = namespace_of(getpid(), types[i]);
        char *line = line_of(shown, types[i]);

        expect_text(types[i], line, format_text("%lu  ", theirs));
        expect_text(types[i], line, format_text(" %lu", ours));
        ck_assert_msg((strstr(line, "shared") != NULL) == (theirs == ours),
                      "%s %s", types[i], line);
        shared += theirs == ours;
    }
    ck_assert_uint_ge(shared, 2);
    ck_assert_uint_le(shared, 4);
}

static void inspect_beside_host(int stage_)
{
    const struct edit edits[] = {
        {"\"type\": \"network\"",
         "\"type\": \"network\", \"path\": \"/proc/1/ns/net\""},
        {"\"resources\": {",
         "\"resources\": {\"memory\": {\"limit\": 67108864}, \"pids\": "
         "{\"limit\": 23}, \"cpu\": {\"quota\": 50000, \"period\": 100000},"},
        MOUNT("{\"destination\": \"/data\", \"source\": \"/usr\", \"type\": "
              "\"bind\", \"options\": [\"bind\", \"ro\"]}"),
        {0},
    };
    char *shown, *group;
    pid_t pid;

    (void)stage_;
    make_bundle("echo \\u001b[2J; sleep 100", edits);
    pid = start_box();
    shown = said(oci("inspect", "box"));
    namespaces_are(shown, pid);
    expect_text("number", line_of(shown, "number"),
                format_text("%d 1 ", (int)pid));
    ck_assert_str_eq(line_of(shown, "effective"),
                     "KILL NET_BIND_SERVICE AUDIT_WRITE");
    ck_assert_str_eq(line_of(shown, "ambient"), "none");
    ck_assert_str_eq(line_of(shown, "no_new_privs"), "yes");
    ck_assert_str_eq(line_of(shown, "seccomp"), "none");
    ck_assert_str_eq(line_of(shown, "uid map"), "those of the host");
    expect_text("memory", line_of(shown, "memory"), "of 64M");
    expect_text("cpu", line_of(shown, "cpu"), "0.5 CPUs");
    expect_text("processes", line_of(shown, "processes"), "of 23");
    group = line_of(shown, "group");
    expect_text("its processes",
                read_file(format_text("%s/cgroup.procs", group)),
                format_text("%d\n", (int)pid));
    expect_text("/data", line_of(shown, "/data"), "read-only");
    ck_assert_str_eq(line_of(shown, "/dev"), "");
    expect_text("command", line_of(shown, "command"), "echo ?[2J;");
    ck_assert_msg(!strchr(shown, '\033'), "%s", shown);
    end_box();
    remove_bundle();
}

static void inspect_of_user_namespace(int stage_)
{
    char *shown;

    (void)stage_;
    if (access("/proc/self/ns/user", F_OK) == -1)
        skip("no user namespaces in this kernel");
    make_bundle(
        "sleep 100",
        EDITS(
            IN("linux",
               "\"uidMappings\": [{\"containerID\": 0, \"hostID\": 70000, "
               "\"size\": 3000}], \"gidMappings\": [{\"containerID\": 0, "
               "\"hostID\": 80000, \"size\": 4000}]"),
            {"\"type\": \"pid\"", "\"type\": \"pid\"}, {\"type\": \"user\""}));
    start_box();
    shown = said(oci("inspect", "box"));
    ck_assert_str_eq(line_of(shown, "uid map"),
                     "0 inside is 70000 on the host, 3000 in a row");
    ck_assert_str_eq(line_of(shown, "gid map"),
                     "0 inside is 80000 on the host, 4000 in a row");
    expect_text("uids", line_of(shown, "uids"), "70000 70000 ");
    end_box();
    remove_bundle();
}

/* ---- inspect, for programs --------------------------------------------------------- */

static char *formatted(const char *format)
{
    return said(oci("inspect", "-f", format, "box"));
}

static void inspect_by_template(int stage_)
{
    static const char *const refused[] = {"{{range .Mounts}}",
                                          "{{.Nope}}",
                                          "{{.State.Pid.Deeper}}",
                                          "{{index .Config 1}}",
                                          "{{.State",
                                          "{{}}",
                                          "{{json}}"};
    char *token = make_token();
    struct result result;
    pid_t pid;

    (void)stage_;
    make_bundle(format_text("sleep 100; %s", token), NULL);
    pid = start_box();
    ck_assert_str_eq(formatted("{{.State.Pid}}"),
                     format_text("%d\n", (int)pid));
    ck_assert_str_eq(formatted("<{{ .Id }}|{{.Name}}|{{.State.Running}}>"),
                     "<box|/box|true>\n");
    ck_assert_str_eq(formatted("{{.Args}}"),
                     format_text("[-c sleep 100; %s]\n", token));
    ck_assert_str_eq(formatted("{{json .Args}}"),
                     format_text("[\"-c\",\"sleep 100; %s\"]\n", token));
    ck_assert_str_eq(formatted("plain"), "plain\n");
    ck_assert_str_eq(formatted("{{range .Args}}<{{.}}>{{end}}"),
                     format_text("<-c><sleep 100; %s>\n", token));
    ck_assert_str_eq(formatted("a{{range .Mounts}}x{{end}}b"), "ab\n");
    expect_text("json", formatted("{{json .}}"), "{\"Id\":\"box\",");
    result = oci("inspect", "--format", "json", "box", "box");
    expect_status(result, 0);
    ck_assert_uint_eq(count_text(result.out, "\"Id\": \"box\""), 2);
    ck_assert_msg(*result.out == '[', "no array: %s", result.out);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        result = oci("inspect", "-f", refused[i], "box");
        expect_status(result, 125);
        expect_text("stderr", result.err, "--format: ");
    }
    end_box();
    result = oci("inspect", "box");
    expect_status(result, 125);
    expect_text("stderr", result.err, "no such container: box");
    remove_bundle();
}

static void inspect_of_image(int stage_)
{
    char *token = make_token(), *id;

    (void)stage_;
    host_command(NULL, "mkdir one && echo %s >one/file && tar -cf one.tar one",
                 token);
    expect_status(stage("import", "one.tar", "one:v1"), 0);
    id = said(stage("inspect", "-f", "{{.Id}}", "one:v1"));
    ck_assert_uint_eq(strlen(id), strlen("sha256:\n") + 64);
    ck_assert_str_eq(said(stage("inspect", "-f", "{{.RepoTags}}",
                                format_text("%.12s", id + 7))),
                     "[one:v1]\n");
    ck_assert_str_eq(
        said(stage("inspect", "-f",
                   "{{json .Config.Cmd}}[{{.Config.User}}]{{.Os}}", "one:v1")),
        "null[]linux\n");
    expect_text("stdout", said(stage("inspect", "one:v1")), "one:v1: an image");
    expect_text("stdout", said(stage("inspect", "one:v1")),
                format_text("%.71s", id));
    ck_assert_str_eq(
        said(stage("images", "--format", "{{.Repository}}:{{.Tag}}")),
        "one:v1\n");
    expect_status(stage("images", "--format", "table{{.Tag}}"), 125);
    expect_status(stage("rmi", "one:v1"), 0);
    expect_status(stage("inspect", "one:v1"), 125);
    host_command(NULL, "rm -rf one one.tar");
}

/* ---- containers of "run" --------------------------------------------------------------- */

static char *of_web(const char *format)
{
    return said(stage("inspect", "-f", format, "web"));
}

static void inspect_of_run(int stage_)
{
    char *token = make_token(), *id, *shown;
    struct result result;
    pid_t pid;

    (void)stage_;
    need_cgroups();
    host_command(NULL, "mkdir data");
    id = said(stage("run", "-d", "--name", "web", "--memory", "64m", "-e",
                    format_text("TOKEN=%s", token), "-l", "a=b", "-v",
                    format_text("%s/data:/data:ro", scratch_folder), "--rootfs",
                    "rootfs", "sleep", "1000"));
    id[64] = '\0';
    ck_assert_str_eq(of_web("{{.Id}}"), format_text("%s\n", id));
    ck_assert_str_eq(
        said(stage("inspect", "-f", "{{.Name}}", format_text("%.7s", id))),
        "/web\n");
    ck_assert_str_eq(of_web("{{.Path}} {{.Args}} {{.State.Status}}"),
                     "sleep [1000] running\n");
    ck_assert_str_eq(of_web("{{.HostConfig.Binds}}{{.Config.Entrypoint}}"),
                     format_text("[%s/data:/data:ro][]\n", scratch_folder));
    ck_assert_str_eq(of_web("{{.HostConfig.Memory}} {{.Config.Labels}}"),
                     "67108864 map[a:b]\n");
    expect_text("Env", of_web("{{.Config.Env}}"),
                format_text("TOKEN=%s", token));
    expect_text("Mounts", of_web("{{json .Mounts}}"),
                format_text("\"Source\":\"%s/data\",\"Destination\":\"/data\","
                            "\"Mode\":\"ro\",\"RW\":false",
                            scratch_folder));
    pid = (pid_t)atoi(of_web("{{.State.Pid}}"));
    expect_text("its environment",
                host_command(NULL, "tr '\\0' ' ' </proc/%d/environ", (int)pid),
                token);
    shown = said(stage("inspect", "web"));
    namespaces_are(shown, pid);
    expect_text("/data", line_of(shown, "/data"), "read-only");
    expect_text("/", line_of(shown, "/"), "overlay");
    for (char *line; (line = strsep(&shown, "\n"));)
        ck_assert_msg(strlen(line) <= 80, "too long: %s", line);
    ck_assert_str_eq(said(stage("ps", "--format", "{{.ID}}\\t{{.Names}}")),
                     format_text("%.12s\tweb\n", id));
    expect_text("stats",
                said(stage("stats", "--no-stream", "--format",
                           "{{.Name}} {{.MemUsage}}")),
                " / 64MiB\n");
    ck_assert_str_eq(said(stage("__complete", "rm", "")),
                     format_text("web\t%s/rootfs\n", scratch_folder));
    result = stage("inspect", "wbe");
    expect_status(result, 125);
    expect_text("stderr", result.err, "did you mean web?");
    expect_status(stage("kill", "web"), 0);
    expect_status(stage("wait", "web"), 0);
    ck_assert_str_eq(of_web("{{.State.Status}} {{.State.ExitCode}} "
                            "{{.State.Running}} {{.State.Pid}}"),
                     "exited 137 false 0\n");
    shown = said(stage("inspect", "web"));
    expect_text("status", shown, "web: exited\n");
    ck_assert_str_eq(line_of(shown, "exit status"), "137");
    expect_status(stage("rm", "web"), 0);
    host_command(NULL, "rmdir data");
}

static void inspect_of_network(int stage_)
{
    char *address, *shown;
    int status;

    (void)stage_;
    need_cgroups();
    shown = host_command(&status, "nft list tables");
    if (status != 0)
        skip("nft does not work here: %s", shown);
    said(stage("run", "-d", "--name", "web", "--network", "bridge", "-p",
               "127.0.0.1:8080:80", "-p", "53:53/udp", "--rootfs", "rootfs",
               "sleep", "1000"));
    address = of_web("{{.NetworkSettings.IPAddress}}");
    shown = host_command(NULL, "nsenter -t %d -n ip -4 -o addr show eth0",
                         atoi(of_web("{{.State.Pid}}")));
    expect_text(
        "ip", shown,
        format_text("inet %.*s/", (int)strcspn(address, "\n"), address));
    ck_assert_str_eq(of_web("{{.NetworkSettings.Gateway}}"), "10.213.0.1\n");
    ck_assert_str_eq(of_web("{{json .NetworkSettings.Ports}}"),
                     "{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":"
                     "\"8080\"}],\"53/udp\":[{\"HostIp\":\"0.0.0.0\","
                     "\"HostPort\":\"53\"}]}\n");
    ck_assert_str_eq(of_web("{{range .NetworkSettings.Networks}}"
                            "{{.IPAddress}}{{end}}"),
                     address);
    expect_text("address", said(stage("inspect", "web")),
                format_text("  address      %.*s,", (int)strcspn(address, "\n"),
                            address));
    expect_status(stage("rm", "-f", "web"), 0);
}

static void top_of_container(int stage_)
{
    char *token = make_token(), *shown;
    struct result result;
    pid_t pid;

    (void)stage_;
    need_cgroups();
    said(stage("run", "-d", "--name", "web", "--rootfs", "rootfs", "sh", "-c",
               "sleep 1000; :", token));
    pid = (pid_t)atoi(of_web("{{.State.Pid}}"));
    shown = said(stage("top", "web"));
    expect_text("stdout", shown,
                "UID                 PID                 PPID                C "
                "                  STIME");
    expect_text("stdout", shown, format_text("sh -c sleep 1000; : %s", token));
    ck_assert(within(10, count_text(said(stage("top", "web")), "\n") == 3));
    shown = said(stage("top", "web", "-o", "comm,pid"));
    expect_text("stdout", shown, "COMMAND             PID\n");
    expect_text("stdout", shown,
                format_text("sh                  %d\n", (int)pid));
    expect_no_text("stdout", shown, format_text(" %d\n", (int)getpid()));
    expect_status(stage("kill", "web"), 0);
    expect_status(stage("wait", "web"), 0);
    result = stage("top", "web");
    expect_status(result, 125);
    expect_text("stderr", result.err, "is not running");
    expect_status(stage("rm", "web"), 0);
}

/* ---- stats ---------------------------------------------------------------------------- */

static double percent_of_box(const char *member)
{
    char *line = said(oci("stats", "--no-stream", "--format", "json", "box"));
    char *value = strstr(line, format_text("\"%s\":\"", member));

    ck_assert_msg(value != NULL, "no %s in %s", member, line);
    return strtod(value + strlen(member) + 4, NULL);
}

static void stats_of_container(int stage_)
{
    const struct edit edits[] = {
        {"\"resources\": {", "\"resources\": {\"memory\": {\"limit\": "
                             "67108864},"},
        {0},
    };
    char *shown;
    pid_t pid;

    (void)stage_;
    /* at a signal it takes what time there is, and memory */
    make_bundle("trap 'dd if=/dev/zero bs=24M count=1 of=/dev/shm/file; while "
                ":; do :; done' USR1; while :; do sleep 0.2; done",
                edits);
    pid = start_box();
    shown = said(oci("stats", "--no-stream", "box"));
    expect_text("stdout", shown,
                "CONTAINER ID   NAME      CPU %     MEM USAGE "
                "/ LIMIT");
    expect_text("stdout", shown, "/ 64MiB ");
    ck_assert_double_lt(percent_of_box("MemPerc"), 30);
    ck_assert_int_eq(kill(pid, SIGUSR1), 0);
    ck_assert(within(60, percent_of_box("CPUPerc") > 10));
    ck_assert(within(60, percent_of_box("MemPerc") > 30));
    ck_assert(within(60, percent_of_box("CPUPerc") < 110));
    expect_status(oci("pause", "box"), 0);
    ck_assert(within(60, percent_of_box("CPUPerc") == 0));
    expect_status(oci("resume", "box"), 0);
    end_box();
    expect_status(oci("stats", "--no-stream", "box"), 125);
    remove_bundle();
}

static void stats_at_terminal(int stage_)
{
    struct how how = {.terminal = true, .flags = {"--root", "state"}};
    struct process process;

    (void)stage_;
    make_bundle("sleep 100", NULL);
    start_box();
    process = start_stage(8, &how, "stats", "box", NULL);
    expect(&process, "\033[2A\r"); /* up two lines, and once more */
    type_text(&process, "\003");
    ck_assert_int_eq(finish(&process).status, -SIGINT);
    end_box();
    remove_bundle();
}

const struct check inspect_checks[] = {
    {"inspect_beside_host", 8, 8, inspect_beside_host},
    {"inspect_of_user_namespace", 8, 8, inspect_of_user_namespace},
    {"inspect_by_template", 8, 8, inspect_by_template},
    {"inspect_of_image", 8, 8, inspect_of_image},
    {"inspect_of_run", 8, 8, inspect_of_run},
    {"inspect_of_network", 8, 8, inspect_of_network},
    {"top_of_container", 8, 8, top_of_container},
    {"stats_of_container", 8, 8, stats_of_container},
    {"stats_at_terminal", 8, 8, stats_at_terminal},
    {0},
};
