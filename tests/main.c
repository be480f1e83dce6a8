/*
 * main.c - runs the checks.
 *
 *     sudo build/tests/check              all of them
 *     sudo build/tests/check --matrix     the isolation matrix, measured now
 *     build/tests/check --list            their names
 *     sudo build/tests/check --report     side by side; report.h says in what form
 *
 * Environment: STAGE=N only stage N's. ONLY=NAME only the check NAME, or those
 * that one of several patterns is for; EXCEPT=NAME all but these.
 * STAGE_DIR=DIR where stage-N are (the project's folder). V=1 names each
 * check when it starts. SLOWNESS=N: wait N times as long before giving up (in a
 * report it is measured, if not given); Check's CK_TIMEOUT_MULTIPLIER does the
 * same for its own limit.
 */
#include <errno.h>
#include <fnmatch.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/common.h"
#include "host.h"
#include "images.h"
#include "look.h"
#include "properties.h"
#include "report.h"
#include "snapshot.h"
#include "suite.h"

enum { MAX_ENTRIES = 2000, MAX_SKIPS = 500 };
enum { SECONDS_PER_CHECK = 120, SECONDS_IN_REPORT = 30, MAX_JOBS = 8 };

/* A check or a property, for one stage. */
struct entry {
    const struct check *check;
    const struct property *property;
    int stage;
    char *name;
};

/* What the checks' processes tell this one. */
struct shared {
    char skips[MAX_SKIPS][256];
    int skip_count;
    int skipped[MAX_ENTRIES]; /* 1 + the number of its skip; 0: it has run */
    unsigned char outcomes[MAX_PROPERTIES][LAST_STAGE + 1];
};

char *top_folder;
char *scratch_folder;

static struct entry entries[MAX_ENTRIES];
static int entry_count;
static struct shared *shared;
static const struct entry *current;
static int last_note; /* its number among shared->skips */
static int seconds_per_check = SECONDS_PER_CHECK;

static const struct check *const tables[] = {
    /* clang-format off */
    process_checks,
    namespace_checks,
    terminal_checks,
    rootfs_checks,
    cgroup_checks,
    full_checks,
    input_checks,
    erratum_checks,
    image_checks,
    doctor_checks,
    clean_host_checks,
    system_checks,
    old_kernel_checks,
    oci_checks,
    oci_habit_checks,
    oci_config_checks,
    oci_seccomp_checks,
    oci_caller_checks,
    oci_feature_checks,
    oci_exec_checks,
    oci_hooks_checks,
    oci_limit_checks,
    oci_namespace_checks,
    oci_mount_checks,
    network_checks,
    oci_attribute_checks,
    layer_checks,
    stored_image_checks,
    container_log_checks,
    change_checks,
    cli_checks,
    life_checks,
    habits_checks,
    docker_terminal_checks,
    stubborn_checks,
    misuse_checks,
    help_checks,
    inspect_checks,
    oci_control_checks,
    oci_update_checks,
    NULL,
    /* clang-format on */
};

/* ---- what suite.h promises ----------------------------------------------- */

void note(const char *format, ...)
{
    int number = __atomic_fetch_add(&shared->skip_count, 1, __ATOMIC_SEQ_CST);
    va_list arguments;
    char reason[200];

    last_note = number;
    if (number >= MAX_SKIPS)
        return;
    va_start(arguments, format);
    vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    snprintf(shared->skips[number], sizeof(shared->skips[number]), "%.50s: %s",
             current->name, reason);
}

noreturn void skip(const char *format, ...)
{
    va_list arguments;
    char reason[200];

    va_start(arguments, format);
    vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    note("%s", reason);
    shared->skipped[current - entries] = last_note + 1;
    _exit(EXIT_SUCCESS);
}

char *make_token(void)
{
    unsigned char bytes[16];
    char word[17] = "";

    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
        die("getrandom");
    for (int i = 0; i < 16; i++)
        word[i] = (char)('a' + bytes[i] % 26);
    return format_text("%s", word);
}

double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

double slowness(void)
{
    const char *text = getenv("SLOWNESS");
    double factor = text ? strtod(text, NULL) : 1;

    return factor > 0 ? factor : 1;
}

int moments_of(int count)
{
    return slowness() > 1 ? count / 4 : count;
}

/* ---- running one check ------------------------------------------------------ */

