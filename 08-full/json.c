/* json.c - typed reading on top of json-c. */
#include "json.h"

#include <json-c/json.h>
#include <stdarg.h>

#include "base.h"

enum { MOST_BYTES = 4 << 20, DEPTH = 32 };

/* The file that is being read, for the messages. */
static const char *file_name = "config.json";

void refuse_json(struct json json, const char *format, ...)
{
    char message[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    fail_plainly(NULL, "%s: %.400s%s%s", file_name, json.path,
                 *json.path ? ": " : "", message);
}

struct json parse_json(const char *text, const char *file)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
    struct json json = {.path = "the document"};
    size_t length = strlen(text);

    file_name = file;
    if (!tokener)
        fail_plainly(NULL, "allocate memory");
    if (length > MOST_BYTES)
        refuse_json(json, "is larger than 4 MiB");
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    json.value = json_tokener_parse_ex(tokener, text, (int)length + 1);
    if (json_tokener_get_error(tokener) != json_tokener_success)
        refuse_json(json, "is not JSON: %s at byte %zu",
                    json_tokener_error_desc(json_tokener_get_error(tokener)),
                    json_tokener_get_parse_end(tokener));
    json_tokener_free(tokener);
    if (!json_object_is_type(json.value, json_type_object))
        refuse_json(json, "must be an object");
    json.path = "";
    return json;
}

bool is_there(struct json json)
{
    return json.value != NULL;
}

static struct json expect_type(struct json json, enum json_type type,
                               const char *what)
{
    if (json.value && !json_object_is_type(json.value, type))
        refuse_json(json, "must be %s", what);
    return json;
}

struct json get_member(struct json object, const char *name)
{
    struct json json = {
        .path = *object.path ? format_text("%s.%s", object.path, name) : name};

    if (object.value)
        json_object_object_get_ex(object.value, name, &json.value);
    return json;
}

struct json get_entry(struct json object, const char *name)
{
    struct json json = {.path = format_text("%s[\"%s\"]", object.path, name)};

    if (object.value)
        json_object_object_get_ex(object.value, name, &json.value);
    return json;
}

struct json get_element(struct json array, size_t i)
{
    return (struct json){
        .value = json_object_array_get_idx(array.value, i),
        .path = format_text("%s[%zu]", array.path, i),
    };
}

struct json get_object(struct json object, const char *name)
{
    return expect_type(get_member(object, name), json_type_object, "an object");
}

struct json get_array(struct json object, const char *name)
{
    return expect_type(get_member(object, name), json_type_array, "an array");
}

struct json require_object(struct json object, const char *name)
{
    struct json json = get_object(object, name);

    if (!json.value)
        refuse_json(json, "is missing");
    return json;
}

size_t count_elements(struct json array)
{
    return array.value ? json_object_array_length(array.value) : 0;
}

size_t count_members(struct json object)
{
    return object.value ? (size_t)json_object_object_length(object.value) : 0;
}

struct json object_at(struct json array, size_t i)
{
    struct json json = get_element(array, i);

    if (!json_object_is_type(json.value, json_type_object))
        refuse_json(json, "must be an object");
    return json;
}

const char *text_of(struct json json)
{
    const char *text;

    if (!json_object_is_type(json.value, json_type_string))
        refuse_json(json, "must be a string");
    text = json_object_get_string(json.value);
    /* what comes after a NUL would be checked by nobody */
    if (strlen(text) != (size_t)json_object_get_string_len(json.value))
        refuse_json(json, "has a NUL character");
    return text;
}

const char *text_at(struct json array, size_t i)
{
    return text_of(get_element(array, i));
}

/* Negative numbers, fractions and what is too large are refused. */
static uint64_t number_of(struct json json, uint64_t most)
{
    if (!json_object_is_type(json.value, json_type_int))
        refuse_json(json, "must be a whole number");
    if (json_object_get_int64(json.value) < 0 ||
        json_object_get_uint64(json.value) > most)
        refuse_json(json, "must be from 0 to %llu", (unsigned long long)most);
    return json_object_get_uint64(json.value);
}

uint64_t number_at(struct json array, size_t i, uint64_t most)
{
    return number_of(get_element(array, i), most);
}

const char *get_text(struct json object, const char *name)
{
    struct json json = get_member(object, name);

    return json.value ? text_of(json) : NULL;
}

