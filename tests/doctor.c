/*
 * doctor.c - checks of `make doctor`: each thing that can be wrong with a
 * machine is brought about, must be said, and must be mended by what is said
 * to mend it. And what the doctor foretells must be what the stages do.
 */
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "look.h"
#include "run.h"
#include "suite.h"

/* ---- asking the doctor --------------------------------------------------- */

/* A machine with something wrong: a program that the rest is run by, and what
 * that shell does first. "$DOCTOR" and "$STAGE" start the two. */
struct machine {
    const char *by, *first;
};

/* What nobody may reach by its path, all may by a descriptor. */
static const char by_descriptor[] =
    "DOCTOR=/proc/self/fd/9 STAGE=/proc/self/fd/8";

/* In scripts "$DOCTOR" is split into words, and the project's folder may have a
 * blank in its name, or a program be for its owner only, as built with a umask
 * of 077: these copies have neither. They are there for one run. */
#define DOCTOR_COPY "/run/toy-docker/doctor"
#define STAGE_COPY "/run/toy-docker/stage"

static void copy_program(const char *path, const char *copy)
{
    int status;
    char *output = host_command(&status, "install -m 755 '%s' %s", path, copy);

    ck_assert_msg(status == 0, "%s", output);
}

/* What `script` prints on the machine. Its exit status is in *status. */
static char *run_on(const struct machine *machine, const char *script,
                    int *status)
{
    char *all =
        format_text("%s\n%s", machine->first ? machine->first : ":", script);
    char *output;

    setenv("SCRIPT", all, 1);
    setenv("DOCTOR", DOCTOR_COPY, 1);
    copy_program(format_text("%s/build/doctor", top_folder), DOCTOR_COPY);
    output = host_command(status, "exec 9<\"$DOCTOR\"; %s sh -c \"$SCRIPT\"",
                          machine->by ? machine->by : "");
    unlink(DOCTOR_COPY);
    return output;
}

/* The finding on `name` in the doctor's JSON; fails if there is none. */
static char *find_row(const char *json, const char *name)
{
    char *start = format_text("{\"name\": \"%s\", \"state\": ", name);
    const char *found = strstr(json, start);

    ck_assert_msg(found != NULL, "no row \"%s\" in: %.6000s", name, json);
    return format_text("%.*s", (int)strcspn(found, "\n"), found);
}

static void expect_row(const char *json, const char *name, const char *state,
                       const char *fact)
{
    char *row = find_row(json, name);

    expect_text(name, row, format_text("\"state\": \"%s\"", state));
    expect_text(name, row, fact);
}

/* As text, nothing is wider than a terminal, and the exit status says what
 * the words do. */
static void expect_good_text(const struct machine *machine)
{
    int status;
    char *text = run_on(machine, "$DOCTOR", &status), *line;

    ck_assert_int_eq(status, strstr(text, "WILL NOT RUN") ? 1 : 0);
    expect_text("the table", text, "\nstage 1            ");
    while ((line = strsep(&text, "\n")))
        ck_assert_msg(strlen(line) <= 80, "wider than 80 columns: %s", line);
}

static char *doctor_on(const struct machine *machine)
{
    int status;
    char *json = run_on(machine, "$DOCTOR --json", &status);

    ck_assert_int_eq(status, strstr(json, "\"runs\": false") ? 1 : 0);
    expect_good_text(machine);
    return json;
}

/* ---- what can be wrong --------------------------------------------------- */

static const struct machine well = {"env TERM=xterm LC_ALL=C.UTF-8", NULL};
static const struct machine old = {
    "unshare -m",
    "echo 4.19.0 >r; mount --bind r /proc/sys/kernel/osrelease; rm r"};
static const struct machine oldish = {
    "unshare -m",
    "echo 5.15.0 >r; mount --bind r /proc/sys/kernel/osrelease; rm r"};
static const struct machine nobody = {
    "setpriv --reuid 65534 --regid 65534 --clear-groups", by_descriptor};
static const struct machine unmapped = {"unshare -U", by_descriptor};
static const struct machine user_namespace = {"unshare -Ur", NULL};
static const struct machine no_admin = {
    "setpriv --bounding-set -sys_admin --inh-caps -sys_admin", NULL};
static const struct machine no_mknod = {
    "setpriv --bounding-set -mknod --inh-caps -mknod", NULL};
