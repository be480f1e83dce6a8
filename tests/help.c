/* help.c - checks of stage 8's --help, manual page, completion, installation. */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* The first words of the lines that begin with two blanks, each once. */
static char **listed_verbs(void)
{
    char *text = said(stage("--help")), *rest = text;
    char **verbs = calloc(100, sizeof(*verbs));
    size_t count = 0;

    for (char *line; (line = strsep(&rest, "\n"));) {
        if (strncmp(line, "Without a verb", 14) == 0)
            break;
        if (strncmp(line, "  ", 2) != 0 || line[2] == ' ')
            continue;
        line[2 + strcspn(line + 2, " ")] = '\0';
        verbs[count++] = line + 2;
        ck_assert_uint_lt(count, 100);
    }
    ck_assert_uint_ge(count, 20);
    return verbs;
}

/* The flags in a help, a line each. */
static char *flags_in(const char *help)
{
    char *copy = format_text("%s", help), *found = format_text("%s", "");

    for (char *line; (line = strsep(&copy, "\n"));) {
        char *flag = strstr(line, "--");

        if (flag && (flag == line + 6) && strspn(line, " ") < 7) {
            flag[strcspn(flag, " ")] = '\0';
            found = format_text("%s%s\n", found, flag);
        }
    }
    return found;
}

static void fits_80_columns(const char *text)
{
    char *copy = format_text("%s", text);

    for (char *line; (line = strsep(&copy, "\n"));)
        ck_assert_msg(strlen(line) <= 80, "too long: %s", line);
}

static void help_of_verbs(int stage_)
{
    char **verbs = listed_verbs();
    struct result result;

    (void)stage_;
    fits_80_columns(said(stage("--help")));
    ck_assert_str_eq(said(stage("--help")), said(stage("help")));
    for (; *verbs; verbs++) {
        char *help = said(stage("help", *verbs));

        expect_text("help", help, format_text("usage: stage-8 %s ", *verbs));
        expect_text("help", flags_in(help), "--help");
        ck_assert_str_eq(help, said(stage(*verbs, "--help")));
        ck_assert_str_eq(help, said(stage(*verbs, "-h")));
        fits_80_columns(help);
    }
    expect_text("help", said(stage("help", "kill")), "-s, --signal SIGNAL ");
    expect_text("help", said(stage("run", "--help")), "IMAGE [COMMAND...]");
    expect_text("help", said(stage("run", "--bundle", "x", "--help")),
                "--no-pivot ");
    expect_text("help", said(stage("--debug", "--help")), "--log-format");
    result = stage("help", "dance");
    expect_status(result, 125);
    expect_text("stderr", result.err, "\"dance\" is no verb");
}

/* ---- the manual page -------------------------------------------------------- */

/* Each \- is a -. */
static char *without_backslashes(const char *text)
{
    char *copy = format_text("%s", text), *end = copy;

    for (; *text; text++)
        if (*text != '\\' || text[1] != '-')
            *end++ = *text;
    *end = '\0';
    return copy;
}

static void manual_has_all(int stage_)
{
    char *page = without_backslashes(said(stage("help", "--man"))), *output;
    int status;

    (void)stage_;
    for (char **verbs = listed_verbs(); *verbs; verbs++) {
        char *flags = flags_in(said(stage("help", *verbs)));
        char *section = strstr(page, format_text("\n.SS %s\n", *verbs));
        char *end;

        ck_assert_msg(section != NULL, "no section %s", *verbs);
        end = strstr(section + 1, "\n.S");
        if (end)
            *end = '\0';
        for (char *flag; *(flag = strsep(&flags, "\n"));)
            if (strcmp(flag, "--help") != 0 && strcmp(flag, "--explain") != 0)
                expect_text(*verbs, section, flag);
        if (end)
            *end = '\n';
    }
    put_file("stage-8.8", said(stage("help", "--man")));
    output = host_command(&status, "groff -man -ww -Tutf8 -z stage-8.8");
    unlink("stage-8.8");
    if (status == 127)
        skip("groff is not installed");
    ck_assert_str_eq(output, "");
    ck_assert_int_eq(status, 0);
}

/* ---- completion --------------------------------------------------------------- */

/* The words alone, a line each. */
#define offered(...) words_of(said(stage("__complete", __VA_ARGS__)))

static char *words_of(char *answer)
{
    char *words = format_text("%s", "");

    for (char *line; *(line = strsep(&answer, "\n"));)
        words = format_text("%s%.*s\n", words, (int)strcspn(line, "\t"), line);
    return words;
}

static void completion_has_all(int stage_)
{
    char *all = offered("");

    (void)stage_;
    for (char **verbs = listed_verbs(); *verbs; verbs++) {
        expect_text("all verbs", all, format_text("%s\n", *verbs));
        ck_assert_str_eq(offered(*verbs, "--"),
                         flags_in(said(stage("help", *verbs))));
    }
    ck_assert_str_eq(offered("fea"), "features\n");
    ck_assert_str_eq(offered("--debug", "--root", "/x", "fea"), "features\n");
    expect_text("first flags", offered("--"), "--rootfs\n");
    expect_text("first flags", offered("--"), "--cgroup-manager\n");
    ck_assert_str_eq(offered("--cgroup-manager", ""), "cgroupfs\ndisabled\n");
    ck_assert_str_eq(offered("list", "-f", ""), "table\njson\n");
    ck_assert_str_eq(offered("list", "--format=j"), "--format=json\n");
    ck_assert_str_eq(offered("list", "-qf", "j"), "json\n");
    ck_assert_str_eq(offered("kill", "x", "USR1"), "USR1\n");
    ck_assert_str_eq(offered("completion", ""), "bash\nzsh\nfish\n");
    ck_assert_str_eq(offered("state", "x", ""), "");
    ck_assert_str_eq(offered("run", "x", "--"), ""); /* the command's */
    ck_assert_str_eq(offered("run", "-v", ""), "");  /* files */
}

