/* table.c - tables as docker prints them. */
#include "table.h"

#include "base.h"

enum { BLANKS = 3 };

void add_row(struct table *table, const char *const *cells)
{
    size_t count = table->rows * table->columns;

    for (size_t i = count; i < count + table->columns; i++) {
        table->cells = add_room(table->cells, i, sizeof(*table->cells));
        table->cells[i] = format_text("%s", cells[i - count]);
    }
    table->rows++;
}

/* Characters, not bytes. */
static int length_of(const char *text)
{
    int length = 0;

    for (; *text; text++)
        length += (*text & 0xc0) != 0x80;
    return length;
}

static int width_of(const struct table *table, size_t column, int least)
{
    int width = least - BLANKS;

    for (size_t i = 0; i < table->rows; i++) {
        int length = length_of(table->cells[i * table->columns + column]);

        width = length > width ? length : width;
    }
    return width + BLANKS;
}

void print_rows(const struct table *table, int least, int width,
                const char *end)
{
    for (size_t i = 0; i < table->rows; i++) {
        char **cells = &table->cells[i * table->columns], *line;

        line = or_empty(NULL);
        for (size_t j = 0; j < table->columns; j++) {
            bool last = j == table->columns - 1;
            int blanks = width_of(table, j, least) - length_of(cells[j]);

            line = append(line, "%s%*s", cells[j], last ? 0 : blanks, "");
        }
        printf("%.*s%s", width ? width : (int)strlen(line), line, end);
        free(line);
    }
}

char *size_words(uint64_t size, unsigned base)
{
    static const char units[] = " kMGTP";
    double value = (double)size;
    size_t i = 0;

    for (; value >= base && i < 5; i++)
        value /= base;
    if (i == 0)
        return format_text("%.4gB", value);
    return base == 1024
             ? format_text("%.4g%ciB", value, i == 1 ? 'K' : units[i])
             : format_text("%.3g%cB", value, units[i]);
}
