/* template.c - as much of docker's templates as people know by heart. */
#include <ctype.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/common.h"
#include "inspect.h"
#include "sync.h"

/* As Go prints a value that is no text: [a b], map[key:value]. */
static void print_value(struct json_object *value)
{
    const char *between = "";

    if (!value) {
        printf("<nil>");
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

/* What stands between {{ and }}. */
static void print_action(const char *action, struct json_object *object)
{
    bool json = strncmp(action, "json ", 5) == 0;

    if (json)
        action += 5;
    action += strspn(action, " ");
    if (!is_path(action))
        fail_plainly("--format json prints all; jq(1) does what is wanted with "
                     "it",
                     "--format: {{%.200s}}: only {{.NAME}} and {{json .NAME}} "
                     "are understood",
                     action);
    object = find_member(object, action);
    if (json)
        fputs(json_object_to_json_string_ext(
                  object,
                  JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
              stdout);
    else
        print_value(object);
}

/* The action without the blanks around it; the caller frees it. */
static char *cut_action(const char *begin, const char *end)
{
    begin += strspn(begin, " ");
    while (end > begin && end[-1] == ' ')
        end--;
    return format_text("%.*s", (int)(end - begin), begin);
}

void print_template(const char *format, struct json_object *object)
{
    const char *begin, *end;

    for (; (begin = strstr(format, "{{")); format = end + 2) {
        char *action;

        end = strstr(begin, "}}");
        if (!end)
            fail_plainly(NULL, "--format: {{ without }}");
        fwrite(format, 1, (size_t)(begin - format), stdout);
        action = cut_action(begin + 2, end);
        print_action(action, object);
        free(action);
    }
    puts(format);
}
