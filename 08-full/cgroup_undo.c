/* cgroup_undo.c - what was in the files of groups before an update. */
#include "cgroup_undo.h"

#include "base.h"

struct change {
    const struct hierarchy *hierarchy;
    char *name, *text, *old;
};

static struct change *changes; /* the first comes first */
static size_t change_count;
static bool begun;

/* Of a file with a line for each device, "8:0 1048576": the text that takes
 * `text` back. Otherwise NULL. */
static char *old_line(const struct change *change)
{
    size_t length = strcspn(change->text, " ");
    const char *name = change->name;
    char *rest = format_text("%s", change->old), *line;
    bool v2 = change->hierarchy->v2;

    if (!change->text[length])
        return NULL;
    while ((line = strsep(&rest, "\n")))
        if (strncmp(line, change->text, length + 1) == 0)
            return line;
    if (!memchr(change->text, ':', length))
        return NULL;
    return format_text("%.*s %s", (int)length, change->text,
                       !v2                           ? "0"
                       : strcmp(name, "io.max") == 0 ? "rbps=max wbps=max "
                                                       "riops=max wiops=max"
                                                     : "default");
}

static void put_back(const struct change *change)
{
    static const char disabled[] = "oom_kill_disable ";
    const char *text = old_line(change);

    if (!text)
        text = change->old;
    /* memory.oom_control is read in another form than it is written */
    if (strncmp(text, disabled, strlen(disabled)) == 0)
        text = format_text("%c", text[strlen(disabled)]);
    if (write_group_file(change->hierarchy->fd, change->name, text) == -1)
        warn("cannot write %.*s back to %s/%s: %s", (int)strcspn(text, "\n"),
             text, change->hierarchy->path, change->name, strerror(errno));
}

/* In the reverse order: what one needed of another is there again. */
static void put_all_back(void)
{
    while (change_count > 0)
        put_back(&changes[--change_count]);
}

void begin_limits(void)
{
    begun = true;
    if (atexit(put_all_back) != 0)
        fail("atexit");
}

void keep_limits(void)
{
    change_count = 0;
}

char *old_limit(const struct hierarchy *hierarchy, const char *name)
{
    return begun ? read_path("%s/%s", hierarchy->path, name) : NULL;
}

void remember_limit(const struct hierarchy *hierarchy, const char *name,
                    const char *text, char *old)
{
    if (!old)
        return;
    changes = add_room(changes, change_count, sizeof(*changes));
    changes[change_count++] = (struct change){
        .hierarchy = hierarchy,
        .name = format_text("%s", name),
        .text = format_text("%s", text),
        .old = old,
    };
}
