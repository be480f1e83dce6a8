/*
 * template.h - --format: as much of docker's templates as people know by heart.
 */
#pragma once

#include <stddef.h>

struct json_object; /* of json-c */

/*
 * Prints `object` as `format` says, and a newline: text with {{.A.B}}, a member;
 * {{json .A.B}}, a member as JSON; and {{range .A}}...{{end}}, what is between
 * them for each element or member of .A. "." is all of it. The rest of the
 * language of docker's templates ends the program, as does a member that is
 * not there.
 */
void print_template(const char *format, struct json_object *object);

/* The parser of --format for lists: const char *, NULL for a table. */
const char *parse_format(const char *text, void *value);

/* Names of members, and the heads of their columns: an object for print_list. */
struct json_object *describe_heads(const char *const heads[][2], size_t count);

/*
 * Prints the objects of the list: for "json" a line of JSON each; or each by the
 * template, in which \t and \n are a tab and a newline. With "table " before it
 * what tabs part are columns, and `heads` has their heads, by the same names.
 * Frees both.
 */
void print_list(struct json_object *heads, struct json_object *list,
                const char *format);
