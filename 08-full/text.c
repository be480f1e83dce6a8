/* text.c - fresh memory, filled. */
#include "text.h"

#include <stdarg.h>

#include "base.h"

void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count + 1, size);

    if (!memory)
        fail("allocate memory");
    return memory;
}

void *add_room(const void *array, size_t count, size_t size)
{
    void *larger = reallocarray((void *)array, count + 1, size);

    if (!larger)
        fail("allocate memory");
    return larger;
}

char *append(char *text, const char *format, ...)
{
    char *more, *longer;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&more, format, arguments) == -1)
        fail("allocate memory");
    va_end(arguments);
    longer = format_text("%s%s", text, more);
    free(more);
    free(text);
    return longer;
}

char *or_empty(char *text)
{
    return text ? text : format_text("%s", "");
}
