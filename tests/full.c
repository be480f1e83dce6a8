/* full.c - checks of what only stage 8 has. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

/* docker's fourteen, as bits: see capabilities(7) */
static const char fourteen[] = "00000000a80425fb";
static const char none[] = "0000000000000000";

/* What `command` prints in a container with these flags; it must succeed. */
static char *printed(const struct how *how, const char *command)
{
    struct result result;

    need_cgroups();
    result = run_stage_so(8, how, "--", "sh", "-c", command, NULL);
    expect_status(result, 0);
    return result.out;
}

/* ---- /dev, /proc, /sys -------------------------------------------------------- */

static void list_of_devices(int stage)
{
    struct process process = start_stage_8(NULL);
    char *dev = format_text("/proc/%d/root/dev", (int)container_of(&process));

    (void)stage;
    ck_assert_str_eq(folder_text(dev),
                     "fd full mqueue null ptmx pts random shm stderr stdin "
                     "stdout tty urandom zero");
    end_container(&process);
    ck_assert_str_eq(printed(&(struct how){.user = 0},
                             "cd /dev; stat -c '%n %F %t:%T' full null random "
                             "tty urandom zero"),
                     "full character special file 1:7\n"
                     "null character special file 1:3\n"
                     "random character special file 1:8\n"
                     "tty character special file 5:0\n"
                     "urandom character special file 1:9\n"
                     "zero character special file 1:5\n");
}

static void masked_paths(int stage)
{
    static const char *const paths[] = {
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore",
        "/proc/keys", "/proc/scsi",   "/proc/timer_list", "/sys/firmware"};
    struct process process = start_stage_8(NULL);
    pid_t container = container_of(&process);

    (void)stage;
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        struct stat status;
        char *line = find_mount(container, paths[i]);

        if (stat(paths[i], &status) == -1)
            continue; /* this kernel has it not */
        ck_assert_msg(line != NULL, "%s is not covered", paths[i]);
        expect_text("its line in mountinfo", line,
                    S_ISDIR(status.st_mode) ? " - tmpfs " : " /null ");
    }
    end_container(&process);
}

static void read_only_paths(int stage)
{
    static const char *const paths[] = {
        "/proc/bus",           "/proc/fs", "/proc/irq",     "/proc/sys",
        "/proc/sysrq-trigger", "/sys",     "/sys/fs/cgroup"};
    struct process process = start_stage_8(NULL);
    pid_t container = container_of(&process);
    struct result result;

    (void)stage;
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        char *line = find_mount(container, paths[i]);

        if (access(paths[i], F_OK) == -1)
            continue;
        ck_assert_msg(line != NULL, "%s is not a mount", paths[i]);
        expect_text("its line in mountinfo", line, " ro");
    }
    end_container(&process);
    result = run_script(8, "echo x >/proc/sys/kernel/domainname");
    expect_text("stderr", result.err, "Read-only file system");
}

/* Nothing of the host's tree is mounted; the rest is a list. */
static void mounts_of_stage_8(int stage)
{
    struct process process = start_stage_8(NULL);
    pid_t container = container_of(&process);
    static const char *const rows[][2] = {
        {"/dev", " - tmpfs "},     {"/dev/pts", " - devpts "},
        {"/dev/shm", " - tmpfs "}, {"/dev/mqueue", " - mqueue "},
        {"/proc", " - proc "},     {"/sys", " - sysfs "},
        {"/tmp", " - tmpfs "},     {"/run", " - tmpfs "}};

    (void)stage;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char *line = find_mount(container, rows[i][0]);

        ck_assert_msg(line != NULL, "%s is not a mount", rows[i][0]);
        expect_text("its line in mountinfo", line, rows[i][1]);
        expect_text("its line in mountinfo", line, "nosuid");
    }
    /* rootfs and the three of conf/, from the top of their file system */
    ck_assert_int_eq(
        count_text(read_proc(container, "mountinfo"),
                   format_text("%s/", strrchr(scratch_folder, '/'))),
        4);
    end_container(&process);
}

