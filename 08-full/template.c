/* template.c - docker's templates, a small part of them. */
#include "template.h"

#include <ctype.h>
#include <json-c/json.h>

#include "base.h"
#include "json.h"
#include "table.h"

/* As Go prints a value that is no text: [a b], map[key:value]. Where docker has
 * null, there is no list. */
static void print_value(FILE *to, struct json_object *value)
{
    const char *between = "";

    if (!value) {
        fprintf(to, "[]");
    } else if (json_object_is_type(value, json_type_array)) {
        fputc('[', to);
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            fputs(i ? " " : "", to);
            print_value(to, json_object_array_get_idx(value, i));
        }
        fputc(']', to);
    } else if (json_object_is_type(value, json_type_object)) {
        fprintf(to, "map[");
        json_object_object_foreach(value, name, member)
        {
            fprintf(to, "%s%s:", between, name);
            print_value(to, member);
            between = " ";
        }
        fputc(']', to);
    } else {
        fputs(json_object_get_string(value), to);
    }
}

/* ".A.B", or "." for all. */
static struct json_object *find_member(struct json_object *object,
                                       const char *path)
{
    char *copy = format_text("%s", path + 1), *rest = copy, *name;

    while (*path && path[1] && (name = strsep(&rest, ".")))
        if (!json_object_is_type(object, json_type_object) ||
            !json_object_object_get_ex(object, name, &object))
            fail_plainly("--format json prints all that there is",
                         "--format: there is no %.200s", path);
    free(copy);
    return object;
}

static bool is_path(const char *text)
{
    if (*text != '.')
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("._", *text))
            return false;
    return true;
}

/* The member that an action is about. */
static struct json_object *require_member(const char *path,
                                          struct json_object *object)
{
    path += strspn(path, " ");
    if (!is_path(path))
        fail_plainly("--format json prints all; jq(1) does what is wanted with "
                     "it",
                     "--format: {{%.200s}}: only {{.NAME}}, {{json .NAME}} and "
                     "{{range .NAME}} are understood",
                     path);
    return find_member(object, path);
}

/* What stands between {{ at `begin` and }}, without the blanks around it; the
 * caller frees it. */
static char *action_at(const char *begin)
{
    const char *end = strstr(begin, "}}");

    if (!end)
        fail_plainly(NULL, "--format: {{ without }}");
    begin += 2 + strspn(begin + 2, " ");
    while (end > begin && end[-1] == ' ')
        end--;
    return format_text("%.*s", (int)(end - begin), begin);
}

/* The {{end}} of a {{range}} whose inside begins here. */
static const char *find_end(const char *at)
{
    int depth = 1;

    for (; (at = strstr(at, "{{")); at += 2) {
        char *action = action_at(at);

        depth += strncmp(action, "range ", 6) == 0;
        depth -= strcmp(action, "end") == 0;
        free(action);
        if (depth == 0)
            return at;
    }
    fail_plainly(NULL, "--format: {{range}} without {{end}}");
}

static void print_part(FILE *to, const char *at, const char *end,
                       struct json_object *object);

static void print_range(FILE *to, const char *at, const char *end,
                        struct json_object *value)
{
    if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++)
            print_part(to, at, end, json_object_array_get_idx(value, i));
    } else if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, name, member)
        {
            (void)name;
            print_part(to, at, end, member);
        }
    } else if (value) {
        fail_plainly(NULL, "--format: {{range}}: neither a list nor an object");
    }
}

/* The template from `at` to `end`. */
static void print_part(FILE *to, const char *at, const char *end,
                       struct json_object *object)
{
    for (const char *begin; (begin = strstr(at, "{{")) && begin < end;) {
        char *action = action_at(begin);

        fwrite(at, 1, (size_t)(begin - at), to);
        at = strstr(begin, "}}") + 2;
        if (strncmp(action, "range ", 6) == 0) {
            begin = find_end(at);
            print_range(to, at, begin, require_member(action + 6, object));
            at = strstr(begin, "}}") + 2;
        } else if (strncmp(action, "json ", 5) == 0) {
            fputs(json_line(require_member(action + 5, object)), to);
        } else {
            print_value(to, require_member(action, object));
        }
        free(action);
    }
    fwrite(at, 1, (size_t)(end - at), to);
}

/* The template as a whole, or none of it; the caller frees it. */
static char *fill_template(const char *format, struct json_object *object)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    if (!to)
        fail("open_memstream");
    print_part(to, format, format + strlen(format), object);
    if (fclose(to) != 0)
        fail("allocate memory");
    return text;
}

void print_template(const char *format, struct json_object *object)
{
    char *text = fill_template(format, object);

    puts(text);
    free(text);
}

/* ---- lists ------------------------------------------------------------------ */

struct json_object *describe_heads(const char *const heads[][2], size_t count)
{
    struct json_object *object = json_object_new_object();

    for (size_t i = 0; i < count; i++)
        add_json_text(object, heads[i][0], heads[i][1]);
    return object;
}

static bool is_table(const char *format)
{
    return strncmp(format, "table ", 6) == 0 && strstr(format, "{{");
}

const char *parse_format(const char *text, void *value)
{
    bool known = strcmp(text, "json") == 0 || strcmp(text, "table") == 0 ||
                 is_table(text);

    *(const char **)value = strcmp(text, "table") == 0 ? NULL : text;
    return known || (strstr(text, "{{") && strncmp(text, "table", 5) != 0)
             ? NULL
             : "table, json, or a template such as {{.ID}}";
}

/* \t and \n as what they stand for; the caller frees it. */
static char *unescape(const char *format)
{
    char *text = format_text("%s", format), *to = text;

    for (; *format; format++)
        if (*format == '\\' && (format[1] == 't' || format[1] == 'n'))
            *to++ = *++format == 't' ? '\t' : '\n';
        else
            *to++ = *format;
    *to = '\0';
    return text;
}

/* A cell for each part between tabs. */
static void add_template_row(struct table *table, const char *format,
                             struct json_object *object)
{
    const char *cells[100] = {""};
    char *text = fill_template(format, object);

    for (size_t i = 0; i < table->columns; i++)
        cells[i] = text ? strsep(&text, "\t") : "";
    add_row(table, cells);
}

static void print_template_table(struct json_object *heads,
                                 struct json_object *list, const char *format)
{
    struct table table = {.columns = 1};

    for (const char *c = format; *c && table.columns < 100; c++)
        table.columns += *c == '\t';
    add_template_row(&table, format, heads);
    for (size_t i = 0; i < json_object_array_length(list); i++)
        add_template_row(&table, format, json_object_array_get_idx(list, i));
    print_rows(&table, 10, 0, "\n");
}

void print_list(struct json_object *heads, struct json_object *list,
                const char *format)
{
    char *text = unescape(format);

    if (is_table(text))
        print_template_table(heads, list, text + 6 + strspn(text + 6, " "));
    for (size_t i = 0; !is_table(text) && i < json_object_array_length(list);
         i++)
        if (strcmp(text, "json") == 0)
            puts(json_line(json_object_array_get_idx(list, i)));
        else
            print_template(text, json_object_array_get_idx(list, i));
    free(text);
    json_object_put(heads);
    json_object_put(list);
}