static const struct machine no_kill = {
    "setpriv --bounding-set -kill --inh-caps -kill", NULL};
static const struct machine ubuntu = {
    "unshare -m", "cd /proc/sys/kernel; mount -t tmpfs t .; cd ../kernel;"
                  "echo 1 >apparmor_restrict_unprivileged_userns"};
static const struct machine old_debian = {
    "unshare -m", "cd /proc/sys/kernel; mount -t tmpfs t .; cd ../kernel;"
                  "echo 0 >unprivileged_userns_clone"};
static const struct machine no_programs = {
    NULL, "DOCTOR=\"env PATH=/nowhere $DOCTOR\""};
/* in PATH, but they fail */
static const struct machine bad_programs = {
    "unshare -m", "mount -t tmpfs t /mnt; PATH=/mnt:$PATH;"
                  "printf '#!/bin/sh\\nexit 1\\n' >/mnt/cc; chmod +x /mnt/cc;"
                  "cp /mnt/cc /mnt/pkg-config"};
static const struct machine confined = {
    "unshare -m",
    "awk '$3 ~ /^cgroup/ { print $2 }' /proc/self/mounts |"
    "while read -r top; do mount -o remount,bind,ro \"$top\"; done;"
    "DOCTOR=\"setpriv --bounding-set -sys_admin --inh-caps -sys_admin "
    "$DOCTOR\""};
static const struct machine no_rootfs = {NULL, "cd /"};
static const struct machine empty_rootfs = {"unshare -m",
                                            "mount -t tmpfs t rootfs"};
static const struct machine dumb = {"env TERM=dumb", NULL};
static const struct machine latin = {"env TERM=xterm LC_ALL=C", NULL};

static const struct wrong {
    const struct machine *machine;
    const char *row, *state, *fact, *mend;
} wrongs[] = {
    {&old, "kernel", "failed", "4.19.0, older than 5.10", "5.10 or newer"},
    {&oldish, "kernel", "warning", "5.15.0", "6.1 or newer"},
    {&nobody, "user", "failed", "uid 65534", "sudo make doctor"},
    {&user_namespace, "user", "warning", "of a user namespace", "leave it"},
    {&unmapped, "CAP_SYS_ADMIN", "failed", "not without root", "sudo "},
    {&no_admin, "CAP_SYS_ADMIN", "failed", "root, but", "--privileged"},
    {&no_mknod, "other capabilities", "failed", ": MKNOD", "--privileged"},
    {&no_kill, "other capabilities", "warning", ": KILL", "--privileged"},
    {&user_namespace, "system calls", "failed", "move_mount", "leave the"},
    {&user_namespace, "file systems", "failed", "sysfs: ", "leave the"},
    {&user_namespace, "devtmpfs", "failed", "EPERM", "leave the"},
    {&ubuntu, "user namespace", "warning", "apparmor_restrict",
     "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
    {&old_debian, "user namespace", "warning", "unprivileged_userns_clone",
     "sysctl -w kernel.unprivileged_userns_clone=1"},
    {&no_programs, "compiler", "failed", "no cc in PATH", "scripts/deps.sh"},
    {&no_programs, "make", "failed", "no make in PATH", "scripts/deps.sh"},
    {&no_programs, "pkg-config", "failed", "no pkg-config", "scripts/deps.sh"},
    {&no_programs, "busybox", "warning", "no busybox", "scripts/deps.sh"},
    {&no_programs, "nft", "warning", "no nft", "scripts/deps.sh"},
    {&bad_programs, "compiler", "failed", "cannot compile", "make deps"},
    {&bad_programs, "libcap", "failed", "not there", "make deps"},
    {&bad_programs, "libseccomp", "failed", "not there", "make deps"},
    {&bad_programs, "json-c", "failed", "not there", "make deps"},
    {&bad_programs, "libarchive", "failed", "not there", "make deps"},
    {&bad_programs, "nettle", "failed", "not there", "make deps"},
    {&bad_programs, "check (for tests)", "warning", "not there", "make deps"},
    {&confined, "cgroup pids", "failed", "read-only", "--privileged"},
    {&no_rootfs, "rootfs", "warning", "none yet", "make rootfs"},
    {&empty_rootfs, "rootfs", "failed", "no bin/sh", "make rootfs"},
    {&dumb, "terminal", "warning", "TERM", "export TERM=xterm-256color"},
    {&latin, "terminal", "warning", "not UTF-8", "export LC_ALL=C.UTF-8"},
    {.machine = NULL},
};

/* Each, and it is well without it: else another cause may be what is seen. */
static void doctor_says_what_is_wrong(int stage)
{
    char *before = doctor_on(&well);

    (void)stage;
    for (const struct wrong *wrong = wrongs; wrong->machine; wrong++) {
        char *json = doctor_on(wrong->machine);

        if (!strstr(find_row(before, wrong->row), "\"state\": \"ok\""))
            note("%s is not ok on this machine", wrong->row);
        else
            expect_row(json, wrong->row, wrong->state, wrong->fact);
        expect_row(json, wrong->row, wrong->state, wrong->mend);
    }
}

/* ---- what mends it ------------------------------------------------------- */

/* Brings the same about again, runs what the doctor said to `row`, and asks
 * it once more. */
static void expect_mended(const struct machine *machine, const char *row,
                          const char *fact)
{
    char *json = doctor_on(machine);
    char *mend = strstr(find_row(json, row), "\"mend\": \"");

    expect_row(json, row, "failed", fact);
    ck_assert_msg(mend != NULL, "nothing mends %s", row);
    mend += strlen("\"mend\": \"");
    mend[strcspn(mend, "\"")] = '\0';
    setenv("MEND", mend, 1);
    json = run_on(machine, "sh -c \"$MEND\"; $DOCTOR --json", NULL);
    expect_row(json, row, "ok", "");
}

static void doctor_mends_namespaces(int stage)
{
    static const char *const kinds[] = {"uts", "ipc",    "pid",
                                        "mnt", "cgroup", "net"};

    (void)stage;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct machine machine = {
            "unshare -Ur",
            format_text("echo 0 >/proc/sys/user/max_%s_namespaces", kinds[i])};

        expect_mended(&machine, format_text("%s namespace", kinds[i]),
                      "ENOSPC");
    }
}