/* ---- privileges ------------------------------------------------------------------ */

static void expect_capabilities(pid_t pid, const char *set)
{
    ck_assert_str_eq(status_field(pid, "CapEff"), set);
    ck_assert_str_eq(status_field(pid, "CapPrm"), set);
    ck_assert_str_eq(status_field(pid, "CapBnd"), set);
    ck_assert_str_eq(status_field(pid, "CapInh"), none);
    ck_assert_str_eq(status_field(pid, "CapAmb"), none);
}

static void capabilities(int stage)
{
    static const struct {
        const char *flags[6];
        const char *set;
    } rows[] = {
        {{"--cap-drop", "ALL"}, none},
        {{"--cap-drop", "all", "--cap-add", "chown"}, "0000000000000001"},
        {{"--cap-drop", "CAP_CHOWN"}, "00000000a80425fa"},
        {{"--cap-add", "SYS_ADMIN"}, "00000000a82425fb"},
        {{"--cap-add", "cap_net_admin", "--cap-drop", "MKNOD"},
         "00000000a00435fb"},
    };

    (void)stage;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct how how = {.user = 0};
        struct process process;

        memcpy(how.flags, rows[i].flags, sizeof(rows[i].flags));
        process = start_stage_8(&how);
        expect_capabilities(container_of(&process), rows[i].set);
        end_container(&process);
    }
}

static void default_capabilities(int stage)
{
    struct process process = start_stage_8(NULL);

    (void)stage;
    expect_capabilities(container_of(&process), fourteen);
    end_container(&process);
}

static void no_new_privileges(int stage)
{
    struct process process = start_stage_8(NULL);

    (void)stage;
    ck_assert_str_eq(status_field(container_of(&process), "NoNewPrivs"), "1");
    end_container(&process);
}

/* What capabilities do not guard: the log, keys, and new user namespaces, in
 * which root has all capabilities again. */
static void filtered_system_calls(int stage)
{
    struct process process = start_stage_8(NULL);
    struct result result;

    (void)stage;
    ck_assert_str_eq(status_field(container_of(&process), "Seccomp"), "2");
    end_container(&process);
    result = run_stage(8, "--", "unshare", "--user", "--map-root-user", "echo",
                       "made", NULL);
    ck_assert_int_ne(result.status, 127);
    ck_assert_str_eq(result.out, "");
    expect_text("stderr", result.err, "Operation not permitted");
}

/* CVE-2019-5736: who holds the runtime's file, by /proc/PID/exe, until it has
 * ended could then write to it. */
static void runtime_not_overwritable(int stage)
{
    struct process process = start_stage_8(NULL);
    char *path = format_text("/proc/%d/exe", (int)process.pid);
    int held = open(path, O_PATH | O_CLOEXEC);
    int fd;

    (void)stage;
    ck_assert_int_ne(held, -1);
    end_container(&process);
    fd = open(format_text("/proc/self/fd/%d", held), O_WRONLY | O_CLOEXEC);
    ck_assert_msg(fd == -1 && errno == EROFS,
                  "the runtime's file can be opened for writing");
    close(held);
}

/* Its file may lie where no mount of it can be made: started by descriptor, on a
 * file system that is mounted no more. The copy in memory is protected, too. */
static void runtime_without_mount(int stage)
{
    char *told = host_command(
        NULL,
        "mkdir gone && mount -t tmpfs gone gone && cp '%s' gone/stage-8 && "
        "exec 9<gone/stage-8 && umount -l gone && rmdir gone && "
        "/proc/self/fd/9 --rootfs rootfs -- echo ran 2>&1",
        stage_path(8));

    (void)stage;
    expect_text("output", told, "ran\n");
}