static void check_property(const struct property *property, int stage)
{
    enum outcome outcome = property->attempt(stage);

    shared->outcomes[property - properties][stage] = (unsigned char)outcome;
    if (stage < property->since)
        ck_assert_msg(outcome == LEAKS, "\"%s\" should still work in stage %d",
                      property->title, stage);
    else
        ck_assert_msg(outcome == HOLDS, "\"%s\" works in stage %d",
                      property->title, stage);
}

/* In the stand-in host. Where an attack is meant to work, it leaves traces. */
static void run_entry(void *argument)
{
    const struct entry *entry = argument;
    struct snapshot before = take_snapshot();

    if (entry->check)
        entry->check->run(entry->stage);
    else
        check_property(entry->property, entry->stage);
    if (entry->check || entry->stage >= entry->property->since)
        expect_unchanged(&before);
}

/* After a check that failed half way. */
static void tidy_scratch(void)
{
    if (strcmp(folder_text(scratch_folder), "conf rootfs") != 0)
        host_command(NULL,
                     "cd '%s' && find . -mindepth 1 -maxdepth 1 ! -name "
                     "rootfs ! -name conf -exec rm -rf --one-file-system "
                     "{} +",
                     scratch_folder);
}

static void check_entry(int number)
{
    current = &entries[number];
    if (getenv("V"))
        fprintf(stderr, "%s\n", current->name);
    tidy_scratch();
    run_in_host(run_entry, &entries[number]);
}

/* ---- the table of entries ----------------------------------------------------- */

static const char *short_name(const struct entry *entry)
{
    return entry->check ? entry->check->name : entry->property->name;
}

static const char *kind_of(const struct entry *entry)
{
    return entry->check ? "check" : "attack";
}

/* Whether a pattern of the list (words, see fnmatch(3)) is for this entry: for
 * NAME, or for attack/NAME_in_stage_N or check/NAME_in_stage_N. */
static bool is_listed(const char *list, const struct entry *entry)
{
    const char *name = short_name(entry);
    char *full = format_text("%s/%s", kind_of(entry), entry->name);
    char *rest = format_text("%s", list), *word;

    while ((word = strsep(&rest, " ")))
        if (fnmatch(word, name, 0) == 0 || fnmatch(word, full, 0) == 0)
            return true;
    return false;
}

static bool is_wanted(const struct entry *entry)
{
    const char *stage = getenv("STAGE"), *only = getenv("ONLY");
    const char *except = getenv("EXCEPT");

    return (!stage || atoi(stage) == entry->stage) &&
           (!only || is_listed(only, entry)) &&
           (!except || !is_listed(except, entry));
}

static void add_entry(const struct check *check,
                      const struct property *property, int stage)
{
    const char *name = check ? check->name : property->name;
    struct entry entry = {check, property, stage,
                          format_text("%s_in_stage_%d", name, stage)};

    if (!is_wanted(&entry))
        return;
    if (entry_count == MAX_ENTRIES)
        die_usage("more than %d checks", MAX_ENTRIES);
    entries[entry_count++] = entry;
}

static void list_entries(bool with_checks)
{
    for (int stage = FIRST_STAGE; stage <= LAST_STAGE; stage++) {
        for (const struct property *row = properties; row->name; row++)
            add_entry(NULL, row, stage);
        for (size_t i = 0; with_checks && tables[i]; i++)
            for (const struct check *row = tables[i]; row->name; row++)
                if (stage >= row->first && stage <= row->last)
                    add_entry(row, NULL, stage);
    }
}

/* Of the entries from `first` to before `end`. One suite a stage; each entry is
 * a test with a name of its own. */
static SRunner *make_runner(int first, int end)
{
    SRunner *runner = NULL;

    for (int stage = FIRST_STAGE; stage <= LAST_STAGE; stage++) {
        Suite *suite = suite_create(format_text("stage-%d", stage));
        TCase *tests = tcase_create(format_text("stage-%d", stage));

        tcase_set_timeout(tests, seconds_per_check);
        for (int i = first; i < end; i++) {
            TTest *test = calloc(1, sizeof(*test));

            if (!test)
                die("allocate memory");
            *test = (TTest){entries[i].name, check_entry, __FILE__, __LINE__};
            if (entries[i].stage == stage)
                tcase_add_loop_test(tests, test, i, i + 1);
        }
        suite_add_tcase(suite, tests);
        if (runner)
            srunner_add_suite(runner, suite);
        else
            runner = srunner_create(suite);
    }
    srunner_set_fork_status(runner, CK_FORK);
    return runner;
}

/* ---- the matrix ------------------------------------------------------------------ */

