/* oci.c - the table of verbs, and the flags before the verb. */
#include "oci.h"

#include <getopt.h>

#include "base.h"
#include "help.h"
#include "log.h"
#include "monitor.h"
#include "podman.h"
#include "state.h"
#include "verbs.h"

const struct verb verbs[] = {
    {"Containers", NULL, NULL, NULL},
    {"run", "[FLAG...] IMAGE [COMMAND...]",
     "make a container, and run a command in it", run_verb},
    {"exec", "[FLAG...] CONTAINER COMMAND...",
     "run one more command in a container", exec_verb},
    {"ps", "[FLAG...] [CONTAINER [ARGUMENT...]]",
     "list the containers, or a container's processes", ps_verb},
    {"inspect", "[FLAG...] CONTAINER|IMAGE...",
     "show containers beside the host, or images", inspect_verb},
    {"top", "CONTAINER [ARGUMENT...]", "list a container's processes",
     top_verb},
    {"stats", "[FLAG...] [CONTAINER...]", "show what containers use, live",
     stats_verb},
    {"logs", "[FLAG...] CONTAINER", "print what a container has written",
     logs_verb},
    {"diff", "CONTAINER", "list what a container has changed", diff_verb},
    {"commit", "[FLAG...] CONTAINER [NAME[:TAG]]",
     "make an image of what a container has changed", commit_verb},
    {"attach", "[FLAG...] CONTAINER",
     "connect to a container's terminal or streams", attach_verb},
    {"stop", "[FLAG...] CONTAINER...",
     "ask containers to end, and kill them if they do not", stop_verb},
    {"start", "[FLAG...] CONTAINER...",
     "let a container begin that has ended, or was created", start_verb},
    {"restart", "[FLAG...] CONTAINER...",
     "stop containers, and start them again", restart_verb},
    {"kill", "[FLAG...] CONTAINER... [SIGNAL]", "send a signal", kill_verb},
    {"pause", "CONTAINER...", "stop all processes of containers where they are",
     pause_verb},
    {"unpause", "CONTAINER...", "let their processes go on", resume_verb},
    {"wait", "CONTAINER...",
     "wait until containers have ended; print their exit statuses", wait_verb},
    {"rm", "[FLAG...] CONTAINER...", "remove containers", rm_verb},
    {"update", "[FLAG...] CONTAINER", "change a container's limits",
     update_verb},

    {"Images", NULL, NULL, NULL},
    {"images", "[FLAG...] [NAME]", "list the images", images_verb},
    {"import", "[FLAG...] TARBALL NAME[:TAG]", "make an image of a tar archive",
     import_verb},
    {"load", "[FLAG...]", "take images from an archive or folder", load_verb},
    {"rmi", "[FLAG...] IMAGE...", "remove images", rmi_verb},

    {"Containers of bundles, for podman, containerd and dockerd", NULL, NULL,
     NULL},
    {"create", "[FLAG...] ID", "make a container that waits to be started",
     create_verb},
    {"run", "--bundle DIR [FLAG...] ID",
     "make a container from a bundle, and start it", create_verb},
    {"state", "ID", "print a container's state", state_verb},
    {"events", "[FLAG...] ID", "print what it uses, and when memory is out",
     events_verb},
    {"resume", "ID", "let the processes of a paused one go on", resume_verb},
    {"delete", "[FLAG...] ID", "remove what is left of a stopped container",
     delete_verb},
    {"list", "[FLAG...]", "list the containers", list_verb},
    {"spec", "[FLAG...]", "write a config.json to begin with", spec_verb},
    {"features", "", "print what this runtime can do", features_verb},

    {"Help", NULL, NULL, NULL},
    {"help", "[FLAG...] [VERB]", "print this, or a verb's flags", help_verb},
    {"completion", "bash|zsh|fish",
     "print how bash, zsh or fish completes all this; source it",
     completion_verb},
    {"__complete", "WORD...", "", complete_verb}, /* the shells ask */
    {MONITOR_WORD, "DATA-ROOT ID", "", monitor_verb},
    {0},
};

/* ---- is it for us? ---------------------------------------------------------- */

int words_of_flag(const char *word)
{
    static const char with[] = "--root --log --log-format --data-root "
                               "--cgroup-manager --rootless";
    size_t length = strcspn(word, "=");
    char *name = format_text("%.*s", (int)length, word);
    bool takes = has_word(with, name);

    free(name);
    if (takes)
        return word[length] ? 1 : 2;
    return has_word("--debug --systemd-cgroup --version", word);
}

static bool begins_with(const char *word, const char *flag)
{
    size_t length = strlen(flag);

    return strncmp(word, flag, length) == 0 &&
           (!word[length] || word[length] == '=');
}

/* "run" is docker's word as well. */
static bool runs_a_bundle(char **words)
{
    bool bundle = access("config.json", F_OK) == 0;

    for (; *words && strcmp(*words, "--") != 0; words++) {
        if (begins_with(*words, "--bundle") ||
            begins_with(*words, "--config") || strncmp(*words, "-b", 2) == 0)
            return true;
        if (begins_with(*words, "--rootfs"))
            return false;
    }
    return bundle;
}

