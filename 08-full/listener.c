/* listener.c - handing a filter's descriptor to the program that listens. */
#include "listener.h"

#include <json-c/json.h>

#include "sync.h"

void send_listener(const char *path, const char *metadata, int listener,
                   const struct state *state, const char *status, pid_t pid)
{
    struct json_object *object = json_object_new_object();
    struct json_object *names = json_object_new_array();
    const char *text;
    size_t length;

    json_object_array_add(names, json_object_new_string("seccompFd"));
    json_object_object_add(object, "ociVersion",
                           json_object_new_string(SPEC_VERSION));
    json_object_object_add(object, "fds", names);
    json_object_object_add(object, "pid", json_object_new_int(pid));
    if (metadata)
        json_object_object_add(object, "metadata",
                               json_object_new_string(metadata));
    json_object_object_add(object, "state",
                           describe_for_others(state, status, pid));
    text = json_object_to_json_string_length(
        object, JSON_C_TO_STRING_NOSLASHESCAPE, &length);
    send_to_socket("linux.seccomp.listenerPath", path, text, length, listener);
    json_object_put(object);
}
