#!/usr/bin/env bash
# Do the message tables have what is said, and nothing else? The workshop's is
# workshop/messages.en, the doctor's doctor/messages.en.h; other languages must
# have the same names. Needs build/tests/check, which knows the checks.
#
#   tests/messages.sh
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=workshop/lib.sh
. workshop/lib.sh

wrong=0

complain() {
    echo "messages: $1"
    wrong=1
}

# Each line of the first list that the second lacks.
expect_in() { # WHAT LIST LIST
    local name

    while IFS= read -r name; do
        complain "$1 $name"
    done < <(comm -23 <(sort -u <<<"$2") <(sort -u <<<"$3") | grep .)
}

# ---- the sentences -------------------------------------------------------

# The names that the scripts give to the functions that say them: the last word
# of each match.
names_used() {
    sed 's/^ *#.*//' workshop/*.sh | grep -oE -e '(^|[(|&)]) *(tell|refuse|ask) [a-z_]+' \
        -e '\bshow [a-z]+' -e '(verdict|heading)=[a-z]+' -e 'said\[[a-z_]+' |
        grep -oE '[a-z_]+$'
    sed -nE 's/^(.*\|\| )?try_in .* ([a-z]+)$/\2\nnot_\2/p' workshop/attack.sh
    printf 'check\nattack\n' # headings that show_check() makes
}

check_sentences() {
    local used there

    used=$(names_used)
    there=$(printf '%s\n' "${!said[@]}")
    expect_in "nobody says" "$there" "$used"
    expect_in "there is no sentence" "$used" "$there"
}

# ---- lessons and checks --------------------------------------------------

# "STAGE CHECK" of all that a grade runs. The two attacks are stopped by stage 8,
# but belong to none of its parts.
checks_run() {
    local n except left='read_disk read_kernel_log'

    except=$(sed -n "/^left_out='/,/'$/p" workshop/grade.sh |
        tr '\n' ' ' | sed "s/left_out=//; s/'//g")
    for n in 1 2 3 4 5 6 7; do
        STAGE=$n EXCEPT="$except $left" build/tests/check --list |
            sed "s/\(.*\)_in_stage_.*/$n \1/"
    done
    PART='' find_parts
    tr ' ' '\n' <<<"${parts% }" | sed 's/^/8 /'
}

check_checks() {
    local n check runs

    runs=$(checks_run)
    while read -r n check; do
        find_lesson "$check" "$n"
        [ -n "$lesson" ] || complain "no lesson for $check in stage $n"
    done <<<"$runs"
    runs=$(cut -c 3- <<<"$runs")
    expect_in "no \"expect\" for" "$runs" "$(printf '%s\n' "${!expected[@]}")"
    expect_in "no grade runs" "$(printf '%s\n' "${!expected[@]}")" "$runs"
    expect_in "no grade runs" \
        "$(printf '%s\n' "${!lesson_of[@]}" | sed 's/@.*//')" "$runs"
}

check_lessons() {
    local table

    for lesson in "${lessons[@]}"; do
        for table in title why look ask tip call; do
            local -n texts=$table
            [ -n "${texts[$lesson]-}" ] || complain "$lesson has no \"$table\""
        done
        expect_in "$lesson needs what there is not:" \
            "$(tr ' ' '\n' <<<"${needs[$lesson]-}")" \
            "$(printf '%s\n' "${lessons[@]}")"
    done
}

# ---- other languages, and the doctor -------------------------------------

names_of() { # FILE
    case $1 in
    doctor/*) sed -n 's/^#define \([A-Z0-9_]*\) .*/\1/p' "$1" ;;
    *) awk '/^(lesson|expect|say) / { group = $2; print $1, $2 }
        /^(title|needs|why|look|ask|tip|call) / { print group, $1 }
        /^checks / { sub(/^checks /, group " has "); print }' "$1" ;;
    esac
}

check_languages() { # FILE OTHERS...
    local first=$1 other
    shift

    for other; do
        expect_in "$other lacks" "$(names_of "$first")" "$(names_of "$other")"
        expect_in "$first lacks" "$(names_of "$other")" "$(names_of "$first")"
    done
}

# Those that it lacks do not compile.
check_doctor() {
    expect_in "the doctor never says" "$(names_of doctor/messages.en.h)" \
        "$(grep -ohE '\b(ROW|SAY|MEND)_[A-Z0-9_]+' doctor/*.c)"
}

[ -x build/tests/check ] || fail "there is no build/tests/check yet: make it"
check_sentences
check_checks
check_lessons
check_doctor
check_languages workshop/messages.en workshop/messages.*
check_languages doctor/messages.en.h doctor/messages.*.h
[ "$wrong" = 0 ] && echo "messages: ${#said[@]} sentences, ${#lessons[@]} lessons: all there"
