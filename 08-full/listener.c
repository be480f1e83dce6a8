/* listener.c - handing a filter's descriptor to the program that listens. */
#include "listener.h"

#include <json-c/json.h>

#include "base.h"

void send_listener(const char *path, const char *metadata, int listener,
                   const struct state *state, const char *status, pid_t pid)
{
    struct json_object *object = json_object_new_object();
    struct json_object *names = json_object_new_array();
    const char *text;

    append_json_text(names, "seccompFd");
    add_json_text(object, "ociVersion", SPEC_VERSION);
    add_json(object, "fds", names);
    add_json(object, "pid", json_object_new_int(pid));
    add_json_text(object, "metadata", metadata);
    add_json(object, "state", describe_for_others(state, status, pid));
    text = json_line(object);
    send_to_socket("failed to connect with seccomp agent: "
                   "linux.seccomp.listenerPath",
                   path, text, strlen(text), listener);
    json_object_put(object);
}