static void doctor_mends_user_namespaces(int stage)
{
    static const struct machine machine = {
        "unshare -Ur", "echo 0 >/proc/sys/user/max_user_namespaces"};

    (void)stage;
    expect_row(doctor_on(&machine), "user namespace", "warning",
               "sysctl -w user.max_user_namespaces=");
}

static void doctor_mends_proc(int stage)
{
    static const struct machine machine = {
        "unshare -m", "while umount -l /proc 2>/dev/null; do :; done"};

    (void)stage;
    expect_mended(&machine, "/proc", "no proc file system");
}

/* ---- cgroups ------------------------------------------------------------- */

static const char *const controllers[] = {"cpu", "memory", "pids"};

static void doctor_mends_cgroups(int stage)
{
    bool v2;

    (void)stage;
    need_cgroups();
    for (size_t i = 0; i < 3; i++) {
        const char *top = find_cgroup_top(controllers[i], &v2);
        char *row = format_text("cgroup %s", controllers[i]);
        bool same = i > 0 && top == find_cgroup_top(controllers[i - 1], &v2);
        struct machine read_only = {
            "unshare -m", format_text("mount -o remount,bind,ro '%s'", top)};
        struct machine unmounted = {"unshare -m",
                                    format_text("umount -l '%s'", top)};

        if (same && slowness() > 1)
            continue;
        expect_mended(&read_only, row, "mounted read-only");
        expect_mended(&unmounted, row,
                      v2 ? "no cgroup file system" : "is not mounted here");
    }
}

static const char unmount_cgroups[] =
    "awk '$3 ~ /^cgroup/ { print $2 }' /proc/self/mounts |"
    "while read -r top; do umount -l \"$top\"; done";

static void doctor_mends_no_cgroups(int stage)
{
    static const struct machine machine = {"unshare -m", unmount_cgroups};

    (void)stage;
    need_cgroups();
    expect_mended(&machine, "cgroups", "no cgroup file system");
    expect_row(doctor_on(&machine), "cgroup devices", "failed", "mounted");
}

