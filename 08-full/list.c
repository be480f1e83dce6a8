/* list.c - ps without a container: the list of containers. */
#include "list.h"

#include <json-c/json.h>

#include "base.h"
#include "cli.h"
#include "control.h"
#include "image.h"
#include "names.h"
#include "ports.h"
#include "template.h"
#include "times.h"

struct row {
    const struct record *record;
    enum record_state how;
};

/* docker's names, and the heads of their columns. */
static const char *const heads[][2] = {
    {"ID", "CONTAINER ID"},     {"Image", "IMAGE"},
    {"Command", "COMMAND"},     {"RunningFor", "CREATED"},
    {"Status", "STATUS"},       {"Ports", "PORTS"},
    {"Names", "NAMES"},         {"State", "STATE"},
    {"CreatedAt", "CREATED AT"}};

static const char usual_table[] =
    "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t"
    "{{.Ports}}\t{{.Names}}";

/* ---- the cells ---------------------------------------------------------------- */

/* Cut to so many characters, of which the last one stands for the rest. */
static char *shorten(char *text, int most)
{
    char *end = text;
    int count = 0;

    for (char *at = text; *at; at++)
        if ((*at & 0xc0) != 0x80 && ++count == most)
            end = at;
    if (count <= most)
        return text;
    *end = '\0';
    return append(text, "…");
}

/* What would move a terminal's cursor is shown as C writes it. */
static char *quote(const char *text)
{
    static const char known[] = "\"\\\n\t\r", letters[] = "\"\\ntr";
    char *quoted = format_text("\"");

    for (; *text; text++) {
        const char *found = strchr(known, *text);

        if (found)
            quoted = append(quoted, "\\%c", letters[found - known]);
        else if ((unsigned char)*text < ' ' || *text == 0x7f)
            quoted = append(quoted, "\\x%02x", (unsigned)*text);
        else
            quoted = append(quoted, "%c", *text);
    }
    return append(quoted, "\"");
}

/* "\"sleep 1000\"", cut as docker does it. */
static char *command_text(struct json container, bool whole)
{
    enum { MOST = 20 };
    struct json words = get_array(container, "command");
    char *text = or_empty(NULL);

    for (size_t i = 0; i < count_elements(words); i++) {
        const char *word = text_at(words, i);
        const char *mark = i && strchr(word, ' ') ? "'" : "";

        text = append(text, "%s%s%s%s", i ? " " : "", mark, word, mark);
    }
    return quote(whole ? text : shorten(text, MOST));
}

static long age_of(const char *time_)
{
    return time_ ? (long)(time(NULL) - read_time(time_)) : 0;
}

/* "Up 3 minutes", "Exited (0) 2 seconds ago" */
static char *status_text(const struct record *record, enum record_state how)
{
    int exit_status =
        how == RECORD_DEAD ? EXIT_DEAD : record->status.exit_status;

    switch (how) {
    case RECORD_CREATED:
        return format_text("Created");
    case RECORD_RUNNING:
        return format_text("Up %s",
                           duration_text(age_of(record->status.started)));
    case RECORD_PAUSED:
        return format_text("Up %s (Paused)",
                           duration_text(age_of(record->status.started)));
    case RECORD_RESTARTING:
        return format_text("Restarting (%d) %s ago", exit_status,
                           duration_text(age_of(record->status.finished)));
    default: /* of one that is dead, nobody knows when */
        if (!record->status.finished)
            return format_text("Exited (%d)", exit_status);
        return format_text("Exited (%d) %s ago", exit_status,
                           duration_text(age_of(record->status.finished)));
    }
}

static char *id_text(const struct record *record, bool whole)
{
    return format_text("%.*s", whole ? ID_LENGTH : SHORT_ID, record->id);
}

static struct json_object *describe(const struct row *row, bool whole)
{
    struct json_object *object = json_object_new_object();
    const struct record *record = row->record;
    const char *created = require_text(record->json, "created");

    add_json_text(object, "ID", id_text(record, whole));
    add_json_text(object, "Image", require_text(record->json, "image"));
    add_json_text(object, "Command", command_text(record->json, whole));
    add_json_text(object, "RunningFor",
                  format_text("%s ago", duration_text(age_of(created))));
    add_json_text(object, "Status", status_text(record, row->how));
    add_json_text(object, "Ports",
                  is_up(row->how) ? ports_text(record->status.ports) : "");
    add_json_text(object, "Names", record->name);
    add_json_text(object, "State", record_word(row->how));
    add_json_text(object, "CreatedAt", created);
    return object;
}

/* ---- which of them ------------------------------------------------------------------ */

