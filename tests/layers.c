/* layers.c - checks of stage 8's layers: what a container writes, and where
 * that is. */
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

/* docker's form, with a store in the scratch folder. */
#define run(...) run_stage_so(8, &run_how, __VA_ARGS__, NULL)
static const struct how run_how = {
    .flags = {"run", "--rm", "--data-root", "store", "--rootfs", "rootfs"}};

/* Every change to a file of ./rootfs changes this. */
static char *look_of_rootfs(void)
{
    return host_command(NULL, "cd rootfs && find . -printf "
                              "'%%p %%y %%m %%U %%G %%s %%T@ %%C@ %%l\\n' | "
                              "sort | cksum");
}

static void end_of_store(void)
{
    ck_assert_str_eq(folder_text("store/work"), "");
    host_command(NULL, "rm -rf store");
}

static void run_writes_elsewhere(int stage)
{
    static const char script[] =
        "echo $0 >/etc/new; echo x >>/etc/passwd; rm -r /pack; chmod 700 "
        "/etc; mkdir -p /deep/er; ls /; cat /etc/new";
    char *token = make_token(), *before;
    struct result result;

    (void)stage;
    need_cgroups();
    host_command(NULL, "mkdir -p rootfs/pack && touch rootfs/pack/it");
    run("true"); /* makes what is missing in ./rootfs on the first time */
    before = look_of_rootfs();
    result = run("sh", "-c", script, token);
    expect_status(result, 0);
    expect_text("stdout", result.out, token);
    expect_no_text("stdout", result.out, "pack");
    ck_assert_str_eq(look_of_rootfs(), before);
    /* the next one begins anew */
    result = run("sh", "-c", "test -e /pack/it && test ! -e /etc/new");
    expect_status(result, 0);
    end_of_store();
    /* the other form, as all stages, writes to ./rootfs */
    expect_status(run_script(8, "echo x >/etc/new"), 0);
    ck_assert_int_eq(access("rootfs/etc/new", F_OK), 0);
}

/* Two at once, on the same layer; the limits of one are not the other's. */
static void run_twice_at_once(int stage)
{
    char *script = format_text("echo first >/word; %s", forever);
    struct process first;
    struct result second;

    (void)stage;
    need_cgroups();
    first = start_script(8, &run_how, script);
    second = run("sh", "-c", "test ! -e /word && echo second >/word");
    expect_status(second, 0);
    ck_assert_str_eq(
        read_file(format_text("/proc/%d/root/word", (int)container_of(&first))),
        "first\n");
    ck_assert_int_eq(access("rootfs/word", F_OK), -1);
    end_container(&first);
    end_of_store();
}

static void run_disk_limit(int stage)
{
    static const char fill[] =
        "head -c 20000000 /dev/zero >/big; wc -c </big; rm /big; "
        "head -c 5000000 /dev/zero >/big && echo fits";
    struct result result;

    (void)stage;
    need_cgroups();
    result = run("--", "sh", "-c", fill);
    expect_text("stdout", result.out, "20000000");
    result = run_stage_so(8, &run_how, "--storage-opt", "size=10M", "sh", "-c",
                          fill, NULL);
    expect_status(result, 0);
    expect_text("stderr", result.err, "No space left on device");
    expect_text("stdout", result.out, "10485760\nfits");
    end_of_store();
}

const struct check layer_checks[] = {
    {"run_writes_elsewhere", 8, 8, run_writes_elsewhere},
    {"run_twice_at_once", 8, 8, run_twice_at_once},
    {"run_disk_limit", 8, 8, run_disk_limit},
    {.name = NULL},
};
