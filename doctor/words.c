/* words.c - text on a screen: how wide it is, and where a line may end. */
#include "doctor.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 80 };

size_t character_length(const char *text)
{
    unsigned char lead = (unsigned char)*text;
    size_t length = lead < 0x80                  ? 1
                  : lead >= 0xc2 && lead <= 0xdf ? 2
                  : (lead & 0xf0) == 0xe0        ? 3
                  : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                 : 0;

    for (size_t i = 1; i < length; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

/* From U+3000 on: Chinese, Japanese, Korean, and their punctuation. */
static bool is_wide(const char *text)
{
    return (unsigned char)*text >= 0xe3 && character_length(text) >= 3;
}

/* No line begins with 。 or ，: U+3000 to U+303F, U+FF00 to U+FF3F. */
static bool is_wide_mark(const char *text)
{
    return strncmp(text, "\xe3\x80", 2) == 0 ||
           strncmp(text, "\xef\xbc", 2) == 0;
}

/* The end of the character at `text`; a byte that is none is one by itself. */
static const char *next_character(const char *text)
{
    size_t length = character_length(text);

    return text + (length ? length : 1);
}

static int columns_between(const char *text, const char *end)
{
    int columns = 0;

    for (; text < end; text = next_character(text))
        columns += is_wide(text) ? 2 : 1;
    return columns;
}

void print_padded(const char *text, int columns)
{
    int rest = columns - columns_between(text, text + strlen(text));

    printf("%s%*s", text, rest > 0 ? rest : 0, "");
}

/* What stays on one line: up to a blank, or a wide character by itself, as
 * Chinese has no blanks. */
static const char *end_of_word(const char *text)
{
    if (is_wide(text))
        text = next_character(text);
    else
        while (*text && *text != ' ' && !is_wide(text))
            text = next_character(text);
    while (is_wide_mark(text))
        text = next_character(text);
    return text;
}

void print_words(const char *text, int column, const char *broken)
{
    int start = column, limit = WIDTH - (int)strlen(broken);

    while (*text) {
        const char *word = text + strspn(text, " ");
        const char *end = end_of_word(word);
        int blanks = column > start ? (int)(word - text) : 0;
        int columns = columns_between(word, end);

        if (column > start && column + blanks + columns > limit) {
            printf("%s\n%*s", broken, start, "");
            column = start;
            blanks = 0;
        }
        printf("%*s%.*s", blanks, "", (int)(end - word), word);
        column += blanks + columns;
        text = end;
    }
    printf("\n");
}
