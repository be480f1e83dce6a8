/* inspect.c - the verb. */
#include "inspect.h"

#include <json-c/json.h>

#include "base.h"
#include "template.h"

/* What the flags say. */
struct request {
    const char *format; /* NULL: for people */
    const char *type;   /* "container", "image"; NULL: either */
    struct json_object *array;
};

static bool is_json(const struct request *request)
{
    return request->format && strcmp(request->format, "json") == 0;
}

static void answer(const struct request *request, struct json_object *object)
{
    if (is_json(request)) {
        json_object_array_add(request->array, object);
        return;
    }
    print_template(request->format, object);
    json_object_put(object);
}

static bool inspect_image(const struct request *request, const char *word,
                          const char *data_root)
{
    struct store store;
    struct image image;
    bool found = access(data_root, F_OK) == 0;
    int lock;

    if (!found)
        return false;
    open_store(&store, data_root);
    lock = lock_store(&store);
    found = look_for_image(&store, word, &image);
    close(lock);
    close(store.folder);
    if (found && request->format)
        answer(request, describe_image(&image));
    else if (found)
        show_image(&image);
    return found;
}

/* As for other verbs, those behind one that is not there are not left in the
 * lurch. */
static void tell_missing(const char *word, const struct globals *globals,
                         bool image)
{
    fflush(stdout);
    if (image)
        warn("there is no image \"%.200s\"\n"
             "hint: images lists those that there are",
             word);
    else
        warn("no such container: %.80s\nhint: %s", word,
             hint_for(globals->data_root, word));
}

/* docker looks among the containers first. */
static bool inspect(const struct request *request, const char *word,
                    const struct globals *globals)
{
    bool no_image = request->type && *request->type == 'c';
    bool no_container = request->type && !no_image;
    struct subject subject;

    if (no_container || !find_subject(&subject, word, globals)) {
        if (!no_image && inspect_image(request, word, globals->data_root))
            return true;
        tell_missing(word, globals, no_container);
        return false;
    }
    if (request->format)
        answer(request, describe_container(&subject));
    else
        show_container(&subject);
    return true;
}

static const char *parse_type(const char *text, void *value)
{
    *(const char **)value = text;
    return strcmp(text, "container") == 0 || strcmp(text, "image") == 0
             ? NULL
             : "container or image";
}

int inspect_verb(int argc, char **argv, const struct globals *globals)
{
    struct request request = {.array = json_object_new_array()};
    const struct flag flags[] = {
        {"format", 'f', "json|TEMPLATE",
         "not for people; a template as {{.State.Pid}}", parse_text,
         &request.format},
        {"type", 0, "container|image", "which one a name is of", parse_type,
         &request.type},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    int status = EXIT_SUCCESS;
    bool shown = false;

    if (!words[0])
        fail_plainly("ps -a and images list what there is",
                     "inspect: the name of a container or image is missing");
    for (int i = 0; words[i]; i++) {
        if (shown && !request.format)
            putchar('\n');
        if (inspect(&request, words[i], globals))
            shown = true;
        else
            status = EXIT_STAGE_FAILED;
    }
    if (is_json(&request) && shown)
        fputs(json_text(request.array), stdout);
    return status;
}