const char *parse_filter(const char *text, void *value)
{
    static const char *const keys[] = {
        "name=", "id=", "status=", "ancestor=", "label=", "exited="};
    const char *wanted;
    uint64_t number;
    regex_t expression;
    size_t i = 0;

    while (i < COUNT(keys) && strncmp(text, keys[i], strlen(keys[i])) != 0)
        i++;
    if (i == COUNT(keys))
        return "name=, id=, status=, ancestor=, label= or exited=, and a value";
    wanted = text + strlen(keys[i]);
    if (*text == 'n') {
        if (!compile_pattern(wanted, &expression))
            return "name=, and a regular expression such as ^web";
        regfree(&expression);
    }
    if (*text == 's' &&
        !has_word("created running paused restarting exited dead removing",
                  wanted))
        return "status=, and created, running, paused, restarting, exited or "
               "dead";
    if (*text == 'e' && parse_count(wanted, &number))
        return "exited=, and an exit status";
    return parse_list(text, value);
}

static bool has_label(const struct record *record, const char *wanted)
{
    struct json labels = get_array(record->json, "labels");

    for (size_t i = 0; i < count_elements(labels); i++) {
        const char *label = text_at(labels, i);

        if (strcmp(label, wanted) == 0 ||
            (!strchr(wanted, '=') &&
             strncmp(label, wanted, strlen(wanted)) == 0 &&
             label[strlen(wanted)] == '='))
            return true;
    }
    return false;
}

/* docker's own names begin with a slash, and people write ^/web$. */
static bool has_name(const struct record *record, const char *pattern)
{
    char *path = format_text("/%s", record->name);
    regex_t expression;
    bool found = false;

    if (compile_pattern(pattern, &expression)) {
        found = regexec(&expression, path + 1, 0, NULL, 0) == 0 ||
                regexec(&expression, path, 0, NULL, 0) == 0;
        regfree(&expression);
    }
    free(path);
    return found;
}

/* By its name as it was typed; or by whatever finds the image today. */
static bool is_from(const struct record *record, const char *data_root,
                    const char *word)
{
    struct store store;
    struct image image;
    const char *id = get_text(record->json, "imageId");
    bool found = strcmp(require_text(record->json, "image"), word) == 0;
    int lock;

    if (found || !id)
        return found;
    open_store(&store, data_root);
    lock = lock_store(&store);
    found = look_for_image(&store, word, &image) && strcmp(image.id, id) == 0;
    close(lock);
    close(store.folder);
    return found;
}

static bool passes(const struct row *row, const char *filter,
                   const char *data_root)
{
    const struct record *record = row->record;
    const char *value = strchr(filter, '=') + 1;

    switch (*filter) {
    case 'n':
        return has_name(record, value);
    case 'i':
        return strncmp(record->id, value, strlen(value)) == 0;
    case 's':
        return strcmp(record_word(row->how), value) == 0;
    case 'a':
        return is_from(record, data_root, value);
    case 'l':
        return has_label(record, value);
    default:
        return row->how == RECORD_EXITED &&
               record->status.exit_status == atoi(value);
    }
}

/* One of those of the same kind is enough, as docker has it, but for labels:
 * these are wanted together. */
static bool is_wanted(const struct row *row, const struct list_wishes *wishes,
                      const char *data_root)
{
    const struct list *filters = &wishes->filters;
    bool all = wishes->all || wishes->last;

    for (size_t i = 0; i < filters->count; i++) {
        char kind = *filters->items[i];
        bool found = false;

        for (size_t j = 0; j < filters->count && !found; j++)
            found = *filters->items[j] == kind && (kind != 'l' || j == i) &&
                    passes(row, filters->items[j], data_root);
        if (!found)
            return false;
        /* who asks for a status wants it */
        all = all || kind == 's' || kind == 'e';
    }
    return all || is_up(row->how) || row->how == RECORD_RESTARTING;
}

int list_containers(const char *data_root, const struct list_wishes *wishes)
{
    struct json_object *list = json_object_new_array();
    size_t found, count = 0;
    struct record *records = list_records(data_root, &found);

    for (size_t i = 0; i < found; i++) {
        struct row row = {&records[i], record_state_of(&records[i])};

        read_status(&records[i]);
        if (!is_wanted(&row, wishes, data_root) ||
            (wishes->last && count >= wishes->last))
            continue;
        count++;
        if (wishes->quiet)
            puts(id_text(&records[i], wishes->whole));
        else
            json_object_array_add(list, describe(&row, wishes->whole));
    }
    if (!wishes->quiet)
        print_list(describe_heads(heads, COUNT(heads)), list,
                   wishes->format ? wishes->format : usual_table);
    return EXIT_SUCCESS;
}