/* As with cgroup_disable=memory, which /proc/cgroups shows. */
static void doctor_sees_a_disabled_controller(int stage)
{
    struct machine machine = {
        "unshare -m",
        format_text("%s; mount -t tmpfs t /mnt; printf 'memory\\t0\\t1\\t0\\n'"
                    ">/mnt/cgroups; mount --bind /mnt/cgroups /proc/cgroups",
                    unmount_cgroups)};

    (void)stage;
    expect_row(doctor_on(&machine), "cgroup memory", "failed", "switched off");
    expect_row(doctor_on(&machine), "cgroup memory", "failed",
               "boot with cgroup_enable=memory");
}

/* As in a container: the cgroup namespace's top has processes. */
static void doctor_mends_a_full_top(int stage)
{
    bool v2;
    const char *top = find_cgroup_top("memory", &v2);
    struct machine machine = {
        "unshare -m -C",
        format_text("umount -l '%s'; mount -t cgroup2 c '%s'", top, top)};
    char *full = format_text("%s/full", top), *json;

    (void)stage;
    need_cgroups();
    if (!v2)
        skip("cgroup v2 has no memory controller here");
    write_file(format_text("%s/cgroup.subtree_control", top),
               "+cpu +memory +pids");
    ck_assert(mkdir(full, 0755) == 0);
    ck_assert(write_file(format_text("%s/cgroup.procs", full), "0") == 0);
    json = doctor_on(&machine);
    expect_row(json, "cgroup cpu", "failed", "has processes in its top");
    expect_row(json, "cgroup pids", "failed", "has processes in its top");
    expect_mended(&machine, "cgroup memory", "has processes in its top");
    ck_assert(write_file(format_text("%s/host/cgroup.procs", top), "0") == 0);
    rmdir(format_text("%s/init", full));
    ck_assert_msg(within(3, rmdir(full) == 0), "rmdir %s: %s", full,
                  strerror(errno));
}

/* ---- a chroot ------------------------------------------------------------ */

/* Everything as it is, but the root is a plain folder, no mount point. */
static const char make_plain_root[] =
    "mount -t tmpfs t /mnt; mkdir /mnt/root;"
    "for path in /*; do case $path in /mnt) ;; *)"
    "    if [ -L $path ]; then cp -P $path /mnt/root;"
    "    elif [ -d $path ]; then"
    "        mkdir /mnt/root$path; mount --rbind $path /mnt/root$path;"
    "    fi ;; esac; done;"
    "cd \"$PWD\"; DOCTOR=\"chroot /mnt/root $DOCTOR\";"
    "STAGE=\"chroot /mnt/root $STAGE\"";

static void doctor_sees_a_chroot(int stage)
{
    static const struct machine machine = {"unshare -m", make_plain_root};
    char *json = doctor_on(&machine);

    (void)stage;
    expect_row(json, "propagation of /", "failed", "mount --bind DIR DIR");
    expect_row(json, "pivot_root", "failed", "mount --bind DIR DIR");
    expect_row(json, "user namespace", "warning", "EPERM");
    expect_row(json, "file systems", "ok", "");
}

/* ---- a seccomp filter ---------------------------------------------------- */

static const struct machine this_machine;

static void doctor_sees_clone_forbidden(int stage)
{
    static const char *const rows[] = {"uts namespace", "ipc namespace",
                                       "pid namespace", "mnt namespace",
                                       "net namespace", "cgroup namespace"};
    char *json;

    (void)stage;
    forbid(SYS_clone, EPERM);
    json = doctor_on(&this_machine);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        expect_row(json, rows[i], "failed", "EPERM, by the seccomp filter");
    expect_row(json, "seccomp filter", "warning", "--privileged");
    expect_text("stages", json, "{\"stage\": 1, \"runs\": true");
    expect_text("stages", json, "{\"stage\": 2, \"runs\": false");
}

/* As a kernel answers that was built without them. */
static void doctor_sees_a_kernel_without_namespaces(int stage)
{
    static const struct {
        const char *row, *option;
    } lacks[] = {
        {"uts namespace", "CONFIG_UTS_NS=y"},
        {"ipc namespace", "CONFIG_IPC_NS=y"},
        {"pid namespace", "CONFIG_PID_NS=y"},
        {"net namespace", "CONFIG_NET_NS=y"},
    };
    char *json;

    (void)stage;
    forbid(SYS_clone, EINVAL);
    json = doctor_on(&this_machine);
    for (size_t i = 0; i < sizeof(lacks) / sizeof(*lacks); i++) {
        expect_row(json, lacks[i].row, "failed", "this kernel has none");
        expect_row(json, lacks[i].row, "failed", lacks[i].option);
    }
    expect_text("stages", json, "{\"stage\": 1, \"runs\": true");
    expect_text("stages", json, "{\"stage\": 2, \"runs\": false");
}

