#!/usr/bin/env bash
# Is the grader any good? It grades what must pass, what must not, and how the
# worst is told; what it says is compared with tests/grader/golden:
#
#   pass N       the project's stage N: all checks hold
#   step N       stage N-1 graded as N: the checks of stage N fail, no others
#   part NAME    all parts of stage 8 but NAME: the checks of NAME fail
#   mutant NAME  the mistake of tests/mutants/NAME.patch
#   odd NAME     tests/grader/NAME.c (.txt: no C), whose first lines say which stage it plays
#
#   sudo tests/grader.sh [PATTERN...]   those whose line begins so
#   sudo tests/grader.sh --update       write what is said to the golden file
set -uo pipefail
export LC_ALL=C NO_COLOR=1 SLOWNESS="${SLOWNESS:-1}"
cd "$(dirname "$0")/.." || exit 1

golden=tests/grader/golden
folder=build/grader
folders=(. 01-clone 02-uts 03-ipc 04-pid 05-mount 06-rootfs
    07-cgroups)

# What the grader said first: the lesson, the check, and the verdict in words.
first_words() { # FILE
    local lesson check

    if grep -q 'it does not compile' "$1"; then
        echo "does not compile"
        return
    fi
    lesson=$(sed -n 's/^✗ \([a-z]*\): .*/\1/p' "$1" | head -n 1)
    check=$(sed -n 's/^  \(check\|attack\) *\([^ ]*\)$/\2/p' "$1" | head -n 1)
    if [ -z "$lesson" ]; then
        grep -o -m 1 'checks hold' "$1" || echo "nothing was graded"
        return
    fi
    echo "$lesson $check: $(sed -n 's/^  why *//p' "$1" | head -n 1)"
}

# Grades the file $2, or the program in $2 if it is a folder, as stage $1, and
# prints the first words; the whole is in $said.
grade() {
    local flag=--file

    [ ! -d "$2" ] || flag=--program
    workshop/grade.sh "$flag" "$2" "$1" >"$said" 2>"$said.errors"
    first_words "$said"
}

# A copy of the file $1 where it finds common/, as the case $2: in $copy.
copy_source() {
    mkdir -p "$folder/$2"
    copy=$folder/$2/container.c
    sed 's,"../../common/,"../common/,' "$1" >"$copy"
}

# Stage 8 of the exercise, without the part $2 ("all": stage 7 as it is), as the
# case $1: in $copy.
copy_parts() {
    local file

    copy_source 07-cgroups/container.c "$1"
    cp workshop/parts/*.[ch] "$folder/$1"
    [ "$2" = all ] ||
        patch -s "$copy" workshop/parts/container.patch
    for file in workshop/parts/*.c; do
        file=${file##*/}
        if [ "$2" = all ] || [ "$2.c" = "$file" ]; then
            grep -e '^#include "parts' -e '^void [a-z_]*(void)$' \
                "workshop/parts/$file" >"$folder/$1/$file"
            echo '{ }' >>"$folder/$1/$file"
        fi
    done
}

# As they fail when the part is not there.
part_case() { # NAME
    copy_parts "part-$1" "$1"
    if [ "$1" = network ]; then # its flag is in container.c
        sed -i '/CLONE_NEWNET/d' "$copy"
    fi
    workshop/grade.sh --json --file "$copy" 8 >"$said"
    failing_checks 8 "$said"
    echo
}

passing_case() { # N
    if [ "$1" = 8 ]; then
        copy_parts pass-8 none
        grade 8 "$copy"
        return
    fi
    copy_source "${folders[$1]}/container.c" "pass-$1"
    grade "$1" "$copy"
}

