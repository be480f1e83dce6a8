/*
 * completion.c - what can be typed next. The shells' functions are small: they
 * ask "stage-8 __complete WORD...", where the last word is the one that is being
 * typed. A line of the answer is a word that could stand in its place, a tab, and
 * a few words about it. No line: the shell offers files.
 */
#include <signal.h>

#include "base.h"
#include "help.h"
#include "image.h"
#include "record.h"
#include "state.h"

/* bash itself cuts words at "=" and ":", and wants what is behind the last. */
static const char bash[] =
    "_stage_8()\n"
    "{\n"
    "    local line words word=\n"
    "\n"
    "    read -ra words <<<\"${COMP_LINE:0:COMP_POINT}\"\n"
    "    [[ ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=('')\n"
    "    word=${words[-1]}\n"
    "    COMPREPLY=()\n"
    "    while IFS= read -r line; do\n"
    "        line=${line%%$'\\t'*}\n"
    "        COMPREPLY+=(\"${line#\"${word%\"${word##*[=:]}\"}\"}\")\n"
    "    done < <(\"$1\" __complete \"${words[@]:1}\" 2>/dev/null)\n"
    "}\n"
    "complete -o default -F _stage_8 stage-8\n";

static const char zsh[] =
    "#compdef stage-8\n"
    "_stage_8()\n"
    "{\n"
    "    local line\n"
    "    local -a found\n"
    "\n"
    "    for line in \"${(@f)$(\"${words[1]}\" __complete \\\n"
    "        \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
    "        [[ -n $line ]] && found+=(\"${${line//:/\\\\:}/$'\\t'/:}\")\n"
    "    done\n"
    "    if (( $#found )); then\n"
    "        _describe stage-8 found\n"
    "    else\n"
    "        _files\n"
    "    fi\n"
    "}\n"
    "if [[ ${funcstack[1]} == _stage_8 ]]; then\n"
    "    _stage_8 \"$@\"\n"
    "else\n"
    "    compdef _stage_8 stage-8\n"
    "fi\n";

static const char fish[] =
    "function __stage_8\n"
    "    set -l words (commandline -opc)\n"
    "    set -l word (commandline -ct)\n"
    "    set -l found ($words[1] __complete $words[2..-1] \"$word\" 2>/dev/null)\n"
    "    if set -q found[1]\n"
    "        printf '%s\\n' $found\n"
    "    else\n"
    "        __fish_complete_path \"$word\"\n"
    "    end\n"
    "end\n"
    "complete -c stage-8 -f -a '(__stage_8)'\n";

static const char *parse_shell(const char *name)
{
    if (strcmp(name, "bash") == 0)
        return bash;
    if (strcmp(name, "zsh") == 0)
        return zsh;
    return strcmp(name, "fish") == 0 ? fish : NULL;
}

int completion_verb(int argc, char **argv, const struct globals *globals)
{
    static const struct flag none[] = {{0}};
    char **words = parse_flags(argc, argv, none, "");
    const char *script = words[0] && !words[1] ? parse_shell(words[0]) : NULL;

    (void)globals;
    if (!script)
        fail_plainly("source <(stage-8 completion bash)",
                     "completion: bash, zsh or fish is wanted");
    fputs(script, stdout);
    return EXIT_SUCCESS;
}

/* ---- words that could stand there -------------------------------------------- */

/* What is being typed. `before` is the part that stays, as "--format=". */
static const char *before = "", *typed;

static const struct globals *where; /* containers and images are kept */

static void offer(const char *word, const char *about)
{
    if (strncmp(word, typed, strlen(typed)) == 0)
        printf("%s%s\t%s\n", before, word, about);
}

static void offer_verbs(void)
{
    for (const struct verb *verb = verbs; verb->name; verb++) {
        char *words[] = {(char *)verb->name, NULL};

        if (verb->run && *verb->help && find_verb(words) == verb)
            offer(verb->name, verb->help);
    }
}

static void offer_flags(const struct flag *flags)
{
    for (; flags->name; flags++)
        offer(format_text("--%s", flags->name), flags->help);
}

static void offer_images(void)
{
    struct store store;
    struct image *images;
    size_t count;

    if (access(where->data_root, F_OK) == -1)
        return;
    open_store(&store, where->data_root);
    lock_store(&store);
    images = list_images(&store, &count);
    for (size_t i = 0; i < count; i++)
        offer(images[i].name, "image");
}

static bool has_record(const char *id)
{
    char *path = format_text("%s/containers/%s", where->data_root, id);
    bool found = access(path, F_OK) == 0;

    free(path);
    return found;
}

