/* flags.c - the flags before the command, and --help, from one table. */
#include "common.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FLAGS = 128, HELP = 256, EXPLAIN, FIRST };

static void print_flag(const struct flag *flag)
{
    char left[64];
    char letter[8] = "";

    if (flag->letter)
        snprintf(letter, sizeof(letter), "-%c, ", flag->letter);
    snprintf(left, sizeof(left), "%4s--%s%s%s", letter, flag->name,
             flag->argument ? " " : "", flag->argument ? flag->argument : "");
    printf("  %-30s %s\n", left, flag->help);
}

static void print_all(const struct flag *flags, const char *about)
{
    static const struct flag help[] = {
        {.name = "explain", .help = "tell each step on stderr"},
        {.name = "help", .help = "print this"},
    };

    printf("usage: %s [FLAG...] [--] [COMMAND [ARGUMENT...]]\n\n%s\n\n",
           program_invocation_short_name, about);
    for (; flags->name; flags++)
        print_flag(flags);
    print_flag(&help[0]);
    print_flag(&help[1]);
    printf("\nWithout a command: a shell. The exit status is the command's; "
           "128+N if signal N\nkilled it; 127 not found, 126 not executable, "
           "125 the stage itself failed.\n");
}

void (*print_help)(const struct flag *flags, const char *about) = print_all;

static noreturn void end_with_help(const struct flag *flags, const char *about)
{
    print_help(flags, about);
    if (fflush(stdout) != 0)
        die("write the help");
    exit(EXIT_SUCCESS);
}

/* The tables that getopt_long wants. Flag number i has the value FIRST + i;
 * '+': stop at the command; ':': tell a missing argument from a bad flag. */
static void fill_tables(const struct flag *flags, struct option *options,
                        char *letters)
{
    int i;

    if (!flags_anywhere)
        *letters++ = '+';
    *letters++ = ':';
    for (i = 0; i < MAX_FLAGS && flags[i].name; i++) {
        options[i].name = flags[i].name;
        options[i].has_arg =
            flags[i].argument ? required_argument : optional_argument;
        options[i].val = FIRST + i;
        if (flags[i].letter)
            *letters++ = flags[i].letter;
        if (flags[i].letter && flags[i].argument)
            *letters++ = ':';
    }
    options[i++] = (struct option){.name = "explain", .val = EXPLAIN};
    options[i] = (struct option){.name = "help", .val = HELP};
}

static const struct flag *find_flag(const struct flag *flags, int value)
{
    if (value >= FIRST)
        return &flags[value - FIRST];
    for (; flags->name; flags++)
        if (flags->letter == value)
            return flags;
    return NULL;
}

bool flags_anywhere;
void (*see_unknown_flag)(const char *flag, const struct flag *flags);

static noreturn void refuse_flag(const char *flag, const struct flag *flags)
{
    if (see_unknown_flag)
        see_unknown_flag(flag, flags);
    die_usage("unknown flag %.80s", flag);
}

static void take_flag(const struct flag *flag, const char *text)
{
    const char *expected = flag->parse(text, flag->value);

    if (expected)
        die_usage("--%s \"%.80s\": must be %s", flag->name, text, expected);
}

char **parse_flags(int argc, char **argv, const struct flag *flags,
                   const char *about)
{
    struct option options[MAX_FLAGS + 3] = {0};
    char letters[2 * MAX_FLAGS + 3] = "";
    int value;

    fill_tables(flags, options, letters);
    opterr = 0;
    while ((value = getopt_long(argc, argv, letters, options, NULL)) != -1) {
        if (value == '?' && optopt && optopt < HELP)
            refuse_flag((char[]){'-', (char)optopt, '\0'}, flags);
        if (value == '?' && optopt)
            die_usage("%.80s: takes no argument", argv[optind - 1]);
        if (value == '?')
            refuse_flag(argv[optind - 1], flags);
        if (value == ':')
            die_usage("%.80s: its argument is missing", argv[optind - 1]);
        if (value == HELP)
            end_with_help(flags, about);
        /* docker takes -m=64m */
        if (value < HELP && optarg && *optarg == '=' &&
            optarg != argv[optind - 1])
            optarg++;
        if (value == EXPLAIN)
            explaining = true;
        else
            take_flag(find_flag(flags, value), optarg);
    }
    if (argv[optind] && !*argv[optind])
        die_usage(flags_anywhere ? "a word is empty" : "the command is empty");
    return argv + optind;
}

