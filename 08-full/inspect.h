/*
 * inspect.h - what is known of a container or an image.
 */
#pragma once

#include "image.h"
#include "subject.h"

struct json_object; /* of json-c */

/* With docker's names for what docker knows as well; the caller owns it. */
struct json_object *describe_container(const struct subject *subject);
struct json_object *describe_image(const struct image *image);

/* For people: on standard output, in lines of 80 columns. */
void show_container(const struct subject *subject);
void show_image(const struct image *image);

/* True if docker would say that the mount is not the user's but everyone's. */
bool is_everyones_mount(const char *destination);