const char *require_text(struct json object, const char *name)
{
    const char *text = get_text(object, name);

    if (!text)
        refuse_json(get_member(object, name), "is missing");
    if (!*text)
        refuse_json(get_member(object, name), "is empty");
    return text;
}

bool get_bool(struct json object, const char *name)
{
    struct json json = expect_type(get_member(object, name), json_type_boolean,
                                   "true or false");

    return json.value && json_object_get_boolean(json.value);
}

bool get_integer(struct json object, const char *name, int64_t least,
                 int64_t most, int64_t *value)
{
    struct json json = get_member(object, name);

    if (!json.value)
        return false;
    if (!json_object_is_type(json.value, json_type_int))
        refuse_json(json, "must be a whole number");
    *value = json_object_get_int64(json.value);
    if (*value < least || *value > most ||
        (*value > 0 && json_object_get_uint64(json.value) != (uint64_t)*value))
        refuse_json(json, "must be from %lld to %lld", (long long)least,
                    (long long)most);
    return true;
}

bool get_unsigned(struct json object, const char *name, uint64_t most,
                  uint64_t *value)
{
    struct json json = get_member(object, name);

    if (json.value)
        *value = number_of(json, most);
    return json.value != NULL;
}

uint64_t require_unsigned(struct json object, const char *name, uint64_t most)
{
    uint64_t value = 0;

    if (!get_unsigned(object, name, most, &value))
        refuse_json(get_member(object, name), "is missing");
    return value;
}

const char *const *member_names(struct json object)
{
    const char **names = allocate(count_members(object), sizeof(*names));
    size_t count = 0;

    if (!object.value)
        return names;
    json_object_object_foreach(object.value, name, value)
    {
        (void)value;
        names[count++] = name;
    }
    return names;
}

uint32_t find_word(const struct word *words, struct json json, const char *text,
                   const char *what)
{
    for (; words->name; words++)
        if (strcmp(text, words->name) == 0)
            return words->value;
    refuse_json(json, "\"%.80s\" is not %s", text, what);
}

uint32_t require_word(struct json object, const char *member,
                      const struct word *words, const char *what)
{
    const char *text = require_text(object, member);

    return find_word(words, get_member(object, member), text, what);
}

uint32_t load_words(struct json array, const struct word *words,
                    const char *what)
{
    uint32_t set = 0;

    for (size_t i = 0; i < count_elements(array); i++)
        set |= find_word(words, get_element(array, i), text_at(array, i), what);
    return set;
}

struct json_object *list_words(const struct word *words)
{
    struct json_object *array = json_object_new_array();

    for (; words->name; words++)
        append_json_text(array, words->name);
    return array;
}

char *json_text(struct json_object *object)
{
    return format_text("%s\n", json_object_to_json_string_ext(
                                   object, JSON_C_TO_STRING_PRETTY |
                                               JSON_C_TO_STRING_SPACED |
                                               JSON_C_TO_STRING_NOSLASHESCAPE));
}

const char *json_line(struct json_object *object)
{
    return json_object_to_json_string_ext(object,
                                          JSON_C_TO_STRING_NOSLASHESCAPE);
}

void add_json(struct json_object *object, const char *name,
              struct json_object *value)
{
    json_object_object_add(object, name, value);
}

void append_json_text(struct json_object *array, const char *text)
{
    json_object_array_add(array, json_object_new_string(text));
}

void add_json_text(struct json_object *object, const char *name,
                   const char *text)
{
    if (text)
        add_json(object, name, json_object_new_string(text));
}

void add_json_bool(struct json_object *object, const char *name, bool value)
{
    add_json(object, name, json_object_new_boolean(value));
}

void add_json_number(struct json_object *object, const char *name,
                     uint64_t value)
{
    add_json(object, name, json_object_new_uint64(value));
}

void add_json_texts(struct json_object *object, const char *name,
                    const char *const *texts)
{
    struct json_object *array = json_object_new_array();

    for (; texts && *texts; texts++)
        append_json_text(array, *texts);
    add_json(object, name, array);
}

struct json_object *copy_elements(struct json array, size_t begin, size_t end)
{
    struct json_object *copy = NULL;

    for (size_t i = begin; i < end && i < count_elements(array); i++) {
        copy = copy ? copy : json_object_new_array();
        json_object_array_add(copy,
                              json_object_get(get_element(array, i).value));
    }
    return copy;
}