static const char *cell(int property, int stage)
{
    static const char *const words[] = {"?", "leaks", "holds"};

    return words[shared->outcomes[property][stage]];
}

static void print_matrix(FILE *file)
{
    fprintf(file, "| attack |");
    for (int stage = FIRST_STAGE; stage <= LAST_STAGE; stage++)
        fprintf(file, " %d |", stage);
    fprintf(file, "\n|---|");
    for (int stage = FIRST_STAGE; stage <= LAST_STAGE; stage++)
        fprintf(file, "---|");
    fprintf(file, "\n");
    for (int i = 0; properties[i].name; i++) {
        fprintf(file, "| %s |", properties[i].title);
        for (int stage = FIRST_STAGE; stage <= LAST_STAGE; stage++)
            fprintf(file, " %s |", cell(i, stage));
        fprintf(file, "\n");
    }
}

/* A row of README.md against what was measured; "?" was not, here. */
static bool same_row(const char *line, int property)
{
    char *row = format_text("| %s |", properties[property].title);
    size_t length = strlen(row);

    if (strncmp(line, row, length) != 0)
        return false;
    line += length;
    for (int stage = FIRST_STAGE; stage <= LAST_STAGE; stage++) {
        const char *word = cell(property, stage);
        char *expected = format_text(" %s |", word);

        if (*word != '?' && strncmp(line, expected, strlen(expected)) != 0)
            return false;
        line += strcspn(line, "|");
        line += *line == '|';
    }
    return true;
}

/* Returns what is wrong with README.md's matrix, or NULL. */
static char *compare_matrix(void)
{
    char *text = read_file(format_text("%s/README.md", top_folder));
    char *start = text ? strstr(text, "<!-- matrix -->") : NULL;
    char *end = start ? strstr(start, "<!-- /matrix -->") : NULL;
    int rows = 0;

    if (!end)
        return "README.md has no <!-- matrix --> ... <!-- /matrix -->";
    *end = '\0';
    for (char *line = start; (line = strstr(line, "\n| ")); line++) {
        if (strncmp(line, "\n| attack |", 11) == 0)
            continue;
        if (!properties[rows].name || !same_row(line + 1, rows))
            return format_text("README.md's row %d is not what was measured: "
                               "%.*s",
                               rows + 1, (int)strcspn(line + 1, "\n"),
                               line + 1);
        rows++;
    }
    return properties[rows].name ? "README.md's matrix lacks rows" : NULL;
}

/* The last check: it needs the outcomes of all the others. */
static void check_readme(int number)
{
    char *difference = compare_matrix();

    (void)number;
    ck_assert_msg(difference == NULL, "%s; make matrix prints it", difference);
}

static void add_readme_check(SRunner *runner)
{
    static const TTest test = {"readme_matrix", check_readme, __FILE__,
                               __LINE__};
    Suite *suite = suite_create("readme");
    TCase *tests = tcase_create("readme");

    tcase_add_test(tests, &test);
    suite_add_tcase(suite, tests);
    srunner_add_suite(runner, suite);
}

/* ---- before and after ------------------------------------------------------------- */

static void run_program(const char *script)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        execl("/bin/sh", "sh", "-c", script, NULL);
        _exit(127);
    }
    if (child == -1 || waitpid(child, &status, 0) == -1 || status != 0)
        die_usage("this failed: %s", script);
}

/* What checks left that were killed. */
static void sweep_scratch(void)
{
    char *folder = format_text("%s/build/tests", top_folder);

    for (char **names = list_folder(folder); *names; names++) {
        int number;

        if (sscanf(*names, "scratch.%d", &number) == 1 && !is_alive(number))
            run_program(format_text("rm -rf --one-file-system '%s/%s'", folder,
                                    *names));
    }
}

static void need_rootfs(void)
{
    if (access(format_text("%s/rootfs/bin", top_folder), F_OK) == -1)
        die_usage("there is no %s/rootfs: make rootfs", top_folder);
}

/* Stages make mount points in their rootfs: not in the user's. */
static void prepare_scratch(void)
{
    scratch_folder =
        format_text("%s/build/tests/scratch.%d", top_folder, (int)getpid());
    if (make_dir(scratch_folder) == -1)
        die("mkdir %s", scratch_folder);
    run_program(format_text("cp -a '%s/rootfs' '%s/conf' '%s'", top_folder,
                            top_folder, scratch_folder));
}

static void clean_up(void)
{
    run_program(format_text("rm -rf --one-file-system '%s'", scratch_folder));
    forget_hosts();
}

