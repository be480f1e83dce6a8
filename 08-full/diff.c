/* diff.c - diff: what a container has changed. */
#include "base.h"
#include "changes.h"
#include "names.h"
#include "verbs.h"

int diff_verb(int argc, char **argv, const struct globals *globals)
{
    static const struct flag flags[] = {{0}};
    char **words = parse_flags(argc, argv, flags, "");
    struct changes changes;
    struct record record;

    if (!words[0] || words[1])
        fail_plainly(NULL, "diff: one container is wanted");
    require_record(&record, globals->data_root, words[0]);
    find_changes(&changes, &record, globals->data_root);
    for (size_t i = 0; i < changes.count; i++) {
        make_harmless(changes.list[i].path);
        printf("%c %s\n", changes.list[i].kind, changes.list[i].path);
    }
    return EXIT_SUCCESS;
}