static void doctor_sees_unshare_forbidden(int stage)
{
    char *json;

    (void)stage;
    forbid(SYS_unshare, EPERM);
    json = doctor_on(&this_machine);
    expect_row(json, "uts namespace", "ok", "");
    expect_row(json, "cgroup namespace", "failed", "by the seccomp filter");
    expect_row(json, "user namespace", "warning", "by the seccomp filter");
}

static void doctor_sees_mount_forbidden(int stage)
{
    static const char *const rows[] = {"propagation of /", "proc, mounted anew",
                                       "file systems",     "devtmpfs",
                                       "mqueue",           "pivot_root"};
    char *json;

    (void)stage;
    forbid(SYS_mount, EPERM);
    json = doctor_on(&this_machine);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        expect_row(json, rows[i], "failed", "EPERM, by the seccomp filter");
    expect_row(json, "overlayfs", "warning", "by the seccomp filter");
}

static void doctor_sees_calls_forbidden(int stage)
{
    char *json;

    (void)stage;
    forbid(SYS_keyctl, EPERM);
    forbid(SYS_openat2, EPERM);
    forbid(SYS_pivot_root, EPERM);
    json = doctor_on(&this_machine);
    expect_row(json, "system calls", "failed", "openat2 keyctl");
    expect_row(json, "pivot_root", "failed", "by the seccomp filter");
    expect_text("stages", json, "{\"stage\": 5, \"runs\": true");
}

/* As a kernel without filters answers; PR_SET_SECCOMP comes as prctl(2). */
static void doctor_sees_no_seccomp(int stage)
{
    char *json;

    (void)stage;
    forbid(SYS_prctl, EINVAL);
    json = doctor_on(&this_machine);
    expect_row(json, "seccomp filter", "failed", "CONFIG_SECCOMP_FILTER=y");
    expect_text("stages", json, "{\"stage\": 7, \"runs\": true");
}

/* Where v2 has the devices, a program decides on them. */
static void doctor_sees_bpf_forbidden(int stage)
{
    bool v2;

    (void)stage;
    need_cgroups();
    if (find_cgroup_top("devices", &v2) || !find_cgroup_top("pids", &v2))
        skip("devices are in cgroup v1 here, without bpf(2)");
    forbid(SYS_bpf, EPERM);
    expect_row(doctor_on(&this_machine), "cgroup devices", "failed",
               "by the seccomp filter");
}

/* ---- the stages do what the doctor says ---------------------------------- */

static const struct machine no_uts = {
    "unshare -Ur", "echo 0 >/proc/sys/user/max_uts_namespaces"};
static const struct machine no_ipc = {
    "unshare -Ur", "echo 0 >/proc/sys/user/max_ipc_namespaces"};
static const struct machine no_pid = {
    "unshare -Ur", "echo 0 >/proc/sys/user/max_pid_namespaces"};
static const struct machine no_mnt = {
    "unshare -Ur", "echo 0 >/proc/sys/user/max_mnt_namespaces"};
static const struct machine no_net_admin = {
    "setpriv --bounding-set -net_admin --inh-caps -net_admin", NULL};
static const struct machine no_setpcap = {
    "setpriv --bounding-set -setpcap --inh-caps -setpcap", NULL};
static const struct machine no_cgroups = {"unshare -m", unmount_cgroups};

static const struct machine *const machines[] = {
    &well,         &nobody,     &no_admin,     &no_mknod,       &no_kill,
    &no_net_admin, &no_setpcap, &no_uts,       &no_ipc,         &no_pid,
    &no_mnt,       &no_cgroups, &empty_rootfs, &user_namespace, NULL,
};

static bool foretold_to_run(const char *json, int stage)
{
    char *word = format_text("{\"stage\": %d, \"runs\": ", stage);
    const char *found = strstr(json, word);

    ck_assert_msg(found != NULL, "no stage %d in: %.6000s", stage, json);
    return strncmp(found + strlen(word), "true", 4) == 0;
}