/* Of the true host; the rest of it may change by itself meanwhile. */
static char *true_host(void)
{
    char name[256] = "";

    gethostname(name, sizeof(name) - 1);
    return format_text(
        "hostname %s\nmounts %zu\n%s%s%s", name,
        count_text(read_file("/proc/self/mountinfo"), top_folder),
        read_file("/proc/sysvipc/msg"), read_file("/proc/sysvipc/sem"),
        read_file("/proc/sysvipc/shm"));
}

static void show_skips(void)
{
    int count = shared->skip_count;

    for (int i = 0; i < count && i < MAX_SKIPS; i++)
        printf("SKIP %s\n", shared->skips[i]);
    printf("%d skipped\n", count);
}

static char *find_top_folder(void)
{
    char *program = realpath("/proc/self/exe", NULL);

    /* TOP/build/tests/check */
    for (int i = 0; program && i < 3; i++)
        *strrchr(program, '/') = '\0';
    return program;
}

static bool needs_images(void)
{
    for (int i = 0; i < entry_count; i++)
        for (const struct check *row = image_checks; row->name; row++)
            if (entries[i].check == row)
                return true;
    return false;
}

static int run_all(bool only_matrix)
{
    bool filtered = getenv("ONLY") || getenv("EXCEPT") || getenv("STAGE");
    char *before = true_host();
    SRunner *runner;
    int failed;

    if (needs_images())
        prepare_images();
    sweep_scratch();
    need_rootfs();
    prepare_scratch();
    prepare_hosts();
    runner = make_runner(0, entry_count);
    if (!only_matrix && !filtered)
        add_readme_check(runner);
    srunner_run_all(runner, CK_SILENT);
    failed = srunner_ntests_failed(runner);
    clean_up();
    if (only_matrix)
        print_matrix(stdout);
    else
        show_skips();
    if (!only_matrix)
        srunner_print(runner, CK_NORMAL);
    else if (failed) /* stdout is for the table alone */
        fprintf(stderr,
                "check: %d outcomes are not as they should be; "
                "make check tells which\n",
                failed);
    srunner_free(runner);
    if (strcmp(before, true_host()) != 0) {
        fprintf(stderr, "check: the true host was changed\nbefore: %safter: %s",
                before, true_host());
        return EXIT_FAILURE;
    }
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- the report ------------------------------------------------------------------- */

/* One scratch folder for each slot, made when it is first used. Before stage 6
 * nobody looks into rootfs. */
static void enter_slot(int slot, int stage)
{
    char *tree = stage < 6 ? "" : format_text("'%s/rootfs'", top_folder);

    scratch_folder = format_text("%s/build/tests/scratch.%d.%d", top_folder,
                                 (int)getppid(), slot);
    if (access(scratch_folder, F_OK) == 0)
        return;
    if (make_dir(format_text("%s/rootfs", scratch_folder)) == -1)
        die("mkdir %s/rootfs", scratch_folder);
    run_program(format_text("cp -a '%s/conf' %s '%s'", top_folder, tree,
                            scratch_folder));
}

static void conclude(struct verdict *verdict, enum verdict_kind kind,
                     const char *text)
{
    /* a host with other mounts, as of /proc, is one that no check can look at */
    verdict->kind = kind;
    verdict->basic = kind == FAILED && (!strstr(text, HOST_CHANGED) ||
                                        strncmp(text, "mounts", 6) == 0);
    snprintf(verdict->text, sizeof(verdict->text), "%s", text);
}

/* In a process of its own, with cgroups of its own. */
static void report_entry(int number, int slot, struct verdict *verdict)
{
    int skip_number;
    SRunner *runner;
    double begin;

    prepare_hosts();
    limit_hosts();
    enter_slot(slot, entries[number].stage);
    runner = make_runner(number, number + 1);
    begin = now(); /* the folder of the slot may have been copied first */
    srunner_run_all(runner, CK_SILENT);
    verdict->seconds = now() - begin;
    verdict->bomb = was_limit_reached();
    skip_number = shared->skipped[number];
    if (srunner_ntests_failed(runner) > 0)
        conclude(verdict, FAILED, tr_msg(srunner_failures(runner)[0]));
    else if (skip_number > 0 && skip_number <= MAX_SKIPS)
        conclude(verdict, SKIPPED, shared->skips[skip_number - 1]);
    else
        conclude(verdict, HELD, "");
    forget_hosts();
}

static int find_first(void)
{
    const char *first = getenv("FIRST");
    int i = 0;

    while (first && i < entry_count && !is_listed(first, &entries[i]))
        i++;
    return first && i < entry_count ? i : -1;
}

/* Which begin first, those that take long; and last, those that measure and so
 * want a quiet machine. */
static int rank(const struct entry *entry)
{
    static const char quiet[] = "use_cpu cpu_held_at_20_percent";
    static const char slow[] =
        "*shell* job_control terminal_restored rootfs_on_* long_path "
        "mount_in_volume";

    return is_listed(quiet, entry) ? 2 : is_listed(slow, entry) ? 0 : 1;
}

static int compare_ranks(const void *left, const void *right)
{
    return rank(left) - rank(right);
}

/* Attacks that the stage need not stop are left out, unless somebody else's are
 * tried. Returns how many entries
 * come before those that want a quiet machine. */
static int arrange_entries(void)
{
    int kept = 0, quiet = 0;

    for (int i = 0; i < entry_count; i++)
        if (entries[i].check || getenv("ATTACK_DIR") ||
            entries[i].property->since <= entries[i].stage)
            entries[kept++] = entries[i];
    entry_count = kept;
    qsort(entries, (size_t)entry_count, sizeof(*entries), compare_ranks);
    while (quiet < entry_count && rank(&entries[quiet]) < 2)
        quiet++;
    return quiet;
}

/* From stage 6 on each copies rootfs first, which is work for a CPU; before that
 * most of them wait. */
static int job_count(void)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    if (entries[0].stage < 6 || cpus >= MAX_JOBS / 2)
        return MAX_JOBS;
    return cpus > 2 ? (int)cpus * 2 : 4;
}