static void completion_knows_images(int stage_)
{
    (void)stage_;
    host_command(NULL, "mkdir empty && tar -cf empty.tar empty");
    ck_assert_str_eq(offered("rmi", ""), "");
    expect_status(stage("import", "empty.tar", "one:v1"), 0);
    expect_status(stage("import", "empty.tar", "two"), 0);
    ck_assert_str_eq(offered("rmi", ""), "one:v1\ntwo:latest\n");
    ck_assert_str_eq(offered("rmi", "two", "one:"), "one:v1\n");
    ck_assert_str_eq(offered("run", "-i", "t"), "two:latest\n");
    ck_assert_str_eq(offered("inspect", "t"), "two:latest\n");
    expect_status(stage("rmi", "one:v1", "two"), 0);
    host_command(NULL, "rm -rf empty empty.tar");
}

static void completion_knows_containers(int stage_)
{
    (void)stage_;
    need_cgroups();
    make_bundle("sleep 100", NULL);
    start_box();
    ck_assert_str_eq(
        words_of(said(oci("__complete", "kill", "-s", "KILL", ""))), "box\n");
    ck_assert_str_eq(words_of(said(oci("__complete", "exec", "b"))), "box\n");
    ck_assert_str_eq(words_of(said(oci("__complete", "exec", "c"))), "");
    end_box();
    remove_bundle();
}

/* At a terminal, by the tab key. */
static void completion_in_bash(int stage_)
{
    struct how bash = {.terminal = true, .program = "/bin/bash"};
    struct process process;

    (void)stage_;
    if (access(bash.program, X_OK) == -1)
        skip("bash is not installed");
    process = start_stage(8, &bash, "--norc", "--noprofile", NULL);
    type_text(&process,
              format_text("PATH=$PATH:'%s'; source <(stage-8 "
                          "completion bash); echo so${IFS:1:0}urced\n",
                          dirname(stage_path(8))));
    expect(&process, "sourced");
    type_text(&process, "stage-8 fea\t\n");
    expect(&process, "ociVersionMax");
    type_text(&process, "stage-8 list --form\t");
    expect(&process, "--format ");
    type_text(&process, "j\t-q; echo do${IFS:1:0}ne\n");
    expect(&process, "json -q");
    expect(&process, "done");
    type_text(&process, "exit 5\n");
    expect_status(finish(&process), 5);
}

/* As much as the shells can say of it without a terminal. */
static void completion_in_others(int stage_)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    struct result result = stage("completion", "tcsh");

    (void)stage_;
    expect_status(result, 125);
    expect_text("stderr", result.err, "bash, zsh or fish");
    for (size_t i = 0; i < 3; i++) {
        int status;
        char *output;

        put_file("script", said(stage("completion", shells[i])));
        output = host_command(&status, "%s -n script", shells[i]);
        if (status == 127)
            note("%s is not installed: its completion was not tried",
                 shells[i]);
        else
            ck_assert_msg(status == 0, "%s: %s", shells[i], output);
    }
    unlink("script");
}

/* ---- make install --------------------------------------------------------------- */

/* make takes no path with a blank; from the top folder there is none. */
static const char *below_top(const char *path)
{
    size_t length = strlen(top_folder);

    return strncmp(path, top_folder, length) == 0 ? path + length + 1 : path;
}

/* stage-8 as it is; the same makefile may be at work above us. */
static char *make_target(const char *target)
{
    const char *out = below_top(stage_path(8));
    int status;
    char *output = host_command(
        &status,
        "unset MAKEFLAGS MAKELEVEL MFLAGS; here=$PWD; make -C '%s' -o '%s' "
        "OUT='%.*s' BUILD='%s/build' DESTDIR=\"$here/to\" PREFIX=/usr %s",
        top_folder, out, (int)(strlen(out) - strlen("stage-8")), out,
        below_top(scratch_folder), target);

    ck_assert_msg(status == 0, "make %s: %s", target, output);
    return host_command(NULL, "find to -type f | sort");
}

static void installed(int stage_)
{
    struct how elsewhere = {.program = "to/usr/bin/stage-8"};
    char *token = make_token();
    struct result result;

    (void)stage_;
    need_cgroups();
    ck_assert_str_eq(make_target("install"),
                     "to/usr/bin/stage-8\n"
                     "to/usr/share/bash-completion/completions/stage-8\n"
                     "to/usr/share/fish/vendor_completions.d/stage-8.fish\n"
                     "to/usr/share/man/man8/stage-8.8\n"
                     "to/usr/share/zsh/site-functions/_stage-8\n");
    ck_assert_str_eq(read_file("to/usr/share/man/man8/stage-8.8"),
                     said(stage("help", "--man")));
    result = run_stage_so(8, &elsewhere, "run", "--rm", "--rootfs", "rootfs",
                          "echo", token, NULL);
    expect_status(result, 0);
    expect_text("stdout", result.out, token);
    ck_assert_str_eq(make_target("uninstall"), "");
    host_command(NULL, "rm -r to build");
}

const struct check help_checks[] = {
    {"help_of_verbs", 8, 8, help_of_verbs},
    {"manual_has_all", 8, 8, manual_has_all},
    {"completion_has_all", 8, 8, completion_has_all},
    {"completion_knows_images", 8, 8, completion_knows_images},
    {"completion_knows_containers", 8, 8, completion_knows_containers},
    {"completion_in_bash", 8, 8, completion_in_bash},
    {"completion_in_others", 8, 8, completion_in_others},
    {"installed", 8, 8, installed},
    {0},
};
