/* template.c - docker's templates, a small part of them. */
#include "template.h"

#include <ctype.h>
#include <json-c/json.h>

#include "base.h"
#include "json.h"

/* As Go prints a value that is no text: [a b], map[key:value]. Where docker has
 * null, there is no list. */
static void print_value(struct json_object *value)
{
    const char *between = "";

    if (!value) {
        printf("[]");
    } else if (json_object_is_type(value, json_type_array)) {
        putchar('[');
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            fputs(i ? " " : "", stdout);
            print_value(json_object_array_get_idx(value, i));
        }
        putchar(']');
    } else if (json_object_is_type(value, json_type_object)) {
        printf("map[");
        json_object_object_foreach(value, name, member)
        {
            printf("%s%s:", between, name);
            print_value(member);
            between = " ";
        }
        putchar(']');
    } else {
        fputs(json_object_get_string(value), stdout);
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

static void print_part(const char *at, const char *end,
                       struct json_object *object);

static void print_range(const char *at, const char *end,
                        struct json_object *value)
{
    if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++)
            print_part(at, end, json_object_array_get_idx(value, i));
    } else if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, name, member)
        {
            (void)name;
            print_part(at, end, member);
        }
    } else if (value) {
        fail_plainly(NULL, "--format: {{range}}: neither a list nor an object");
    }
}

/* The template from `at` to `end`. */
static void print_part(const char *at, const char *end,
                       struct json_object *object)
{
    for (const char *begin; (begin = strstr(at, "{{")) && begin < end;) {
        char *action = action_at(begin);

        fwrite(at, 1, (size_t)(begin - at), stdout);
        at = strstr(begin, "}}") + 2;
        if (strncmp(action, "range ", 6) == 0) {
            begin = find_end(at);
            print_range(at, begin, require_member(action + 6, object));
            at = strstr(begin, "}}") + 2;
        } else if (strncmp(action, "json ", 5) == 0) {
            fputs(json_line(require_member(action + 5, object)), stdout);
        } else {
            print_value(require_member(action, object));
        }
        free(action);
    }
    fwrite(at, 1, (size_t)(end - at), stdout);
}

void print_template(const char *format, struct json_object *object)
{
    print_part(format, format + strlen(format), object);
    putchar('\n');
}

/* ---- lists ------------------------------------------------------------------ */

const char *parse_format(const char *text, void *value)
{
    bool template = strstr(text, "{{") && strncmp(text, "table", 5) != 0;

    *(const char **)value = strcmp(text, "table") == 0 ? NULL : text;
    return template || strcmp(text, "json") == 0 || strcmp(text, "table") == 0
             ? NULL
             : "table, json, or a template such as {{.ID}}";
}

void print_object(struct json_object *object, const char *format)
{
    char *text = format_text("%s", format), *to = text;

    for (; *format; format++)
        if (*format == '\\' && (format[1] == 't' || format[1] == 'n'))
            *to++ = *++format == 't' ? '\t' : '\n';
        else
            *to++ = *format;
    *to = '\0';
    if (strcmp(text, "json") == 0) {
        puts(json_line(object));
    } else {
        print_template(text, object);
    }
    free(text);
    json_object_put(object);
}
