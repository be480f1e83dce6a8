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
        say "Does your stage $before pass? Grading it."
        workshop/grade.sh "$before" >/dev/null 2>&1
    }
    if passes "$before"; then
        source=$(file_of "$before")
    else
        say "Your stage $before does not pass yet: this begins with the" \
            "project's. make grade-$before tells what is missing."
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
		${title% \*/} Yours: parts.h says what it does. */
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
        say "$folder is there already, and stays as it is." \
            "make reset-$1 begins again."
        return 1
    fi
    find_source "$1"
    make_work
    mkdir -p "$folder"
    cp "$source" "$folder/container.c"
    [ "$1" != 8 ] || make_parts "$folder"
    cp "workshop/tasks/${folders[$1]}.md" "$folder/TASK.md"
    give_back work
    say "${bold}$folder/container.c$plain is yours; it begins as $source." \
        "Your task is in $folder/TASK.md:"
    say ''
    cat "$folder/TASK.md"
    say ''
    say "Then: make try-$1, make grade-$1, and if you are stuck, make hint-$1."
}

reset() { # N
    local folder backup

    folder=$(folder_of "$1")
    if [ -e "$folder" ]; then
        ask "Begin $folder again? What is there is kept." || {
            say "Nothing was changed."
            return 1
        }
        backup=work/backup/${folders[$1]}.$(date +%Y%m%d-%H%M%S)
        mkdir -p work/backup
        while [ -e "$backup" ]; do
            backup+=+
        done
        mv "$folder" "$backup"
        rm -f "$state/$1".*
        say "What was there is now in $backup."
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
    passes "$1" || ask "Your stage $1 does not pass yet. See it all the same?" ||
        return 1
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
        line="not begun"
    elif [ ! -s "$results" ]; then
        line="${yellow}begun$plain, not graded"
    else
        held=$(grep -c $'\theld\t' "$results")
        total=$(grep -vc $'\tskipped\t' "$results")
        if passes "$1"; then
            line="${green}✓ all $held checks hold$plain"
        else
            line="${red}✗ $held of $total checks hold$plain"
        fi
        is_graded "$1" "$file" || line+=", changed since"
    fi
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
        say "Next: make grade-$begun, make hint-$begun; $(folder_of "$begun")"
    elif [ "$next" = 9 ]; then
        say "All of them are done."
    else
        say "Next: make start-$next"
    fi
}

verb=${1-}
case $verb in
start | reset | try | solution) need_stage "${2-}" ;;
progress) ;;
*) fail "usage: workshop/learn.sh start|reset|try|solution N, or progress" ;;
esac
shift
"$verb" "$@"