static void expect_user(const char *flag, const char *uid, const char *gid)
{
    struct how how = {.flags = {"-u", flag}};
    struct process process = start_stage_8(&how);
    pid_t container = container_of(&process);
    char *four = format_text("%s\t%s\t%s\t%s", uid, uid, uid, uid);

    ck_assert_msg(strcmp(status_field(container, "Uid"), four) == 0,
                  "-u %s: uid %s", flag, status_field(container, "Uid"));
    four = format_text("%s\t%s\t%s\t%s", gid, gid, gid, gid);
    ck_assert_msg(strcmp(status_field(container, "Gid"), four) == 0,
                  "-u %s: gid %s", flag, status_field(container, "Gid"));
    if (strcmp(uid, "0") != 0) {
        ck_assert_str_eq(status_field(container, "CapEff"), none);
        ck_assert_str_eq(status_field(container, "CapPrm"), none);
        ck_assert_str_eq(status_field(container, "CapAmb"), none);
    }
    end_container(&process);
}

/* Each form of --user; a name that is a number in the passwd of the image
 * must not make a number mean another user. */
static void users(int stage)
{
    char *passwd = read_file("rootfs/etc/passwd");
    char *group = read_file("rootfs/etc/group");

    (void)stage;
    put_file("rootfs/etc/passwd",
             format_text("%swalter:x:1234:5678::/home/walter:/bin/sh\n"
                         "1001:x:0:0::/root:/bin/sh\n",
                         passwd));
    put_file("rootfs/etc/group", format_text("%screw:x:4321:\n", group));
    expect_user("0", "0", "0");
    expect_user("54321", "54321", "0");
    expect_user("1001", "1001", "0");
    expect_user("1000:1000", "1000", "1000");
    expect_user("walter", "1234", "5678");
    expect_user("walter:crew", "1234", "4321");
    expect_user("1000:crew", "1000", "4321");
    expect_user("walter:77", "1234", "77");
    expect_user("4294967294", "4294967294", "0");
    put_file("rootfs/etc/passwd", passwd);
    put_file("rootfs/etc/group", group);
}

/* The caller's supplementary groups do not come along. */
static void no_groups_of_caller(int stage)
{
    gid_t groups[] = {4242};
    struct process process;
    struct how how = {.flags = {"-u", "1000:1000"}};

    (void)stage;
    ck_assert_int_eq(setgroups(1, groups), 0);
    process = start_stage_8(&how);
    expect_text("the stage's groups", status_field(process.pid, "Groups"),
                "4242");
    expect_no_text("the groups", status_field(container_of(&process), "Groups"),
                   "4242");
    end_container(&process);
    process = start_stage_8(NULL);
    expect_no_text("the groups", status_field(container_of(&process), "Groups"),
                   "4242");
    end_container(&process);
}

/* ---- network ------------------------------------------------------------------------ */

static void loopback_only(int stage)
{
    struct process process = start_stage_8(NULL);
    char *links = read_proc(container_of(&process), "net/dev");
    char *flags =
        printed(&(struct how){.user = 0}, "cat /sys/class/net/*/flags");

    (void)stage;
    ck_assert_int_eq(count_text(links, ":"), 1);
    expect_text("the links", links, "lo:");
    ck_assert_str_eq(flags, "0x9\n"); /* IFF_UP | IFF_LOOPBACK */
    end_container(&process);
}

static void network_of_host(int stage)
{
    struct how how = {.flags = {"--net", "host"}};
    struct process process = start_stage_8(&how);

    (void)stage;
    ck_assert_int_eq(namespace_of(container_of(&process), "net"),
                     namespace_of(getpid(), "net"));
    end_container(&process);
}

/* ---- the process ---------------------------------------------------------------------- */

