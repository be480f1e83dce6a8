#!/usr/bin/env bash
# Does all that a person reads come from the message tables? A second language
# is made up, whose letters are wide ones (ａｂｃ, as wide as Chinese), and no
# other letters may be seen then, but for what is no sentence: names, commands,
# paths, and what was observed. As root.
#
#   tests/language.sh
set -uo pipefail
export LC_ALL=C NO_COLOR=1 WORKSHOP_LANG=wide
cd "$(dirname "$0")/.." || exit 1
top=$PWD wrong=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

complain() { # WHAT TEXT
    echo "language: $1"
    printf '%s\n' "$2" | sed 's/^/    | /'
    wrong=1
}

# A function that writes letters wide, but those of %s and its like, and of \n.
# shellcheck disable=SC2016 # it is perl's
widen='sub widen {
    $_[0] =~ s{(%[\d.\$]*l*[sd]|\\n)|([A-Za-z])}{
        $1 // pack("C3", 0xef, $2 lt "a" ? 0xbc : 0xbd,
                   ord($2) + ($2 lt "a" ? 0x60 : 0x20))}xger;
}'

# The tables in that language. What is in a column is four letters long, which
# is eight columns then.
make_tables() {
    perl -0pe "$widen"'
        s{/\*.*?\*/}{}gs;
        s{(define (?:ROW_\w+|SAY_(?:OK|WARNING|FAILED)) +".{1,4}).*"}{$1"}g;
        s{"((?:[^"\\]|\\.)*)"}{"\"" . widen($1) . "\""}ge' \
        doctor/messages.en.h >"$scratch/doctor/messages.wide.h"
    perl -0pe "$widen"'
        s{^#.*\n}{}gm;
        s{\n +}{ }g;
        s{^((?:say|expect) \w+ |(?:title|why|look|ask|tip|call) )(.*)}
            {$1 . widen($2)}gem' \
        workshop/messages.en >"$scratch/workshop/messages.wide"
}

# A tree with both tables in that language, and all else as it is here.
make_tree() {
    local file

    mkdir -p "$scratch/build"
    for file in Makefile common 0*-* tests rootfs scripts; do
        ln -s "$top/$file" "$scratch"
    done
    for file in common.a tests attacks; do
        ln -s "$top/build/$file" "$scratch/build"
    done
    cp -r workshop doctor "$scratch"
    make_tables
}

# Lines that no person of that language could read: two words side by side.
expect_wide() { # WHAT TEXT
    local left

    iconv -f UTF-8 -t UTF-8 <<<"$2" >/dev/null 2>&1 ||
        complain "$1: a character was broken" "$2"
    left=$(grep -E '(^|[^-/.A-Za-z])[A-Za-z]{2,} +[a-z]{2,}' <<<"$2") &&
        complain "$1: no sentence of the table" "$left"
}

# ---- the doctor ----------------------------------------------------------

# Each row: its name, its state, both in the table's letters and in their place.
# Of the facts, paths and errnos are none.
check_doctor() {
    local rows line said

    make -s -C "$scratch" build/doctor || exit 1
    said=$("$scratch/build/doctor")
    rows=$(sed -e '/^$/,$d' -e '/^ /d' -e $'s/[\xe3-\xef][\x80-\xbf]*/ww/g' <<<"$said")
    line=$(grep -vE '^[-w/_]{2,18} +w{2,8} +[^ ]' <<<"$rows")
    [ -z "$line" ] || complain 'rows of the doctor' "$line"
    line=$(grep -vE '^.{18} [^ ].{7} [^ ]' <<<"$rows")
    [ -z "$line" ] || complain 'columns of the doctor' "$line"
    line=$(grep -vE '^.{28}(.*w|/|cc|.*\(E[A-Z]+\)|v[12])' <<<"$rows")
    [ -z "$line" ] || complain 'facts of the doctor' "$line"
    expect_wide 'the doctor' \
        "$(sed -E '/\(E[A-Z]+\)| (sysfs|cc|make|mount|modprobe|sysctl|export) /d' <<<"$said")"
    said=$("$scratch/build/doctor" --json)
    [[ $said == *'"name": "kernel", "state": "ok", "fact": "Ｌｉｎｕｘ '* ]] ||
        complain 'the doctor in JSON' "$said"
}

# ---- the workshop --------------------------------------------------------

# What the script says; the learner's task and what was observed stay away.
run() { # SCRIPT [ARG...]
    local said

    said=$("$scratch/workshop/$1.sh" "${@:2}" 2>&1 </dev/null |
        sed -e '/^# Task/,/^See it/d' -e '/ｏｂｓｅｒｖｅｄ/,/ｅｘｐｅｃｔｅｄ/{/ｅｘｐｅｃｔｅｄ/!d}')
    [ -n "$said" ] || complain "$*" 'nothing was said'
    expect_wide "$*" "$said"
}

check_workshop() {
    run learn
    run learn start 9
    run learn solution 1
    run learn progress
    run learn start 1
    run learn start 1
    run grade 1
    run grade 1 --hint
    run learn progress
    run learn solution 1
    run learn reset 1
    YES=1 run learn reset 1
    run learn start 2
    run attack 8
    run grade-all
    run grade-all "$scratch/work"
}

if [ "$(id -u)" != 0 ]; then
    echo "language: this needs root: sudo make check-grader" >&2
    exit 1
fi
type -P perl >/dev/null || {
    echo "language: SKIPPED: perl is missing: sudo make deps"
    exit 0
}
[ -x build/tests/check ] || {
    echo "language: there is no build/tests/check yet: make it" >&2
    exit 1
}
make_tree
check_doctor
check_workshop
[ "$wrong" = 0 ] && echo "language: all that is said comes from the tables"