/* Those that podman and others have made are known by their state alone. */
static void offer_containers(void)
{
    struct dirent **entries = NULL;
    int count = scandir(where->root, &entries, NULL, alphasort);
    struct record *records;
    size_t number = 0;

    for (int i = 0; i < count; i++)
        if (!check_id(entries[i]->d_name) && !has_record(entries[i]->d_name))
            offer(entries[i]->d_name, "container");
    if (access(where->data_root, F_OK) == -1)
        return;
    records = list_records(where->data_root, &number);
    for (size_t i = 0; i < number; i++)
        offer(records[i].name, get_text(records[i].json, "image"));
}

static void offer_signals(void)
{
    for (int i = 1; i < NSIG; i++)
        if (sigabbrev_np(i))
            offer(sigabbrev_np(i), sigdescr_np(i));
}

/* `kind` is how the help calls it; a word in small letters is itself. */
static void offer_kind(const char *kind)
{
    static const char small[] = "abcdefghijklmnopqrstuvwxyz0123456789=-";

    if (strcmp(kind, "CONTAINER") == 0 || strcmp(kind, "ID") == 0)
        offer_containers();
    else if (strcmp(kind, "IMAGE") == 0)
        offer_images();
    else if (strcmp(kind, "SIGNAL") == 0)
        offer_signals();
    else if (strcmp(kind, "VERB") == 0)
        offer_verbs();
    else if (*kind && !kind[strspn(kind, small)])
        offer(kind, "");
}

/* "[CONTAINER...]", "table|json". */
static void offer_kinds(const char *kinds)
{
    char *copy, *rest, *kind;

    kinds += *kinds == '[';
    copy = rest = format_text("%.*s", (int)strcspn(kinds, ".]"), kinds);
    while ((kind = strsep(&rest, "|")))
        offer_kind(kind);
    free(copy);
}

/* ---- which kind of word is it? ------------------------------------------------- */

static const struct verb
    *verb;           /* NULL: it is not there yet, or there is none */
static char **words; /* behind it; the last one is being typed */

/* The flag whose argument is the next word, or NULL. */
static const struct flag *open_flag(const struct flag *flags, const char *word)
{
    bool is_long = word[1] == '-';
    size_t last = strlen(word) - 1;

    for (; flags->name; flags++)
        if (flags->argument &&
            (is_long
                 ? strcmp(word + 2, flags->name) == 0
                 : flags->letter && strchr(word, flags->letter) == word + last))
            return flags;
    return NULL;
}

/* The word of the usage that describes the argument with this number. */
static const char *argument_in(const char *usage, int number)
{
    char *copy = format_text("%s", usage);
    const char *last = "";

    for (char *word; (word = strsep(&copy, " "));) {
        if (strncmp(word, "--", 2) == 0)
            strsep(&copy, " "); /* a flag and its argument */
        else if (strcmp(word, "[FLAG...]") != 0 && number-- >= 0)
            last = word;
    }
    return number < 0 || strstr(last, "...") ? last : "";
}

/* "--format=js" */
static void complete_value(const struct flag *flags)
{
    const char *value = strchr(typed, '=') + 1;
    char *flag = format_text("%.*s", (int)(value - 1 - typed), typed);

    before = format_text("%s=", flag);
    typed = value;
    flags = open_flag(flags, flag);
    if (flags)
        offer_kinds(flags->argument);
}

static void complete(const struct flag *flags, const char *about)
{
    const struct flag *open = NULL;
    bool flags_end = false;
    int arguments = 0;

    for (; words[1]; words++) {
        if (open)
            open = NULL;
        else if (flags_end || **words != '-' || !words[0][1])
            arguments++;
        else if (strcmp(*words, "--") == 0)
            flags_end = true;
        else
            open = open_flag(flags, *words);
        flags_end |= arguments > 0;
    }
    typed = *words;
    if (open) {
        offer_kinds(open->argument);
    } else if (!flags_end && *typed == '-') {
        if (strchr(typed, '=')) {
            complete_value(flags);
        } else {
            offer_flags(flags);
            offer_flags(flags_of_all);
        }
    } else if (verb) {
        offer_kinds(argument_in(verb->usage, arguments));
    } else if (!*about && !arguments) {
        offer_verbs();
    }
}

/* The first word may be a flag of either form. */
static void complete_first(const struct flag *flags, const char *about)
{
    (void)about;
    typed = *words;
    offer_flags(flags);
    see_global_flags(complete);
}

int complete_verb(int argc, char **argv, const struct globals *globals)
{
    int i = 1, count;

    where = globals;
    if (argc < 2)
        return EXIT_SUCCESS;
    words = argv + 1;
    while (i < argc - 1 && (count = words_of_flag(argv[i])) > 0)
        i += count;
    if (i < argc - 1)
        verb = find_verb(argv + i);
    if (verb) {
        words = argv + i + 1;
        see_flags(verb, complete);
    }
    if (argc == 2 && *argv[1] == '-')
        see_flags(NULL, complete_first);
    if (i < argc - 1)
        see_flags(NULL, complete);
    see_global_flags(complete);
}
