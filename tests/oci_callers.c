/* oci_callers.c - checks of what crun's and runc's callers count on beyond the
 * specification. */
#include <grp.h>
#include <stdio.h>
#include <string.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "look.h"
#include "suite.h"

/* ---- flags ------------------------------------------------------------------ */

static void other_config(int stage)
{
    struct result result;

    (void)stage;
    make_bundle("echo the other", NULL);
    host_command(NULL, "mkdir bundle/sub && mv bundle/config.json bundle/sub/c "
                       "&& sed s/other/wrong/ bundle/sub/c "
                       ">bundle/config.json");
    result = oci("run", "--bundle", "bundle", "--config", "sub/c", "box");
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "the other\n");
    remove_bundle();
}

static void deleted_by_expression(int stage)
{
    static const char *const ids[] = {"box", "box-2", "cup"};

    (void)stage;
    make_bundle(forever, NULL);
    for (size_t i = 0; i < 3; i++)
        expect_status(oci("create", "--bundle", "bundle", ids[i]), 0);
    expect_status(oci("delete", "--regex", "^b.x"), 125);
    expect_status(oci("delete", "--force", "--regex", "("), 125);
    ck_assert_str_eq(oci("list", "-q").out, "box\nbox-2\ncup\n");
    expect_status(oci("delete", "--force", "--regex", "^b.x"), 0);
    ck_assert_str_eq(oci("list", "-q").out, "cup\n");
    expect_status(oci("delete", "--force", "cup"), 0);
    remove_bundle();
}

/* ---- config.json ---------------------------------------------------------- */

/* What is the file system's goes nowhere on a bind, as with mount(2). */
static void options_of_a_bind(int stage)
{
    struct result result;

    (void)stage;
    make_bundle("grep ' /run/a ' /proc/self/mountinfo",
                EDITS(MOUNT("{\"destination\": \"/run/a\", \"source\": "
                            "\"/tmp\", \"options\": [\"bind\", \"mode=755\", "
                            "\"lazytime\", \"noexec\"]}")));
    result = oci("run", "--bundle", "bundle", "box");
    expect_status(result, 0);
    expect_text("mountinfo", result.out, "noexec");
    expect_text("stderr", result.err,
                "mounts[0].options: \"mode=755\" has no effect on a bind");
    remove_bundle();
}

/* Looking whether the working folder is inside is done before the filter. */
static void filter_without_getcwd(int stage)
{
    struct result result;

    (void)stage;
    make_bundle(
        "echo it ran",
        EDITS({"\"noNewPrivileges\": true", "\"noNewPrivileges\": false"},
              IN("linux", "\"seccomp\": {\"defaultAction\": "
                          "\"SCMP_ACT_ALLOW\", \"syscalls\": "
                          "[{\"names\": [\"getcwd\"], \"action\": "
                          "\"SCMP_ACT_ERRNO\"}]}")));
    result = oci("run", "--bundle", "bundle", "box");
    expect_status(result, 0);
    ck_assert_str_eq(result.out, "it ran\n");
    remove_bundle();
}

#define KEEP(value)                                                            \
    {                                                                          \
        "\"linux\": {",                                                        \
            "\"annotations\": "                                                \
            "{\"run.oci.keep_original_groups\": \"" value "\"}, \"linux\": {"  \
    }

/* podman --group-add keep-groups */
static void kept_groups(int stage)
{
    static const char script[] = "grep Groups: /proc/self/status";
    const gid_t groups[] = {41, 4321};

    (void)stage;
    ck_assert_int_eq(setgroups(2, groups), 0);
    ck_assert_str_eq(printed(script, EDITS(KEEP("1"))), "Groups:\t41 4321 \n");
    ck_assert_str_eq(printed(script, EDITS(KEEP("0"))), "Groups:\t \n");
    ck_assert_int_eq(setgroups(0, NULL), 0);
}

const struct check oci_caller_checks[] = {
    {"oci_other_config", 8, 8, other_config},
    {"oci_deleted_by_expression", 8, 8, deleted_by_expression},
    {"oci_options_of_a_bind", 8, 8, options_of_a_bind},
    {"oci_filter_without_getcwd", 8, 8, filter_without_getcwd},
    {"oci_kept_groups", 8, 8, kept_groups},
    {0},
};
