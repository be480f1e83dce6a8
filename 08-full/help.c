/* help.c - --help of stage-8 and of each verb. */
#include "help.h"

#include <ctype.h>
#include <getopt.h>

#include "base.h"
#include "cli_flags.h"
#include "names.h"
#include "podman.h"

enum { WIDTH = 80, INDENT = 31 };

const struct flag flags_of_all[] = {
    {.name = "explain", .help = "tell each step on stderr"},
    {.name = "help", .help = "print what can be given"},
    {0},
};

/* ---- the tables ----------------------------------------------------------- */

/* Who reads flags ends with --help. */
noreturn void see_flags(const struct verb *verb,
                        void (*see)(const struct flag *flags,
                                    const char *about))
{
    static char program[] = "stage-8", help[] = "--help";
    char *words[] = {program, verb ? (char *)verb->name : help,
                     verb ? help : NULL, NULL};
    static struct config config;
    struct globals globals = {.root = ""};

    optind = 0;
    print_help = see;
    if (verb)
        verb->run(2, words + 1, &globals);
    else
        parse_command_line(2, words, &config);
    fail_plainly(NULL, "%s has no table of flags", words[1]);
}

noreturn void see_global_flags(void (*see)(const struct flag *flags,
                                           const char *about))
{
    static char program[] = "stage-8", help[] = "--help";
    char *words[] = {program, help, NULL};
    struct globals globals;

    optind = 0;
    print_help = see;
    read_globals(2, words, &globals);
    exit(EXIT_STAGE_FAILED); /* not reached */
}

char *flag_text(const struct flag *flag)
{
    char letter[] = {'-', flag->letter, ',', ' ', '\0'};

    return format_text("%s--%s%s%s", flag->letter ? letter : "", flag->name,
                       flag->argument ? " " : "",
                       flag->argument ? flag->argument : "");
}

/* ---- for people ----------------------------------------------------------- */

void print_wrapped(int column, int indent, const char *text)
{
    while (*text) {
        int length = (int)strcspn(text, " ");

        if (column > indent && column + 1 + length >= WIDTH) {
            printf("\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            column += printf(" ");
        }
        column += printf("%.*s", length, text);
        text += length + strspn(text + length, " ");
    }
    putchar('\n');
}

static void print_row(const char *left, int indent, const char *text)
{
    if (printf("  %-*s", indent - 3, left) >= indent) /* no room between */
        printf("\n%*s", indent - 1, "");
    putchar(' ');
    print_wrapped(indent, indent, text);
}

static void print_flags(const struct flag *flags)
{
    for (; flags->name; flags++) {
        char *text = flag_text(flags);
        char *left = format_text("%s%s", flags->letter ? "" : "    ", text);

        print_row(left, 32, flags->help);
        free(left);
        free(text);
    }
}

static const struct verb *asked;

static void print_verb(const struct flag *flags, const char *about)
{
    char *sentence = format_text("%s.", asked->help);

    (void)about;
    *sentence = (char)toupper((unsigned char)*sentence);
    printf("usage: %s %s %s\n\n", program_invocation_short_name, asked->name,
           asked->usage);
    print_wrapped(0, 0, sentence);
    putchar('\n');
    print_flags(flags);
    print_flags(flags_of_all);
    free(sentence);
}

static void print_global_flags(const struct flag *flags, const char *about)
{
    (void)about;
    printf("\nBefore a verb:\n");
    print_flags(flags);
    printf("\n\"%s help VERB\" lists the flags of a verb. The exit status is "
           "the command's;\n128+N if signal N killed it; 127 not found, 126 "
           "not executable, 125 stage-8\nitself failed.\n",
           program_invocation_short_name);
}

static void print_overview(const struct flag *flags, const char *about)
{
    printf("usage: %s [FLAG...] [--] [COMMAND [ARGUMENT...]]\n"
           "       %s [FLAG...] VERB [FLAG...] [ARGUMENT...]\n",
           program_invocation_short_name, program_invocation_short_name);
    for (const struct verb *verb = verbs; verb->name; verb++)
        if (!verb->run)
            printf("\n%s:\n", verb->name);
        else if (*verb->help)
            print_row(verb->name, 14, verb->help);
    if (!*about) { /* these are the flags before a verb */
        print_global_flags(flags, about);
        return;
    }
    printf("\n%s\n\n", about);
    print_flags(flags);
    print_flags(flags_of_all);
    see_global_flags(print_global_flags);
}

/* One that docker has, or one that is mistyped. */
static void see_unknown(const char *flag, const struct flag *flags)
{
    char *name = format_text("%.*s", (int)strcspn(flag, "="), flag);

    if (asked)
        refuse_docker_flag(asked->name, name);
    /* two letters make any short word of any other */
    for (; strlen(name) > 5 && flags->name; flags++)
        if (strlen(flags->name) > 3 && is_near(name + 2, flags->name))
            fail_plainly(format_text("did you mean --%s?", flags->name),
                         "unknown flag %.80s", name);
    free(name);
}

void use_help(const struct verb *verb)
{
    asked = verb;
    print_help = verb ? print_verb : print_overview;
    see_unknown_flag = see_unknown;
    if (verb)
        usage_name =
            format_text("%s %s", program_invocation_short_name, verb->name);
}

/* ---- the verb --------------------------------------------------------------- */

int help_verb(int argc, char **argv, const struct globals *globals)
{
    bool manual = false;
    const struct flag flags[] = {
        {"man", 0, NULL, "print the manual page, for man(1)", parse_switch,
         &manual},
        {0},
    };
    char **words = parse_flags(argc, argv, flags, "");
    const struct verb *verb = words[0] ? find_verb(words) : NULL;

    (void)globals;
    if (words[0] && (!verb || words[1] || manual))
        fail_plainly("help lists the verbs", "help: \"%.80s\" is no verb",
                     words[verb && words[1] ? 1 : 0]);
    if (manual) {
        print_manual();
        return EXIT_SUCCESS;
    }
    use_help(verb);
    see_flags(verb, print_help);
}
