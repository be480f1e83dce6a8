#!/usr/bin/env bash
# Grades everybody's stages: for the person in front.
#
#   workshop/grade-all.sh [--json] DIR
#
# DIR/NAME/NN-name/container.c is what NAME has written for stage N. Of a
# submission nothing but these files is used: they are copied, and built with
# this project's common/ and graded by this project's checks, each check in a
# stand-in host of its own.

cd "$(dirname "$0")/.." || exit 2
# shellcheck source=workshop/lib.sh
. workshop/lib.sh

# Copies a submitted file, which must be a file, and no link to another one's.
copy_file() { # FROM TO
    [ -f "$1" ] && [ ! -L "$1" ] && [ "$(stat -c %s "$1")" -lt 1000000 ] &&
        mkdir -p "${2%/*}" && cp --no-dereference "$1" "$2"
}

# What became of NAME's stage N: in $line, and JSON in DIR/json.
grade_one() { # NAME N
    local from=$submissions/$1/${folders[$2]}/container.c
    local to=$scratch/$1/${folders[$2]}/container.c held total

    line=-
    [ -e "$from" ] || [ -L "$from" ] || return
    line=${said[cell_no_file]}
    copy_file "$from" "$to" || return
    workshop/grade.sh --json --file "$to" "$2" \
        </dev/null >"${to%/*}/json" 2>"${to%/*}/log"
    if grep -q '"compiles": false' "${to%/*}/json"; then
        line=${said[cell_no_build]}
    elif [ ! -s "${to%/*}/results" ]; then
        line=${said[cell_no_grade]}
    else
        held=$(grep -c $'\theld\t' "${to%/*}/results")
        total=$(grep -vc $'\tskipped\t' "${to%/*}/results")
        line="$held/$total"
        [ "$held" != "$total" ] || line+=' ✓'
    fi
}

mode=table
if [ "${1-}" = --json ]; then
    mode=json
    shift
fi
submissions=${1-}
[ -d "${submissions:-/no/folder}" ] ||
    refuse usage_grade_all
scratch=build/submissions
rm -rf "$scratch"
mkdir -p "$scratch"
[ "$mode" = json ] || {
    cell "${said[cell_name]}" 20
    for n in 1 2 3 4 5 6 7; do
        cell "$(tell cell_stage "$n")" 9
    done
    say ''
}
[ "$mode" = table ] || say '{'
comma=''
for path in "$submissions"/*/; do
    name=${path%/}
    name=${name##*/}
    if [[ $name == *[!A-Za-z0-9._@-]* ]]; then
        tell left_out "$name" >&2
        continue
    fi
    mkdir -p "$scratch/$name"
    ln -s ../../../common "$scratch/$name/common"
    [ "$mode" = json ] || cell "$name" 20
    [ "$mode" = table ] || printf '%s"%s": {' "$comma" "$name"
    inner=''
    for n in 1 2 3 4 5 6 7; do
        grade_one "$name" "$n"
        if [ "$mode" = table ]; then
            cell "$line" 9
        elif [ "$line" != - ]; then
            json=$scratch/$name/${folders[n]}/json
            printf '%s"%d": ' "$inner" "$n"
            if [ -s "$json" ]; then
                cat "$json"
            else
                printf '{"stage": %d, "compiles": false}' "$n"
            fi
            inner=', '
        fi
    done
    [ "$mode" = json ] || say ''
    [ "$mode" = table ] || say '}'
    comma=', '
done
[ "$mode" = table ] || say '}'
[ "$mode" = json ] || tell kept "$scratch/NAME/NN-name"
