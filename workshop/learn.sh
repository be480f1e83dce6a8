#!/usr/bin/env bash
# The learner's own copy of a stage.
#
#   workshop/learn.sh start N         make work/NN-name
#   workshop/learn.sh reset N         begin it again; the old one is kept
#   workshop/learn.sh try N [ARG...]  build and run it
#   workshop/learn.sh solution N      the project's stage, as a diff to it
#   workshop/learn.sh progress        the stairs, with what passes

cd "$(dirname "$0")/.." || exit 2
# shellcheck source=workshop/lib.sh
. workshop/lib.sh

# Did all checks hold when the file was graded as it is now?
passes() { # N
    local file

    file=$(file_of "$1")
    [ -e "$file" ] && is_graded "$1" "$file" &&
        ! grep -q $'\tfailed\t' "$state/$1.results"
}

# Where stage $1 begins: in $source. The learner's own stage before it, if that
# passes, else the project's.
find_source() {
    local before=$(($1 - 1))

    source=workshop/stage-0.c
    [ "$before" -gt 0 ] || return
    source=${folders[before]}/container.c
    [ -e "$(file_of "$before")" ] || return
    passes "$before" || {
        tell grading "$before"
        workshop/grade.sh "$before" >/dev/null 2>&1
    }
    if passes "$before"; then
        source=$(file_of "$before")
    else
        tell not_yours "$before" "$before"
    fi
}

# The parts of stage 8, with nothing in them yet.
make_parts() { # FOLDER
    local file function title

    cp workshop/parts/parts.h "$1"
    for file in workshop/parts/*.c; do
        title=$(head -n 1 "$file")
        function=$(sed -n 's/^void \([a-z_]*\)(void)$/\1/p' "$file")
        cat >"$1/${file##*/}" <<-END
		${title% \*/} $(tell part) */
		#include "parts.h"

		void $function(void)
		{
		}
		END
    done
}

start() { # N
    local folder source

    folder=$(folder_of "$1")
    if [ -e "$folder" ]; then
        tell stays "$folder" "$1"
        return 1
    fi
    find_source "$1"
    make_work
    mkdir -p "$folder"
    cp "$source" "$folder/container.c"
    [ "$1" != 8 ] || make_parts "$folder"
    cp "workshop/tasks/${folders[$1]}.md" "$folder/TASK.md"
    give_back work
    tell begins "$bold$folder/container.c$plain" "$source" "$folder/TASK.md"
    say ''
    cat "$folder/TASK.md"
    say ''
    tell from_here "$1" "$1" "$1"
}

reset() { # N
    local folder backup

    folder=$(folder_of "$1")
    if [ -e "$folder" ]; then
        ask again "$folder" || {
            tell unchanged_work
            return 1
        }
        backup=work/backup/${folders[$1]}.$(date +%Y%m%d-%H%M%S)
        mkdir -p work/backup
        while [ -e "$backup" ]; do
            backup+=+
        done
        mv "$folder" "$backup"
        rm -f "$state/$1".*
        tell backup "$backup"
    fi
    start "$1"
}

try() { # N [ARG...]
    local stage=$1
    shift

    need_file "$stage"
    make_work
    build_stage "$stage" "$(file_of "$stage")" build/work || return
    as_root "build/work/stage-$stage" "$@"
}

solution() { # N
    need_file "$1"
    passes "$1" || ask all_the_same "$1" || return 1
    if [ "$1" != 8 ]; then
        diff -u --color=auto "$(file_of "$1")" "${folders[$1]}/container.c"
    elif [ -n "$PART" ]; then
        diff -u --color=auto "$(folder_of 8)/$PART.c" "workshop/parts/$PART.c"
    else
        cat workshop/parts/container.patch
        diff -ru --color=auto -x '[!a-z]*' -x 'container.*' \
            "$(folder_of 8)" workshop/parts
    fi
    [ $? -le 1 ] # they differ, as a rule
}

# What is known of stage $1: in $line.
progress_of() {
    local file results=$state/$1.results held total

    file=$(file_of "$1")
    if [ ! -e "$file" ]; then
        line=$(tell not_begun)
    elif ! grep -q $'\t' "$results" 2>/dev/null; then
        line=$yellow$(tell not_graded)$plain
    else
        held=$(grep -c $'\theld\t' "$results")
        total=$(grep -vc $'\tskipped\t' "$results")
        if passes "$1"; then
            line="$green✓ $(tell all_hold "$held")$plain"
        else
            line="$red✗ $(tell some_hold "$held" "$total")$plain"
        fi
        is_graded "$1" "$file" || line+=$(tell changed)
    fi
    [ "$1" != 8 ] || [ ! -s "$results" ] || list_parts "$results"
}

# Adds the parts of stage 8 that hold.
list_parts() { # RESULTS
    local part check list holding=()

    for part in "${lessons[@]}"; do
        [ "${lesson_stage[$part]}" = 8 ] || continue
        read -ra list <<<"${lesson_checks[$part]}"
        for check in "${list[@]}"; do
            check=${check%@*}
            grep -q "/${check#attack/}"$'\theld\t' "$1" || continue 2
        done
        holding+=("$part")
    done
    [ ${#holding[@]} = 0 ] || line+=": ${holding[*]}"
}

progress() {
    local n line begun='' next=1

    for n in 1 2 3 4 5 6 7 8; do
        progress_of "$n"
        printf '  %-12s %s\n' "${folders[n]}" "$line"
        if passes "$n"; then
            next=$((n + 1))
        elif [ -e "$(file_of "$n")" ]; then
            begun=${begun:-$n}
        fi
    done
    if [ -n "$begun" ]; then
        tell next_grade "$begun" "$begun" "$(folder_of "$begun")"
    elif [ "$next" = 9 ]; then
        tell all_done
    else
        tell next_start "$next"
    fi
}

verb=${1-}
case $verb in
start | reset | try | solution) need_stage "${2-}" ;;
progress) ;;
*) refuse usage_learn ;;
esac
shift
"$verb" "$@"