static void environment(int stage)
{
    struct how how = {.flags = {"-e", "A=1", "--env", "B", "-e", "NOT_SET",
                                "-e", "PATH=/bin:/usr/bin"},
                      .environment = "B=from caller"};
    char *text = printed(&how, "env");

    (void)stage;
    expect_text("the environment", text, "A=1\n");
    expect_text("the environment", text, "B=from caller\n");
    expect_text("the environment", text, "PATH=/bin:/usr/bin\n");
    expect_text("the environment", text, "HOSTNAME=container\n");
    expect_no_text("the environment", text, "NOT_SET");
    expect_no_text("the environment", text, "PATH=/usr/local");
}

static void working_folder(int stage)
{
    (void)stage;
    ck_assert_str_eq(printed(&(struct how){.flags = {"-w", "/usr"}}, "pwd"),
                     "/usr\n");
    ck_assert_str_eq(
        printed(&(struct how){.flags = {"-w", "/made/here"}}, "pwd"),
        "/made/here\n");
    host_command(NULL, "rm -r rootfs/made");
}

/* CVE-2024-21626: a descriptor of the host's root, and a working folder that
 * leads through it. */
static void working_folder_outside(int stage)
{
    struct how how = {.descriptor = open("/", O_PATH | O_DIRECTORY)};
    char *token = make_token();

    (void)stage;
    put_file("secret", token);
    for (int fd = 3; fd < 12; fd++) {
        char *path = format_text("/proc/self/fd/%d", fd);
        struct result result =
            run_stage_so(8, &how, "-w", path, "--", "sh", "-c",
                         format_text("cat ./%s/secret; cat ../%s/secret",
                                     scratch_folder, scratch_folder),
                         NULL);

        expect_no_text("stdout", result.out, token);
    }
    unlink("secret");
}

static void tmpfs_flag(int stage)
{
    struct how how = {.flags = {"--tmpfs", "/mem:size=1m"}};
    struct process process = start_stage_8(&how);
    char *line = find_mount(container_of(&process), "/mem");

    (void)stage;
    ck_assert(line != NULL);
    expect_text("its line in mountinfo", line, " - tmpfs ");
    expect_text("its line in mountinfo", line, "nosuid,nodev");
    expect_text("its line in mountinfo", line, "size=1024k");
    end_container(&process);
    rmdir("rootfs/mem");
}

static void read_only_root(int stage)
{
    struct how how = {.flags = {"--read-only", "-v",
                                format_text("%s/file:/file", scratch_folder)}};
    struct result result;

    (void)stage;
    need_cgroups();
    put_file("file", "before");
    result = run_stage_so(8, &how, "--", "sh", "-c",
                          "echo after >/file; echo x >/etc/new", NULL);
    ck_assert_int_ne(result.status, 0);
    expect_text("stderr", result.err, "Read-only file system");
    ck_assert_str_eq(read_file("file"), "after\n");
    ck_assert_int_eq(access("rootfs/etc/new", F_OK), -1);
    unlink("file");
    unlink("rootfs/file");
}

/* pid 1 is the runtime's init: it reaps, passes on, and ends as the command
 * does. */
static void init_flag(int stage)
{
    struct how how = {.flags = {"--init"}};
    struct result result;
    struct process process;

    (void)stage;
    need_cgroups();
    result = run_stage_so(8, &how, "--", "sh", "-c",
                          "test $$ -ne 1 && (sleep 0.1 &); sleep 0.4; "
                          "cat /proc/[0-9]*/stat; exit 6",
                          NULL);
    expect_status(result, 6);
    expect_no_text("the processes", result.out, ") Z ");
    result = run_stage_so(8, &how, "--", "sh", "-c", "kill -TERM $$", NULL);
    expect_status(result, 128 + SIGTERM);
    process = start_script(
        8, &how, format_text("trap 'exit 9' TERM; echo armed; %s", forever));
    expect(&process, "armed");
    kill(process.pid, SIGTERM);
    expect_status(finish(&process), 9);
    expect_status(run_stage_so(8, &how, "--", "no-such-command", NULL), 127);
}