static void doctor_foretells(int stage)
{
    need_cgroups();
    setenv("STAGE", STAGE_COPY, 1);
    copy_program(stage_path(stage), STAGE_COPY);
    for (const struct machine *const *i = machines; *i; i++) {
        const struct machine *machine = *i;
        char *json = run_on(machine, "$DOCTOR --json", NULL);
        bool runs = foretold_to_run(json, stage);
        char *by = format_text("exec 8<\"$STAGE\"; %s",
                               machine->by ? machine->by : "");
        struct machine with_stage = {by, machine->first};
        int status;
        char *output = run_on(&with_stage, "$STAGE -- true", &status);

        ck_assert_msg(runs ? status == 0 : status >= 125,
                      "%s; %s: the doctor says that stage %d %s, but its exit "
                      "status is %d: %s",
                      machine->by, machine->first, stage,
                      runs ? "runs" : "does not run", status, output);
    }
    unlink(STAGE_COPY);
}

/* ---- the program itself -------------------------------------------------- */

static void doctor_json_is_sound(int stage)
{
    static const struct machine machine = {
        "env TERM='x\"\\\t\xfc{终' LC_ALL=C.UTF-8", NULL};
    char *json = doctor_on(&machine);

    (void)stage;
    expect_row(json, "terminal", "ok", "x\\\"\\\\\\u0009\\u00fc{终");
    ck_assert_int_eq(count_text(json, "{\"name\": "),
                     count_text(json, "\"mend\": "));
    ck_assert_int_eq(count_text(json, "{\"stage\": "), LAST_STAGE);
    ck_assert(json[0] == '{' && strstr(json, "\n  ]\n}\n"));
}

static void doctor_flags(int stage)
{
    static const struct {
        const char *arguments, *text;
        int status;
    } cases[] = {
        {"--help", "usage: doctor", 0},
        {"--jsn", "doctor: unknown flag --jsn", 125},
        {"-j", "doctor: unknown flag -j", 125},
        {"now", "takes no arguments", 125},
        {"--json >/dev/full", "No space left", 125},
    };

    (void)stage;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *script = format_text("$DOCTOR %s", cases[i].arguments);
        int status;
        char *output = run_on(&this_machine, script, &status);

        ck_assert_int_eq(status, cases[i].status);
        expect_text(script, output, cases[i].text);
    }
}

const struct check doctor_checks[] = {
    {"doctor_says_what_is_wrong", 8, 8, doctor_says_what_is_wrong},
    {"doctor_mends_namespaces", 8, 8, doctor_mends_namespaces},
    {"doctor_mends_user_namespaces", 8, 8, doctor_mends_user_namespaces},
    {"doctor_mends_proc", 8, 8, doctor_mends_proc},
    {"doctor_mends_cgroups", 8, 8, doctor_mends_cgroups},
    {"doctor_mends_no_cgroups", 8, 8, doctor_mends_no_cgroups},
    {"doctor_sees_a_disabled_controller", 8, 8,
     doctor_sees_a_disabled_controller},
    {"doctor_mends_a_full_top", 8, 8, doctor_mends_a_full_top},
    {"doctor_sees_a_chroot", 8, 8, doctor_sees_a_chroot},
    {"doctor_sees_clone_forbidden", 8, 8, doctor_sees_clone_forbidden},
    {"doctor_sees_a_kernel_without_namespaces", 8, 8,
     doctor_sees_a_kernel_without_namespaces},
    {"doctor_sees_unshare_forbidden", 8, 8, doctor_sees_unshare_forbidden},
    {"doctor_sees_mount_forbidden", 8, 8, doctor_sees_mount_forbidden},
    {"doctor_sees_calls_forbidden", 8, 8, doctor_sees_calls_forbidden},
    {"doctor_sees_no_seccomp", 8, 8, doctor_sees_no_seccomp},
    {"doctor_sees_bpf_forbidden", 8, 8, doctor_sees_bpf_forbidden},
    {"doctor_foretells", 1, 8, doctor_foretells},
    {"doctor_json_is_sound", 8, 8, doctor_json_is_sound},
    {"doctor_flags", 8, 8, doctor_flags},
    {.name = NULL},
};