# Checks that fail, by name. One of another stage's lesson, which needs nothing
# of this stage's, is marked: the golden file has no such mark.
failing_checks() { # STAGE JSON
    local line check lesson stage

    grep '"result": "failed"' "$2" | while IFS= read -r line; do
        check=${line#*'"check": "'} lesson=${line#*'"lesson": "'}
        check=${check%%'"'*} lesson=${lesson%%'"'*}
        stage=${line#*'"stage": '}
        stage=${stage%%,*} check=${check#*/}
        [ "$stage" = "$1" ] || check="NOT-OF-STAGE-$1:$check($lesson)"
        echo "$check"
    done | sort | tr '\n' ' '
}

step_case() { # N
    local source=${folders[$1 - 1]}/container.c

    [ "$1" != 1 ] || source=workshop/stage-0.c
    copy_source "$source" "step-$1"
    [ "$1" != 8 ] || copy_parts step-8 all
    workshop/grade.sh --json --file "$copy" "$1" >"$said"
    failing_checks "$1" "$said"
    echo
}

# The check that a mutant is for must fail, whatever is said first.
mutant_case() { # NAME
    local patch=tests/mutants/$1.patch stage check copy=$folder/mutant-$1

    stage=$(sed -n 's/^Stage: //p' "$patch")
    check=$(sed -n 's/^Caught-by: //p' "$patch")
    rm -rf "$copy"
    mkdir -p "$copy"
    cp -r "${folders[stage]}" common "$copy" &&
        patch -s -p1 -d "$copy" <"$patch" &&
        "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -w -O1 -o "$copy/stage-$stage" \
            "$copy/${folders[stage]}/container.c" "$copy"/common/*.c || return
    echo "$(grade "$stage" "$copy")$(not_caught "$stage" "$check" "$copy")"
}

# Nothing, if the check $2 fails: in the grade, or by itself where no check was
# tried but the first.
not_caught() { # STAGE CHECK DIR
    case $(grep "/$2$tab" "$3/results") in
    *"$tab"failed"$tab"*) return ;;
    *"$tab"untried"$tab"*)
        STAGE_DIR=$3 STAGE=$1 ONLY=$2 build/tests/check >"$3/check" 2>&1 || return
        ;;
    esac
    echo " BUT $2 HOLDS"
}

odd_case() { # NAME
    local stage file

    file=$(echo tests/grader/"$1".*)
    stage=$(sed -n 's/.*Stage: \([1-7]\).*/\1/p;/^#include/q' \
        "$file")
    copy_source "$file" "odd-$1"
    grade "${stage:-1}" "$copy"
}

list_cases() {
    local n file

    for n in 1 2 3 4 5 6 7 8; do
        echo "pass $n"
        echo "step $n"
    done
    for file in workshop/parts/*.c; do
        echo "part $(basename "$file" .c)"
    done
    for file in tests/grader/*.*; do
        file=${file##*/}
        echo "odd ${file%.*}"
    done
    for file in tests/mutants/*.patch; do
        grep -q '^Stage: 8' "$file" ||
            echo "mutant $(basename "$file" .patch)"
    done
}

run_case() { # KIND NAME
    case $1 in
    pass) passing_case "$2" ;;
    step) step_case "$2" ;;
    part) part_case "$2" ;;
    mutant) mutant_case "$2" ;;
    odd) odd_case "$2" ;;
    esac
}

is_wanted() { # CASE
    local pattern

    [ ${#patterns[@]} -gt 0 ] || return 0
    for pattern in "${patterns[@]}"; do
        [[ $1 != "$pattern"* ]] || return 0
    done
    return 1
}

# What is said of the case, with one more try if it is not what was expected: the
# machine may be busy with other things.
judge() { # KIND NAME
    local said=$folder/$1-$2.said line tries=1 begin=$SECONDS

    while :; do
        line="$1 $2: $(run_case "$1" "$2" </dev/null)"
        if [ -n "$update" ]; then
            echo "$line" >"$folder/$1-$2.line"
            echo "$line"
            return
        elif grep -qxF -e "$line" "$golden"; then
            echo "$1 $2: as expected$([ $tries = 1 ] || echo ", at the second try") ($((SECONDS - begin)) s)"
            echo "$line" >"$folder/$1-$2.line"
            return
        fi
        ((tries++ == 1)) || break
    done
    printf 'said:     %s\nexpected: %s\n' "$line" "$(grep "^$1 $2: " "$golden")"
}

# The lines of the golden file in the order of the cases, with the new ones.
write_golden() {
    local kind name

    while read -r kind name; do
        if [ -e "$folder/$kind-$name.line" ]; then
            cat "$folder/$kind-$name.line"
        else
            grep "^$kind $name: " "$golden"
        fi
    done < <(list_cases) >"$golden.new"
    mv "$golden.new" "$golden"
}

if [ "$(id -u)" != 0 ]; then
    echo "the grader's checks need root: sudo make check-grader" >&2
    exit 1
fi
update='' tab=$'\t'
if [ "${1-}" = --update ]; then
    update=yes
    shift
fi
patterns=("$@")
mkdir -p "$folder"
ln -sfn ../../common "$folder/common"
rm -f "$folder"/*.line
touch "$golden"
wrong=0 wanted=0
if [ ${#patterns[@]} = 0 ]; then
    tests/messages.sh && tests/language.sh || wrong=1
fi
# two at a time: those that fail wait most of theirs
while read -r kind name; do
    is_wanted "$kind $name" || continue
    wanted=$((wanted + 1))
    [ "$(jobs -rp | wc -l)" -lt "${JOBS:-2}" ] || wait -n
    judge "$kind" "$name" &
done < <(list_cases)
wait
right=$(cat "$folder"/*.line 2>/dev/null | wc -l)
if [ -n "$update" ]; then
    write_golden
    exit
fi
wrong=$((wrong + wanted - right))
echo "grader: $right verdicts as they should be, $wrong not"
[ "$wrong" = 0 ] && [ "$right" -gt 0 ]
