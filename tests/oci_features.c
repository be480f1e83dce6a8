/* oci_features.c - is what `features` lists what the runtime takes? */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../common/common.h"
#include "bundle.h"
#include "host.h"
#include "suite.h"

enum { MAX_WORDS = 100 };

/* The words of the list that is the member `name`; NULL ends them. */
static char **listed(const char *name)
{
    char *text = oci("features").out;
    char **words = calloc(MAX_WORDS + 1, sizeof(*words));
    char *list = strstr(text, format_text("\"%s\": [", name)), *end;

    ck_assert_msg(words && list, "features has no list \"%s\"", name);
    end = strchr(list, ']');
    list = strchr(list, '[');
    for (int i = 0; i < MAX_WORDS && (list = strchr(list, '"')) && list < end;
         i++) {
        words[i] = format_text("%.*s", (int)strcspn(list + 1, "\""), list + 1);
        list += strlen(words[i]) + 2;
    }
    ck_assert_msg(words[0], "\"%s\" is empty", name);
    return words;
}

/* A container with the change to config.json can be created. */
static void expect_taken(const char *word, struct edit edit)
{
    struct result result;

    make_bundle("true", EDITS(edit));
    result = oci("create", "--bundle", "bundle", "box");
    ck_assert_msg(result.status == 0, "features lists \"%s\", but: %s", word,
                  result.err);
    expect_status(oci("delete", "--force", "box"), 0);
}

/* With this change it is refused, and the word named. */
static void expect_checked(const char *word, struct edit edit)
{
    struct result result;

    make_bundle("true", EDITS(edit));
    result = oci("create", "--bundle", "bundle", "box");
    expect_status(result, 125);
    expect_text("stderr", result.err, format_text("\"%s\"", word));
    ck_assert_str_eq(box_status(), "");
}

/* ---- lists ------------------------------------------------------------------------ */

/* An edit of `place`, which is there once, that puts `text` behind it. */
static struct edit add(const char *place, const char *text)
{
    return (struct edit){place, format_text("%s%s,", place, text)};
}

static struct edit with_option(const char *option)
{
    /* those that say what is mounted */
    bool bind = strcmp(option, "bind") == 0 || strcmp(option, "rbind") == 0;

    return add("\"mounts\": [",
               format_text("{\"destination\": \"/run\", \"type\": \"tmpfs\", "
                           "\"source\": \"%s\", \"options\": [\"%s\"]}",
                           bind ? "/proc/self" : "tmpfs", option));
}

static void features_mount_options(int stage)
{
    (void)stage;
    for (char **option = listed("mountOptions"); *option; option++) {
        if (strstr(*option, "idmap") || strcmp(*option, "remount") == 0)
            continue; /* oci_own_mappings, oci_remounts */
        expect_taken(*option, with_option(*option));
    }
    remove_bundle();
}

static struct edit with_seccomp(const char *members)
{
    return add("\"linux\": {", format_text("\"seccomp\": {%s}", members));
}

static struct edit with_action(const char *action)
{
    return with_seccomp(format_text(
        "\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": "
        "[\"swapon\"], \"action\": \"%s\"}]",
        action));
}

static struct edit with_operator(const char *operator)
{
    return with_seccomp(format_text(
        "\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": "
        "[\"swapon\"], \"action\": \"SCMP_ACT_ERRNO\", \"args\": [{\"index\": "
        "0, \"value\": 1, \"valueTwo\": 1, \"op\": \"%s\"}]}]",
        operator));
}

static struct edit with_architecture(const char *architecture)
{
    return with_seccomp(
        format_text("\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": "
                    "[\"%s\"], \"syscalls\": []",
                    architecture));
}

