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

enum { LAST_STAGE = 8, WIDTH = 80, INDENT = 28 };

static const struct check checks[] = {
    {"kernel", FROM(8), look_at_kernel, NULL},
    {"user", FROM(2), look_at_user, NULL},
    {"CAP_SYS_ADMIN", FROM(2), look_at_admin, NULL},
    {"other capabilities", FROM(8), look_at_capabilities, NULL},
    {"seccomp filter", FROM(8), look_at_seccomp, NULL},
    {"system calls", FROM(8), look_at_calls, NULL},
    {"uts namespace", FROM(2), look_at_namespace, "uts"},
    {"ipc namespace", FROM(3), look_at_namespace, "ipc"},
    {"pid namespace", FROM(4), look_at_namespace, "pid"},
    {"mnt namespace", FROM(5), look_at_namespace, "mnt"},
    {"cgroup namespace", FROM(7), look_at_namespace, "cgroup"},
    {"net namespace", FROM(8), look_at_namespace, "net"},
    {"user namespace", 0, look_at_user_namespace, NULL},
    {"/proc", FROM(5), look_at_proc, NULL},
    {"propagation of /", FROM(5), look_at_propagation, NULL},
    {"proc, mounted anew", FROM(5), look_at_file_systems, "proc"},
    {"file systems", FROM(6), look_at_file_systems, "sysfs tmpfs devpts"},
    {"devtmpfs", ONLY(6) | ONLY(7), look_at_file_systems, "devtmpfs"},
    {"mqueue", FROM(8), look_at_file_systems, "mqueue"},
    {"overlayfs", 0, look_at_overlayfs, NULL},
    {"pivot_root", FROM(6), look_at_pivot_root, NULL},
    {"cgroups", FROM(7), look_at_cgroups, NULL},
    {"cgroup cpu", FROM(7), look_at_controller, "cpu"},
    {"cgroup memory", FROM(7), look_at_controller, "memory"},
    {"cgroup pids", FROM(7), look_at_controller, "pids"},
    {"cgroup devices", FROM(8), look_at_devices, "devices"},
    {"compiler", FROM(1), look_at_compiler, NULL},
    {"make", FROM(1), look_at_program, "make"},
    {"pkg-config", FROM(8), look_at_program, "pkg-config"},
    {"libcap", FROM(8), look_at_library, "libcap"},
    {"libseccomp", FROM(8), look_at_library, "libseccomp"},
    {"json-c", FROM(8), look_at_library, "json-c"},
    {"libarchive", FROM(8), look_at_library, "libarchive"},
    {"nettle", FROM(8), look_at_library, "nettle"},
    {"check (for tests)", 0, look_at_library, "check"},
    {"busybox", 0, look_at_program, "busybox"},
    {"nft", 0, look_at_program, "nft"},
    {"rootfs", FROM(6), look_at_rootfs, NULL},
    {"terminal", 0, look_at_terminal, NULL},
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

/* Prints the words of `text`, which starts at `column`, and breaks lines
 * before the right margin: with `broken` at their end. */
static void print_words(const char *text, int column, const char *broken)
{
    int start = column, limit = WIDTH - (int)strlen(broken);

    while (*text) {
        int length = (int)strcspn(text, " ");

        if (column > start && column + 1 + length > limit) {
            printf("%s\n%*s", broken, start, "");
            column = start;
        } else if (column > start) {
            column += printf(" ");
        }
        column += printf("%.*s", length, text);
        text += length;
        text += strspn(text, " ");
    }
    printf("\n");
}

static void print_finding(const struct check *check,
                          const struct finding *finding)
{
    static const char *const states[] = {SAY_OK, SAY_WARNING, SAY_FAILED};

    printf("%-18s %-8s ", check->name, states[finding->state]);
    print_words(finding->fact, INDENT, "");
    if (finding->mend) {
        printf("%s", SAY_MEND);
        print_words(finding->mend, 10, " \\"); /* still one command */
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
            format_text("%s%s%s", names, first ? "" : ", ", checks[i].name);
        free(names);
        names = longer;
        first = false;
    }
    printf("%-19s", format_text(SAY_STAGE, stage));
    if (first)
        printf("%s\n", SAY_WILL_RUN);
    else
        print_words(format_text(SAY_WILL_NOT_RUN, names), 19, "");
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

/* Facts hold what the environment says: any byte may come. */
static void print_string(const char *text)
{
    if (!text) {
        printf("null");
        return;
    }
    putchar('"');
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '"' || byte == '\\')
            printf("\\%c", byte);
        else if (byte < ' ' || byte > '~')
            printf("\\u%04x", byte);
        else
            putchar(byte);
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
        die("write to stdout");
    return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
