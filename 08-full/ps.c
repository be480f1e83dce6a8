/* ps.c - the processes of a container. */
#include "ps.h"

#include <json-c/json.h>
#include <sys/wait.h>

#include "base.h"
#include "cgroup.h"
#include "json.h"
#include "list.h"
#include "state.h"
#include "template.h"
#include "verbs.h"

static void add_pid(int group, pid_t pid, void *data)
{
    struct pids *pids = data;

    (void)group;
    pids->items = add_room(pids->items, pids->count, sizeof(*pids->items));
    pids->items[pids->count++] = pid;
}

static void print_json(const struct pids *pids)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < pids->count; i++)
        json_object_array_add(array, json_object_new_int(pids->items[i]));
    puts(json_line(array));
    json_object_put(array);
}

/* ---- the table: ps(1) knows how --------------------------------------------- */

/* Starts ps with the arguments; *output is what it prints. */
static pid_t start_ps(char **args, FILE **output)
{
    int ends[2];
    pid_t pid;

    if (pipe(ends) == -1)
        fail("pipe");
    fflush(NULL);
    pid = fork();
    if (pid == -1)
        fail("fork");
    if (pid == 0) {
        if (dup2(ends[1], STDOUT_FILENO) == -1)
            _exit(EXIT_STAGE_FAILED);
        closefrom(STDERR_FILENO + 1);
        execvp(args[0], args);
        _exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
    }
    close(ends[1]);
    *output = fdopen(ends[0], "r");
    if (!*output)
        fail("fdopen");
    return pid;
}

/* The number of the word "PID" in the table's head, or -1. */
static int find_column(const char *head)
{
    char *copy = format_text("%s", head), *rest;
    int number = 0, found = -1;

    for (char *word = strtok_r(copy, " \n", &rest); word;
         word = strtok_r(NULL, " \n", &rest), number++)
        if (strcmp(word, "PID") == 0)
            found = number;
    free(copy);
    return found;
}

static pid_t pid_in(const char *line, int column)
{
    for (; column >= 0; column--) {
        line += strspn(line, " ");
        if (column > 0)
            line += strcspn(line, " ");
    }
    return (pid_t)atoi(line);
}

static bool is_listed(const struct pids *pids, pid_t pid)
{
    for (size_t i = 0; i < pids->count; i++)
        if (pids->items[i] == pid)
            return true;
    return false;
}

void visit_ps(const struct pids *pids, char **args,
              void (*see)(char *line, void *data), void *data)
{
    static char ps[] = "ps", all[] = "-ef", *usual[] = {ps, all, NULL};
    FILE *output;
    pid_t pid;
    char *line = NULL;
    size_t size = 0;
    int column = -1, status;

    args[0] = ps;
    pid = start_ps(args[1] ? args : usual, &output);
    if (getline(&line, &size, output) > 0) {
        column = find_column(line);
        see(line, data);
    }
    while (column != -1 && getline(&line, &size, output) > 0)
        if (is_listed(pids, pid_in(line, column)))
            see(line, data);
    fclose(output);
    free(line);
    if (waitpid(pid, &status, 0) == -1)
        fail("waitpid");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_plainly("install procps, or use --format json",
                     "ps ended with an error");
    if (column == -1)
        fail_plainly(NULL, "ps printed no column PID");
}

static void print_line(char *line, void *data)
{
    (void)data;
    fputs(line, stdout);
}

struct pids processes_of(const char *word, const struct globals *globals)
{
    char *id[] = {(char *)word, NULL};
    struct cgroup cgroup = {0};
    struct pids pids = {0};
    struct record record;
    struct state state;

    if (names_record(globals, word, &record))
        id[0] = record.id;
    require_state(&state, globals, only_id(id));
    if (!state.cgroups_path)
        fail_plainly(NULL,
                     "container %s has no cgroups, which know its "
                     "processes",
                     state.id);
    open_groups(&state, &cgroup);
    visit_processes(&cgroup, add_pid, &pids);
    unlock_state(&state);
    return pids;
}

/* `words`: the container, then arguments of ps(1). */
static int list_processes(char **words, bool json,
                          const struct globals *globals)
{
    struct pids pids = processes_of(words[0], globals);

    if (json)
        print_json(&pids);
    else
        visit_ps(&pids, words, print_line, NULL);
    return EXIT_SUCCESS;
}

/* docker's -f is a filter, runc's a format. */
static const char *parse_filter_or_format(const char *text, void *value)
{
    struct list_wishes *wishes = value;

    return has_word("json table", text) ? parse_format(text, &wishes->format)
                                        : parse_filter(text, &wishes->filters);
}

/* runc's "ps ID [ARGUMENT...]", and docker's "ps". */
int ps_verb(int argc, char **argv, const struct globals *globals)
{
    struct list_wishes wishes = {0};
    bool latest = false;
    const struct flag flags[] = {
        {"format", 0, "table|json|TEMPLATE", "how it is printed (table)",
         parse_format, &wishes.format},
        {"all", 'a', NULL, "those that have ended, too", parse_switch,
         &wishes.all},
        {"quiet", 'q', NULL, "the ids alone", parse_switch, &wishes.quiet},
        {"last", 'n', "N", "the newest N", parse_number, &wishes.last},
        {"latest", 'l', NULL, "the newest one", parse_switch, &latest},
        {"no-trunc", 0, NULL, "nothing is cut", parse_switch, &wishes.whole},
        {"filter", 'f', "KEY=VALUE",
         "by name, id, status, ancestor, label, exited; -f json and -f table "
         "are runc's --format",
         parse_filter_or_format, &wishes},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");

    if (latest)
        wishes.last = 1;
    if (!words[0])
        return list_containers(globals->data_root, &wishes);
    if (wishes.format && strcmp(wishes.format, "json") != 0)
        fail_plainly(NULL, "--format of processes: must be table or json");
    return list_processes(words, wishes.format != NULL, globals);
}