static void features_seccomp(int stage)
{
    (void)stage;
    for (char **action = listed("actions"); *action; action++) {
        if (strcmp(*action, "SCMP_ACT_NOTIFY") != 0) /* oci_seccomp_listener */
            expect_taken(*action, with_action(*action));
    }
    for (char **comparison = listed("operators"); *comparison; comparison++) {
        expect_taken(*comparison, with_operator(*comparison));
    }
    for (char **architecture = listed("archs"); *architecture; architecture++) {
        expect_taken(*architecture, with_architecture(*architecture));
    }
    expect_checked("SCMP_ACT_ERRNOX", with_action("SCMP_ACT_ERRNOX"));
    expect_checked("SCMP_CMP_EQX", with_operator("SCMP_CMP_EQX"));
    expect_checked("SCMP_ARCH_X86X", with_architecture("SCMP_ARCH_X86X"));
    remove_bundle();
}

static struct edit with_namespace(const char *type)
{
    return add("\"namespaces\": [", format_text("{\"type\": \"%s\"}", type));
}

/* "spec" has all but these two; one more of the others is refused by name. */
static void features_namespaces(int stage)
{
    (void)stage;
    for (char **type = listed("namespaces"); *type; type++) {
        if (strcmp(*type, "time") == 0)
            expect_taken(*type, with_namespace(*type));
        else if (strcmp(*type, "user") != 0) /* oci_user_namespace */
            expect_checked(*type, with_namespace(*type));
    }
    expect_checked("timeX", with_namespace("timeX"));
    remove_bundle();
}

static struct edit with_capability(const char *capability)
{
    return add("\"bounding\": [", format_text("\"%s\"", capability));
}

static void features_capabilities(int stage)
{
    struct result result;

    (void)stage;
    for (char **capability = listed("capabilities"); *capability;
         capability++) {
        make_bundle("true", EDITS(with_capability(*capability)));
        result = oci("create", "--bundle", "bundle", "box");
        expect_status(result, 0);
        /* those that this machine's root lacks are named as such */
        ck_assert_msg(!strstr(result.err, "no capability"), "%s", result.err);
        expect_status(oci("delete", "--force", "box"), 0);
    }
    make_bundle("true", EDITS(with_capability("CAP_X")));
    result = oci("create", "--bundle", "bundle", "box");
    expect_text("stderr", result.err, "no capability CAP_X");
    expect_status(oci("delete", "--force", "box"), 0);
    remove_bundle();
}

static struct edit with_policy(const char *mode, const char *flag)
{
    bool nodes =
        strcmp(mode, "MPOL_DEFAULT") != 0 && strcmp(mode, "MPOL_LOCAL") != 0;

    return add("\"linux\": {",
               format_text("\"memoryPolicy\": {\"mode\": \"%s\", \"nodes\": "
                           "\"%s\", \"flags\": [%s]}",
                           mode, nodes ? "0" : "",
                           flag ? format_text("\"%s\"", flag) : ""));
}

/* The kernel may be older than a mode: then it says so, not the parser. */
static void expect_parsed(const char *word, struct edit edit)
{
    struct result result;

    make_bundle("true", EDITS(edit));
    result = oci("create", "--bundle", "bundle", "box");
    if (result.status == 0)
        expect_status(oci("delete", "--force", "box"), 0);
    else
        ck_assert_msg(strstr(result.err, "set_mempolicy"),
                      "features lists \"%s\", but: %s", word, result.err);
}

static void features_memory_policy(int stage)
{
    (void)stage;
    for (char **mode = listed("modes"); *mode; mode++) {
        expect_parsed(*mode, with_policy(*mode, NULL));
    }
    for (char **flag = listed("flags"); *flag; flag++) {
        expect_parsed(*flag, with_policy("MPOL_BIND", *flag));
    }
    expect_checked("MPOL_X", with_policy("MPOL_X", NULL));
    expect_checked("MPOL_F_X", with_policy("MPOL_BIND", "MPOL_F_X"));
    remove_bundle();
}

const struct check oci_feature_checks[] = {
    {"oci_features_mount_options", 8, 8, features_mount_options},
    {"oci_features_seccomp", 8, 8, features_seccomp},
    {"oci_features_namespaces", 8, 8, features_namespaces},
    {"oci_features_capabilities", 8, 8, features_capabilities},
    {"oci_features_memory_policy", 8, 8, features_memory_policy},
    {0},
};