/* ---- run, -i and -t ---------------------------------------------------------------------- */

static void run_form(int stage)
{
    struct how how = {.input = "from stdin\n"};
    struct result result;

    (void)stage;
    need_cgroups();
    result = run_stage_so(8, &how, "run", "--rm", "--rootfs", "rootfs", "sh",
                          "-c", "cat; echo end", NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "end\n");
    result = run_stage_so(8, &how, "run", "--rm", "-i", "--rootfs", "rootfs",
                          "cat", NULL);
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "from stdin\n");
    result = run_stage_so(8, &how, "run", "--rm", "--rootfs", "rootfs", "sh",
                          "-c", "exit 8", NULL);
    expect_status(result, 8);
}

/* Its own terminal, not the caller's: TIOCSTI would reach into that one. */
static void terminal_of_its_own(int stage)
{
    struct how how = {.terminal = true,
                      .flags = {"run", "--rm", "-it", "--rootfs", "rootfs"}};
    struct process process;
    struct stat inside, outside;
    pid_t container;

    (void)stage;
    need_cgroups();
    process = start_script(8, &how, "tty; stty size; cat");
    container = container_of(&process);
    expect(&process, "/dev/");
    ck_assert_int_eq(
        stat(format_text("/proc/%d/fd/0", (int)container), &inside), 0);
    ck_assert_int_eq(
        stat(format_text("/proc/%d/fd/0", (int)process.pid), &outside), 0);
    ck_assert(S_ISCHR(inside.st_mode));
    ck_assert_msg(inside.st_dev != outside.st_dev,
                  "the container has the caller's terminal");
    end_container(&process);
}

/* ---- hostile root file systems ------------------------------------------------------------- */

/* `path` of the rootfs is a symbolic link to a place outside. Whether the
 * container starts or not: there, nothing is made and nothing changes. */
static void expect_nothing_outside(const char *path, const char *target,
                                   const char *const *flags)
{
    struct how how = {.user = 0};
    char *kept = format_text("%s.kept", path);
    bool had = rename(path, kept) == 0;
    struct result result;
    struct stat outside;

    for (int i = 0; flags && flags[i]; i++)
        how.flags[i] = flags[i];
    ck_assert_int_eq(mkdir("outside", 0755), 0);
    put_file("outside/file", "untouched");
    chmod("outside/file", 0640);
    ck_assert_msg(symlink(target, path) == 0, "symlink %s", path);
    result =
        run_stage_so(8, &how, "--", "sh", "-c",
                     "echo spoilt >/etc/hosts; echo x >/dev/file; true", NULL);
    unlink(path);
    if (had)
        rename(kept, path);
    ck_assert_msg(result.status == 0 || result.status == 125,
                  "%s: status %d, %s", path, result.status, result.err);
    ck_assert_msg(strcmp(folder_text("outside"), "file") == 0,
                  "%s: outside there is now %s", path, folder_text("outside"));
    ck_assert_str_eq(read_file("outside/file"), "untouched");
    ck_assert_int_eq(stat("outside/file", &outside), 0);
    ck_assert_int_eq(outside.st_mode & 07777, 0640);
    ck_assert_int_eq(outside.st_uid, 0);
    host_command(NULL, "rm -r outside");
}

static void hostile_links(int stage)
{
    static const char *const folders[] = {"rootfs/dev", "rootfs/proc",
                                          "rootfs/sys", "rootfs/tmp",
                                          "rootfs/run", "rootfs/etc"};
    char *outside = format_text("%s/outside", scratch_folder);

    (void)stage;
    need_cgroups();
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        expect_nothing_outside(folders[i], outside, NULL);
        expect_nothing_outside(folders[i], "../outside", NULL);
        expect_nothing_outside(folders[i], "../../../../../../../../outside",
                               NULL);
    }
}

