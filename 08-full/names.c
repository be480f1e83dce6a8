/* names.c - made up and mistyped. */
#include "names.h"

#include <sys/random.h>

#include "base.h"

static const char *const adjectives[] = {
    "amber",  "bold",   "brisk",  "calm",   "clear", "clever", "eager",
    "early",  "fair",   "fast",   "gentle", "glad",  "golden", "happy",
    "honest", "jolly",  "keen",   "kind",   "light", "lively", "merry",
    "mild",   "neat",   "nimble", "noble",  "proud", "quick",  "quiet",
    "sharp",  "silver", "smart",  "steady", "swift", "tidy",   "true",
    "warm",   "wise",   "witty",  "young",  "zesty",
};

static const char *const animals[] = {
    "badger", "bear",   "beaver", "bison", "crane", "crow",  "deer",  "dolphin",
    "eagle",  "falcon", "ferret", "finch", "fox",   "gecko", "goose", "hare",
    "hawk",   "heron",  "ibex",   "jay",   "kiwi",  "koala", "lark",  "lemur",
    "lynx",   "marten", "mole",   "moose", "newt",  "otter", "owl",   "panda",
    "puffin", "raven",  "robin",  "seal",  "stork", "swan",  "tapir", "whale",
};

char *make_up_name(void)
{
    unsigned numbers[2];

    if (getrandom(numbers, sizeof(numbers), 0) != sizeof(numbers))
        fail("getrandom");
    return format_text("%s_%s", adjectives[numbers[0] % (COUNT(adjectives))],
                       animals[numbers[1] % (COUNT(animals))]);
}

/* How many letters must be changed to make `b` of `a`: at most `most`, or more
 * than that. */
static int distance(const char *a, const char *b, int most)
{
    int best, other;

    if (most < 0)
        return 1;
    if (*a && *a == *b)
        return distance(a + 1, b + 1, most);
    if (!*a && !*b)
        return 0;
    best = *a && *b ? 1 + distance(a + 1, b + 1, most - 1) : most + 1;
    other = *a ? 1 + distance(a + 1, b, most - 1) : most + 1;
    best = other < best ? other : best;
    other = *b ? 1 + distance(a, b + 1, most - 1) : most + 1;
    return other < best ? other : best;
}

bool is_near(const char *a, const char *b)
{
    enum { MOST = 2 };

    return distance(a, b, MOST) <= MOST;
}

bool compile_pattern(const char *text, regex_t *pattern)
{
    return regcomp(pattern, text, REG_EXTENDED | REG_NOSUB) == 0;
}

void make_harmless(char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name < ' ' || *name == 0x7f)
            *name = '?';
}
