/*
 * doctor.c - says which stages will run on this machine, and if not, why.
 *
 * It looks at the machine as the stages will, from one table of checks. Text
 * and JSON come from the same findings. It needs a compiler and libc only:
 * what else is missing is what it is to tell.
 *
 *     make doctor                as root: sudo make doctor
 *     build/doctor --json
 *
 * Exit status: 0 if all stages will run, 1 if not, 125 for a wrong flag.
 */
#include "doctor.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/common.h"

enum { LAST_STAGE = 8, NAME = 19, STATE = 9, MEND = 10 }; /* columns */

static const struct check checks[] = {
    {"kernel", ROW_KERNEL, FROM(8), look_at_kernel, NULL},
    {"user", ROW_USER, FROM(2), look_at_user, NULL},
    {"CAP_SYS_ADMIN", ROW_ADMIN, FROM(2), look_at_admin, NULL},
    {"other capabilities", ROW_OTHERS, FROM(8), look_at_capabilities, NULL},
    {"seccomp filter", ROW_SECCOMP, FROM(8), look_at_seccomp, NULL},
    {"system calls", ROW_CALLS, FROM(8), look_at_calls, NULL},
    {"uts namespace", ROW_UTS, FROM(2), look_at_namespace, "uts"},
    {"ipc namespace", ROW_IPC, FROM(3), look_at_namespace, "ipc"},
    {"pid namespace", ROW_PID, FROM(4), look_at_namespace, "pid"},
    {"mnt namespace", ROW_MNT, FROM(5), look_at_namespace, "mnt"},
    {"cgroup namespace", ROW_CGROUP, FROM(7), look_at_namespace, "cgroup"},
    {"net namespace", ROW_NET, FROM(8), look_at_namespace, "net"},
    {"user namespace", ROW_USERNS, 0, look_at_user_namespace, NULL},
    {"/proc", ROW_PROC, FROM(5), look_at_proc, NULL},
    {"propagation of /", ROW_PROPAGATION, FROM(5), look_at_propagation, NULL},
    {"proc, mounted anew", ROW_NEW_PROC, FROM(5), look_at_file_systems, "proc"},
    {"file systems", ROW_FILE_SYSTEMS, FROM(6), look_at_file_systems,
     "sysfs tmpfs devpts"},
    {"devtmpfs", ROW_DEVTMPFS, ONLY(6) | ONLY(7), look_at_file_systems,
     "devtmpfs"},
    {"mqueue", ROW_MQUEUE, FROM(8), look_at_file_systems, "mqueue"},
    {"overlayfs", ROW_OVERLAYFS, 0, look_at_overlayfs, NULL},
    {"pivot_root", ROW_PIVOT_ROOT, FROM(6), look_at_pivot_root, NULL},
    {"cgroups", ROW_CGROUPS, FROM(7), look_at_cgroups, NULL},
    {"cgroup cpu", ROW_CGROUP_CPU, FROM(7), look_at_controller, "cpu"},
    {"cgroup memory", ROW_CGROUP_MEMORY, FROM(7), look_at_controller, "memory"},
    {"cgroup pids", ROW_CGROUP_PIDS, FROM(7), look_at_controller, "pids"},
    {"cgroup devices", ROW_CGROUP_DEVICES, FROM(8), look_at_devices, "devices"},
    {"compiler", ROW_COMPILER, FROM(1), look_at_compiler, NULL},
    {"make", ROW_MAKE, FROM(1), look_at_program, "make"},
    {"pkg-config", ROW_PKG_CONFIG, FROM(8), look_at_program, "pkg-config"},
    {"libcap", ROW_LIBCAP, FROM(8), look_at_library, "libcap"},
    {"libseccomp", ROW_LIBSECCOMP, FROM(8), look_at_library, "libseccomp"},
    {"json-c", ROW_JSON_C, FROM(8), look_at_library, "json-c"},
    {"libarchive", ROW_LIBARCHIVE, FROM(8), look_at_library, "libarchive"},
    {"nettle", ROW_NETTLE, FROM(8), look_at_library, "nettle"},
    {"check (for tests)", ROW_CHECK, 0, look_at_library, "check"},
    {"busybox", ROW_BUSYBOX, 0, look_at_program, "busybox"},
    {"nft", ROW_NFT, 0, look_at_program, "nft"},
    {"rootfs", ROW_ROOTFS, FROM(6), look_at_rootfs, NULL},
    {"terminal", ROW_TERMINAL, 0, look_at_terminal, NULL},
};

enum { CHECKS = sizeof(checks) / sizeof(*checks) };

static bool stops(const struct finding *finding, int check, int stage)
{
    return finding->state == FAILED && (checks[check].stages & ONLY(stage));
}

static bool will_run(const struct finding *findings, int stage)
{
    for (int i = 0; i < CHECKS; i++)
        if (stops(&findings[i], i, stage))
            return false;
    return true;
}

/* ---- as text ------------------------------------------------------------- */

