/*
 * json.h - reading JSON of which nothing is believed.
 *
 * Each value knows its path in the document ("linux.namespaces[2].type"), so
 * that every complaint names it. A member that is missing and one that is
 * null are the same. Complaints end the program. Texts belong to the document,
 * which is never freed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

struct json_object; /* of json-c */

struct json {
    struct json_object *value; /* NULL: not there */
    const char *path;
};

/*
 * Parses the text of `file`, at most 4 MiB, nested at most 32 deep: deeper, a
 * parser could run out of stack. Its value is an object.
 */
struct json parse_json(const char *text, const char *file);

/* Ends the program: "FILE: PATH: MESSAGE". */
noreturn void refuse_json(struct json json, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool is_there(struct json json);

/* A member of an object, one whose name may be any, an element of an array; of
 * any type. */
struct json get_member(struct json object, const char *name);
struct json get_entry(struct json object, const char *name);
struct json get_element(struct json array, size_t i);

/* The value itself, which must be a text without NUL bytes. */
const char *text_of(struct json json);

/* A member of an object; if it is there, of the type that the name says. */
struct json get_object(struct json object, const char *name);
struct json get_array(struct json object, const char *name);
struct json require_object(struct json object, const char *name);

/* The elements of an array; 0 if it is not there. */
size_t count_elements(struct json array);
size_t count_members(struct json object);
struct json object_at(struct json array, size_t i);
const char *text_at(struct json array, size_t i);
/* 0 to `most` */
uint64_t number_at(struct json array, size_t i, uint64_t most);

/* A text without NUL bytes, or NULL. The second refuses an empty one too. */
const char *get_text(struct json object, const char *name);
const char *require_text(struct json object, const char *name);

bool get_bool(struct json object, const char *name);

/* Returns whether it is there; then it lies between `least` and `most`. */
bool get_integer(struct json object, const char *name, int64_t least,
                 int64_t most, int64_t *value);
bool get_unsigned(struct json object, const char *name, uint64_t most,
                  uint64_t *value);
uint64_t require_unsigned(struct json object, const char *name, uint64_t most);

/* The names of an object's members, which NULL ends. */
const char *const *member_names(struct json object);

/* A word, and what it stands for; in lists that end without a name. */
struct word {
    const char *name;
    uint32_t value;
};

/* What `text`, the value of `json`, stands for. If it is none of the words the
 * message says that it is not `what`: "an action". */
uint32_t find_word(const struct word *words, struct json json, const char *text,
                   const char *what);

/* The same for a member, which must be there; and for an array of them, which
 * may be missing: together. */
uint32_t require_word(struct json object, const char *member,
                      const struct word *words, const char *what);
uint32_t load_words(struct json array, const struct word *words,
                    const char *what);

/* An array of the words. */
struct json_object *list_words(const struct word *words);

/* The object in lines for people; the caller frees the text. Or in one line for
 * programs, which belongs to the object. */
char *json_text(struct json_object *object);
const char *json_line(struct json_object *object);

/* ---- writing -------------------------------------------------------------- */

/* A member of an object. A text that is NULL is left out; of `texts`, which NULL
 * ends, NULL is an empty array. A value belongs to the object then. */
void add_json(struct json_object *object, const char *name,
              struct json_object *value);
void add_json_text(struct json_object *object, const char *name,
                   const char *text);
void add_json_bool(struct json_object *object, const char *name, bool value);
void add_json_number(struct json_object *object, const char *name,
                     uint64_t value);
void add_json_texts(struct json_object *object, const char *name,
                    const char *const *texts);

/* The elements of an array from number `begin` on, before number `end`, in one of
 * their own; NULL if there are none. */
struct json_object *copy_elements(struct json array, size_t begin, size_t end);

/* One more element of an array. */
void append_json_text(struct json_object *array, const char *text);