static void hostile_files(int stage)
{
    static const char *const files[] = {
        "rootfs/etc/hosts", "rootfs/etc/hostname", "rootfs/etc/resolv.conf"};
    char *outside = format_text("%s/outside/file", scratch_folder);

    (void)stage;
    need_cgroups();
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        expect_nothing_outside(files[i], outside, NULL);
        expect_nothing_outside(files[i], "../../outside/file", NULL);
        expect_nothing_outside(
            files[i], format_text("%s/outside/new", scratch_folder), NULL);
    }
}

/* The flags that name places inside. */
static void hostile_targets(int stage)
{
    char *outside = format_text("%s/outside", scratch_folder);
    const char *const rows[][5] = {
        {"-w", "/link/made"},
        {"--tmpfs", "/link/made"},
        {"-v", format_text("%s/conf:/link/made", scratch_folder)},
        {"-v", format_text("%s/conf/hosts:/link/file", scratch_folder)},
        {"-v", format_text("%s/conf/hosts:/link/made", scratch_folder)},
    };

    (void)stage;
    need_cgroups();
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        expect_nothing_outside("rootfs/link", outside, rows[i]);
    host_command(NULL, "rm -rf 'rootfs%s'", scratch_folder);
}

/* A /dev/null of the image's that is none, and a console that leads away. */
static void hostile_devices(int stage)
{
    struct how how = {.terminal = true,
                      .flags = {"run", "--rm", "-it", "--rootfs", "rootfs"}};
    struct result result;
    struct process process;

    (void)stage;
    need_cgroups();
    ck_assert_int_eq(mkdir("outside", 0755), 0);
    host_command(NULL,
                 "mv rootfs/dev dev.kept; mkdir rootfs/dev; "
                 "ln -s '%s/outside/null' rootfs/dev/null; "
                 "ln -s '%s/outside/console' rootfs/dev/console; "
                 "ln -s '%s/outside/pts' rootfs/dev/pts",
                 scratch_folder, scratch_folder, scratch_folder);
    result = run_script(8, "echo x >/dev/null");
    process = start_stage(8, &how, "true", NULL);
    finish(&process);
    host_command(NULL, "rm -r rootfs/dev; mv dev.kept rootfs/dev");
    expect_status(result, 0);
    ck_assert_str_eq(folder_text("outside"), "");
    rmdir("outside");
}

const struct check full_checks[] = {
    {"list_of_devices", 8, 8, list_of_devices},
    {"masked_paths", 8, 8, masked_paths},
    {"read_only_paths", 8, 8, read_only_paths},
    {"mounts_of_stage_8", 8, 8, mounts_of_stage_8},
    {"capabilities", 8, 8, capabilities},
    {"default_capabilities", 8, 8, default_capabilities},
    {"no_new_privileges", 8, 8, no_new_privileges},
    {"filtered_system_calls", 8, 8, filtered_system_calls},
    {"runtime_not_overwritable", 8, 8, runtime_not_overwritable},
    {"runtime_without_mount", 8, 8, runtime_without_mount},
    {"users", 8, 8, users},
    {"no_groups_of_caller", 8, 8, no_groups_of_caller},
    {"loopback_only", 8, 8, loopback_only},
    {"network_of_host", 8, 8, network_of_host},
    {"environment", 8, 8, environment},
    {"working_folder", 8, 8, working_folder},
    {"working_folder_outside", 8, 8, working_folder_outside},
    {"tmpfs_flag", 8, 8, tmpfs_flag},
    {"read_only_root", 8, 8, read_only_root},
    {"init_flag", 8, 8, init_flag},
    {"run_form", 8, 8, run_form},
    {"terminal_of_its_own", 8, 8, terminal_of_its_own},
    {"hostile_links", 8, 8, hostile_links},
    {"hostile_files", 8, 8, hostile_files},
    {"hostile_targets", 8, 8, hostile_targets},
    {"hostile_devices", 8, 8, hostile_devices},
    {.name = NULL},
};