static void print_finding(const struct check *check,
                          const struct finding *finding)
{
    static const char *const states[] = {SAY_OK, SAY_WARNING, SAY_FAILED};

    print_padded(check->row, NAME);
    print_padded(states[finding->state], STATE);
    print_words(finding->fact, NAME + STATE, "");
    if (finding->mend) {
        print_padded(SAY_MEND, MEND);
        print_words(finding->mend, MEND, " \\"); /* still one command */
    }
}

static void print_stage(const struct finding *findings, int stage)
{
    char *names = format_text("%s", "");
    bool first = true;

    for (int i = 0; i < CHECKS; i++) {
        char *longer;

        if (!stops(&findings[i], i, stage))
            continue;
        longer =
            format_text("%s%s%s", names, first ? "" : SAY_COMMA, checks[i].row);
        free(names);
        names = longer;
        first = false;
    }
    print_padded(format_text(SAY_STAGE, stage), NAME);
    if (first)
        printf("%s\n", SAY_WILL_RUN);
    else
        print_words(format_text(SAY_WILL_NOT_RUN, names), NAME, "");
    free(names);
}

static void print_text(const struct finding *findings)
{
    for (int i = 0; i < CHECKS; i++)
        print_finding(&checks[i], &findings[i]);
    printf("\n");
    for (int stage = 1; stage <= LAST_STAGE; stage++)
        print_stage(findings, stage);
}

/* ---- as JSON ------------------------------------------------------------- */

/* Facts hold what the environment says: any byte may come, and what is no
 * UTF-8 is told as a character of Latin-1. */
static void print_string(const char *text)
{
    if (!text) {
        printf("null");
        return;
    }
    putchar('"');
    while (*text) {
        unsigned char byte = (unsigned char)*text;
        size_t length = character_length(text);

        if (byte == '"' || byte == '\\')
            printf("\\%c", byte);
        else if (length == 0 || byte < ' ' || byte == 0x7f)
            printf("\\u%04x", byte);
        else
            printf("%.*s", (int)length, text);
        text += length ? length : 1;
    }
    putchar('"');
}

static void print_json_finding(const struct check *check,
                               const struct finding *finding)
{
    static const char *const states[] = {"ok", "warning", "failed"};
    const char *comma = "";

    printf("    {\"name\": \"%s\", \"state\": \"%s\", \"fact\": ", check->name,
           states[finding->state]);
    print_string(finding->fact);
    printf(", \"mend\": ");
    print_string(finding->mend);
    printf(", \"stages\": [");
    for (int stage = 1; stage <= LAST_STAGE; stage++)
        if (check->stages & ONLY(stage)) {
            printf("%s%d", comma, stage);
            comma = ", ";
        }
    printf("]}");
}

static void print_json_stage(const struct finding *findings, int stage)
{
    const char *comma = "";

    printf("    {\"stage\": %d, \"runs\": %s, \"failed\": [", stage,
           will_run(findings, stage) ? "true" : "false");
    for (int i = 0; i < CHECKS; i++)
        if (stops(&findings[i], i, stage)) {
            printf("%s\"%s\"", comma, checks[i].name);
            comma = ", ";
        }
    printf("]}");
}

static void print_json(const struct finding *findings)
{
    printf("{\n  \"checks\": [\n");
    for (int i = 0; i < CHECKS; i++) {
        print_json_finding(&checks[i], &findings[i]);
        printf("%s\n", i + 1 < CHECKS ? "," : "");
    }
    printf("  ],\n  \"stages\": [\n");
    for (int stage = 1; stage <= LAST_STAGE; stage++) {
        print_json_stage(findings, stage);
        printf("%s\n", stage < LAST_STAGE ? "," : "");
    }
    printf("  ]\n}\n");
}

/* ---- main ---------------------------------------------------------------- */

static bool read_flags(int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    bool json = false;
    int flag;

    opterr = 0;
    while ((flag = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (flag == 'h') {
            fputs(SAY_USAGE, stdout);
            exit(EXIT_SUCCESS);
        }
        if (flag != 'j')
            die_usage(SAY_UNKNOWN_FLAG, argv[optind - 1]);
        json = true;
    }
    if (argv[optind])
        die_usage(SAY_ARGUMENT, argv[optind]);
    return json;
}

int main(int argc, char **argv)
{
    bool json = read_flags(argc, argv), all = true;
    struct finding findings[CHECKS];

    for (int i = 0; i < CHECKS; i++) {
        findings[i] = checks[i].look(checks[i].about);
        /* what no stage needs stops none */
        if (findings[i].state == FAILED && !checks[i].stages)
            findings[i].state = WARNING;
    }
    if (json)
        print_json(findings);
    else
        print_text(findings);
    for (int stage = 1; stage <= LAST_STAGE; stage++)
        all = all && will_run(findings, stage);
    if (fflush(stdout) != 0)
        die(SAY_WRITE);
    return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
