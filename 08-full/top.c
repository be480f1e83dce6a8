/* top.c - docker's list of a container's processes. */
#include "base.h"
#include "ps.h"
#include "subject.h"
#include "table.h"

enum { LEAST_WIDTH = 20, MOST_COLUMNS = 100 };

static size_t count_words(const char *line)
{
    size_t count = 0;

    for (; *(line += strspn(line, " \n")); line += strcspn(line, " \n"))
        count++;
    return count;
}

/* The first line is the head; the last column has all that is left. */
static void take_line(char *line, void *data)
{
    const char *cells[MOST_COLUMNS] = {0};
    struct table *table = data;

    line[strcspn(line, "\n")] = '\0';
    if (!table->rows)
        table->columns = count_words(line);
    if (table->columns > MOST_COLUMNS)
        fail_plainly(NULL, "ps printed more than %d columns", MOST_COLUMNS);
    for (size_t i = 0; i < table->columns; i++) {
        line += strspn(line, " ");
        cells[i] = line;
        line += i + 1 < table->columns ? strcspn(line, " ") : strlen(line);
        if (*line)
            *line++ = '\0';
    }
    add_row(table, cells);
}

int top_verb(int argc, char **argv, const struct globals *globals)
{
    static const struct flag none[] = {{0}};
    char **words = parse_flags(argc, argv, none, "");
    struct table table = {0};
    struct subject subject;
    struct pids pids;

    if (!words[0])
        fail_plainly("ps lists those that there are",
                     "top: the container's name is missing");
    require_subject(&subject, words[0], globals);
    if (!subject.pid)
        fail_plainly(NULL, "container %s is not running", words[0]);
    pids = processes_of(words[0], globals);
    visit_ps(&pids, words, take_line, &table);
    print_rows(&table, LEAST_WIDTH, 0, "\n");
    return EXIT_SUCCESS;
}