/* A person waits for the report, and a machine can be slow: how long the first
 * check takes says how long to wait for all others. */
static void set_slowness(const struct verdict *first)
{
    double factor = first->kind == HELD ? 4 * first->seconds : 0.5;

    if (factor < 0.25)
        factor = 0.25;
    if (factor > 3)
        factor = 3;
    if (setenv("SLOWNESS", format_text("%.1f", factor), 1) == -1)
        die("setenv");
    seconds_per_check = (int)(SECONDS_IN_REPORT * slowness());
}

static int report(void)
{
    struct verdict *verdicts;
    char *before = true_host();
    int quiet = arrange_entries();
    int first = find_first();
    bool measured = first != -1 && !getenv("SLOWNESS");

    seconds_per_check = (int)(SECONDS_IN_REPORT * slowness());
    if (measured)
        set_slowness(&(struct verdict){.kind = NOT_TRIED});
    sweep_scratch();
    need_rootfs();
    if (needs_images())
        prepare_images();
    prepare_hosts(); /* while these are there, toy-docker is */
    verdicts =
        run_together(entry_count, job_count(), first,
                     measured ? set_slowness : NULL, quiet, report_entry);
    forget_hosts();
    run_program(format_text("rm -rf --one-file-system "
                            "'%s/build/tests/scratch.%d.'*",
                            top_folder, (int)getpid()));
    setlocale(LC_CTYPE, "C.UTF-8");
    for (int i = 0; i < entry_count; i++)
        print_verdict(
            stdout,
            format_text("%s/%s", kind_of(&entries[i]), short_name(&entries[i])),
            &verdicts[i]);
    if (strcmp(before, true_host()) != 0)
        die_usage("the true host was changed\nbefore: %safter: %s", before,
                  true_host());
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    char *stages = getenv("STAGE_DIR");

    top_folder = find_top_folder();
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!top_folder || shared == MAP_FAILED)
        die("start");
    umask(022); /* what the checks make is not as the caller's umask says */
    /* the user's own .bashrc may be slow */
    if (setenv("HOME", "/", 1) == -1)
        die("setenv");
    if (stages && setenv("STAGE_DIR", realpath(stages, NULL), 1) == -1)
        die("STAGE_DIR %s", stages);
    list_entries(strcmp(mode, "--matrix") != 0);
    if (strcmp(mode, "--list") == 0) {
        for (int i = 0; i < entry_count; i++)
            printf("%s\n", entries[i].name);
        return EXIT_SUCCESS;
    }
    if (geteuid() != 0)
        die_usage("the checks need root: sudo make check");
    if (entry_count == 0)
        die_usage("no check is named so");
    if (strcmp(mode, "--report") == 0)
        return report();
    return run_all(strcmp(mode, "--matrix") == 0);
}