const struct verb *find_verb(char **words)
{
    bool bundle = runs_a_bundle(words + 1);

    for (const struct verb *verb = verbs; verb->name; verb++)
        if (verb->run && strcmp(words[0], verb->name) == 0 &&
            !(verb->run == run_verb && bundle))
            return verb;
    return NULL;
}

bool is_oci_command(int argc, char **argv)
{
    int i = 1, words;

    use_help(NULL);
    /* as other runtimes; with more behind it, -v is a volume */
    if (argc == 2 && strcmp(argv[1], "-v") == 0)
        argv[1] = "--version";
    if (argc == 2 && strcmp(argv[1], "-h") == 0)
        argv[1] = "--help";
    while (i < argc && (words = words_of_flag(argv[i])) > 0)
        i += words;
    return i > 1 || (i < argc && find_verb(argv + i));
}

/* ---- flags before the verb --------------------------------------------------- */

static const char *parse_log_format(const char *text, void *value)
{
    *(bool *)value = strcmp(text, "json") == 0;
    return has_word("json text", text) ? NULL : "text or json";
}

static const char *parse_manager(const char *text, void *value)
{
    *(bool *)value = strcmp(text, "disabled") == 0;
    return has_word("disabled cgroupfs", text)
             ? NULL
             : "cgroupfs or disabled; systemd is not supported";
}

static const char *parse_rootless(const char *text, void *value)
{
    (void)value;
    return has_word("false auto", text)
             ? NULL
             : "false or auto: running without root is not supported";
}

char **read_globals(int argc, char **argv, struct globals *to)
{
    bool json = false, systemd = false;
    const char *log = NULL;
    const struct flag flags[] = {
        {"root", 0, "DIR", "where states are kept (/run/toy-docker)",
         parse_text, &to->root},
        {"data-root", 0, "DIR", "the store (/var/lib/toy-docker)", parse_text,
         &to->data_root},
        {"log", 0, "FILE", "failures are also written there", parse_text, &log},
        {"log-format", 0, "text|json", "how they are (text)", parse_log_format,
         &json},
        {"debug", 0, NULL, "the log, or stderr without, tells of each call",
         parse_switch, &to->debug},
        {"cgroup-manager", 0, "cgroupfs|disabled", "make cgroups (cgroupfs)",
         parse_manager, &to->no_cgroup},
        {"systemd-cgroup", 0, NULL, "refused", parse_switch, &systemd},
        {"rootless", 0, "false|auto", "refused if it is true", parse_rootless,
         NULL},
        {"version", 0, NULL, "print the version", parse_switch, &to->version},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");

    set_log(log, json);
    if (systemd)
        fail_plainly("--cgroup-manager cgroupfs", "--systemd-cgroup: systemd's "
                                                  "cgroups are not supported");
    to->own_root = to->root != NULL;
    if (!to->root)
        to->root = default_state_root();
    return words;
}

/* ---- the verbs ------------------------------------------------------------------- */

const char *only_id(char **words)
{
    if (!words[0])
        fail_plainly(NULL, "the container's id is missing");
    if (words[1])
        fail_plainly(NULL, "one id is wanted, and there is also \"%.80s\"",
                     words[1]);
    require_id(words[0]);
    return words[0];
}

static int print_version(void)
{
    printf("%s version 0.4\nspec: %s\n", program_invocation_short_name,
           SPEC_VERSION);
    return EXIT_SUCCESS;
}

/* "conmon: start ID": who has called us, and with which words. */
static char *describe_call(char **words)
{
    char *name = read_path("/proc/%d/comm", (int)getppid()), *line;

    line = format_text("%.*s:", name ? (int)strcspn(name, "\n") : 1,
                       name ? name : "?");
    for (; *words; words++)
        line = append(line, " %s", *words);
    free(name);
    return line;
}

static void log_call(int status, void *line)
{
    write_log("debug", format_text("%s ended with %d", (char *)line, status));
}

/* Behind a command or the arguments of ps(1), what looks like a flag is theirs. */
static bool has_words_of_others(const char *usage)
{
    return strstr(usage, "COMMAND") || strstr(usage, "ARGUMENT") ||
           strstr(usage, "WORD");
}

int run_oci_command(int argc, char **argv)
{
    struct globals globals = {.argv = argv, .data_root = default_data_root};
    const struct verb *verb;
    char **words;
    int status;

    open_missing_streams(); /* before we open files */
    words = read_globals(argc, argv, &globals);
    if (globals.version)
        return print_version();
    verb = words[0] ? find_verb(words) : NULL;
    if (!words[0])
        fail_plainly("stage-8 --help lists them", "behind %s a verb is missing",
                     argv[argc - 1]);
    if (!verb) {
        refuse_docker_verb(words);
        fail_plainly(NULL, "\"%.80s\" is not supported: --help lists what is",
                     words[0]);
    }
    if (words[1] && strcmp(words[1], "-h") == 0 && !words[2])
        words[1] = "--help";
    use_help(verb);
    flags_anywhere = !has_words_of_others(verb->usage);
    optind = 0; /* getopt_long begins anew, with the verb as the program */
    if (globals.debug && on_exit(log_call, describe_call(words)) != 0)
        fail("allocate memory");
    status = verb->run(argc - (int)(words - argv), words, &globals);
    if (fflush(stdout) != 0)
        fail("write to standard output");
    return status;
}