const char *parse_switch(const char *text, void *value)
{
    bool off = text && strcmp(text, "false") == 0;

    *(bool *)value = !off;
    return !text || off || strcmp(text, "true") == 0 ? NULL : "true or false";
}

const char *parse_text(const char *text, void *value)
{
    *(const char **)value = text;
    return *text ? NULL : "a text that is not empty";
}

const char *parse_list(const char *text, void *value)
{
    struct list *list = value;
    const char **items =
        realloc(list->items, (list->count + 2) * sizeof(*items));

    if (!items)
        die("allocate memory");
    items[list->count++] = text;
    items[list->count] = NULL;
    list->items = items;
    return *text ? NULL : "a text that is not empty";
}

/* A whole number from 0 to 2^64-2, digits only. */
static bool parse_digits(const char *text, char **end, uint64_t *value)
{
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    *value = strtoull(text, end, 10);
    return errno == 0 && *value != UINT64_MAX;
}

static bool is_max(const char *text, uint64_t *value)
{
    if (strcmp(text, "max") != 0)
        return false;
    *value = UINT64_MAX;
    return true;
}

const char *parse_size(const char *text, void *value)
{
    static const char units[] = "KMGT";
    static const char expected[] = "a size such as 64M or 1G, or max";
    uint64_t *size = value;
    const char *unit;
    char *end;

    if (is_max(text, size))
        return NULL;
    if (!parse_digits(text, &end, size) || *size == 0)
        return expected;
    if (*end == '\0')
        return NULL;
    unit = strchr(units, toupper((unsigned char)*end));
    if (!unit || (end[1] && strcasecmp(end + 1, "b") != 0))
        return expected;
    for (; unit >= units; unit--) {
        if (*size > (UINT64_MAX >> 11))
            return expected;
        *size *= 1024;
    }
    return NULL;
}

const char *size_text(uint64_t size)
{
    static char text[32];
    static const char *const units[] = {" bytes", "K", "M", "G", "T", NULL};
    const char *const *unit = units;

    while (size && size % 1024 == 0 && unit[1]) {
        size /= 1024;
        unit++;
    }
    snprintf(text, sizeof(text), "%" PRIu64 "%s", size, *unit);
    return text;
}

const char *parse_number(const char *text, void *value)
{
    uint64_t *number = value;
    char *end;

    if (is_max(text, number))
        return NULL;
    if (!parse_digits(text, &end, number) || *end || *number == 0)
        return "a whole number from 1 on, or max";
    return NULL;
}

/* Digits, a point, digits; read by hand since strtod(3) follows the locale.
 * The kernel takes no quota under 1 ms, which is 0.01 CPUs. */
const char *parse_cpus(const char *text, void *value)
{
    static const char expected[] =
        "a number of CPUs such as 0.2 or 2, from 0.01 to 10000, or max";
    uint64_t *quota = value, whole = 0, scale = 10000;
    const char *c = text;

    if (is_max(text, quota))
        return NULL;
    for (; isdigit((unsigned char)*c) && whole <= 10000; c++)
        whole = whole * 10 + (uint64_t)(*c - '0');
    *quota = whole * 100000;
    if (*c == '.')
        for (c++; isdigit((unsigned char)*c); c++, scale /= 10)
            *quota += (uint64_t)(*c - '0') * scale;
    if (c == text || *c || *quota < 1000 || whole > 10000)
        return expected;
    return NULL;
}
