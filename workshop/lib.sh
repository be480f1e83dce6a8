#!/usr/bin/env bash
# What the workshop's scripts share: places, colours, root, and the messages.
# It is read by them (source), from the project's top folder. What a person reads
# stands in workshop/messages.LANGUAGE: tell and refuse say a sentence of it.
# shellcheck disable=SC2034 # they use what is set here

set -uo pipefail
export LC_ALL=C

: "${CC:=cc}" "${PART:=}" "${FLAGS:=-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -O1 -g}"
: "${LIBS_8:=-lcap -lseccomp}"
folders=(. 01-clone 02-uts 03-ipc 04-pid 05-mount 06-rootfs 07-cgroups 08-full)
state=work/.state
owner=$(stat -c %u:%g Makefile)

bold='' red='' green='' yellow='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[m'
fi

say() {
    printf '%s\n' "$*"
}

# For what is said before there are messages.
fail() {
    printf '%s\n' "$*" >&2
    exit 2
}

refuse() { # NAME [ARG...]
    tell "$@" >&2
    exit 2
}

need_stage() { # N
    [[ ${1-} =~ ^[1-8]$ ]] || refuse no_stage "${1-}"
}

# The learner's folder of a stage, and the file that is graded.
folder_of() {
    echo "work/${folders[$1]}"
}

file_of() {
    echo "work/${folders[$1]}/container.c"
}

need_file() { # N
    [ -e "$(file_of "$1")" ] || refuse no_file "$(file_of "$1")" "$1"
}

# The checks and the stages need root; nothing else here does.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif type -P sudo >/dev/null; then
        sudo "$@"
    else
        refuse no_root
    fi
}

# What root made in somebody's checkout is given back to that user.
give_back() { # PATH...
    if [ "$(id -u)" = 0 ] && [ "$owner" != 0:0 ]; then
        chown -hR "$owner" "$@"
    fi
}

# Nobody to ask is a no.
ask() { # NAME [ARG...]
    local answer='' question

    [ -z "${YES-}" ] || return 0
    question=$(tell "$@")
    if [ ! -t 0 ]; then
        tell nobody "$question"
        return 1
    fi
    read -r -p "$(tell yes_no "$question") " answer || true
    [[ $answer == [yY]* ]]
}

make_work() {
    mkdir -p "$state"
    [ -e work/common ] || ln -sfn ../common work/common
    give_back work
}

# ---- building ------------------------------------------------------------

# Builds the program of stage $1 from the file $2 as $3/stage-$1. Files beside
# it belong to it in stage 8, whose exercise has parts.
build_stage() {
    local stage=$1 file=$2 folder=$3 words files=("$2") libraries=()

    mkdir -p "$folder"
    if [ "$stage" = 8 ]; then
        files=("$(dirname "$file")"/*.c)
        read -ra libraries <<<"$LIBS_8"
    fi
    read -ra words <<<"$FLAGS"
    # a compiler can be made to hang, too: #include "/dev/zero"
    timeout 60 "$CC" "${words[@]}" -o "$folder/stage-$stage" "${files[@]}" \
        build/common.a "${libraries[@]}"
    local status=$?
    give_back "$folder"
    return $status
}

# Was the learner's file graded as it is now?
is_graded() { # STAGE FILE
    grep -q $'\t\(held\|failed\)\t' "$state/$1.results" 2>/dev/null &&
        [ "$(sum_of "$2")" = "$(cat "$state/$1.sum" 2>/dev/null)" ]
}

# Of the file and those beside it.
sum_of() { # FILE
    cat "${1%/*}"/*.[ch] | cksum
}

mark_graded() { # STAGE FILE
    sum_of "$2" >"$state/$1.sum"
    give_back "$state"
}

# ---- the messages --------------------------------------------------------

lessons=()
declare -A lesson_stage lesson_checks title needs why look ask tip call expected said lesson_of

# The words of one entry, joined, to where they belong.
take_entry() { # KEY NAME TEXT
    local word

    case $1 in
    expect) expected[$2]=$3 ;;
    say) said[$2]=$3 ;;
    lesson)
        lesson=$2
        lessons+=("$lesson")
        lesson_stage[$lesson]=$3
        ;;
    checks)
        for word in $2 $3; do
            lesson_of[${word#attack/}]=$lesson
        done
        lesson_checks[$lesson]="$2 $3"
        ;;
    needs) needs[$lesson]="$2 $3" ;;
    title) title[$lesson]="$2 $3" ;;
    why) why[$lesson]="$2 $3" ;;
    look) look[$lesson]="$2 $3" ;;
    ask) ask[$lesson]="$2 $3" ;;
    tip) tip[$lesson]="$2 $3" ;;
    call) call[$lesson]="$2 $3" ;;
    '') ;;
    *) fail "$messages: what is \"$1\"?" ;;
    esac
}

read_messages() {
    local line key='' name='' text='' lesson=''

    messages=workshop/messages.${WORKSHOP_LANG:-en}
    [ -r "$messages" ] || fail "there is no $messages"
    while IFS= read -r line; do
        case $line in
        ' '*) text+=$line ;;
        '#'* | '') ;;
        *)
            take_entry "$key" "$name" "$text"
            read -r key name text <<<"$line"
            ;;
        esac
    done <"$messages"
    take_entry "$key" "$name" "$text"
}

# The lesson that the check $1 is a part of in stage $2.
find_lesson() {
    lesson=${lesson_of[$1@$2]-${lesson_of[$1]-}}
}

# The checks of the parts of stage 8, or of the one that PART names: in $parts.
find_parts() {
    local lesson word list

    parts=''
    for lesson in "${lessons[@]}"; do
        [ "${lesson_stage[$lesson]}" = 8 ] || continue
        [ "${PART:-$lesson}" = "$lesson" ] || continue
        read -ra list <<<"${lesson_checks[$lesson]}"
        for word in "${list[@]}"; do
            word=${word#attack/}
            parts+="${word%@*} "
        done
    done
    [ -n "$parts" ] || refuse no_part "$PART" "$(folder_of 8)/TASK.md"
}

# Prints a sentence of the messages; %s in it are the other arguments.
tell() { # NAME [ARG...]
    # shellcheck disable=SC2059 # the formats are ours
    printf "${said[$1]}\n" "${@:2}"
}

# How wide a text is: in $columns. Here a character is as many bytes as UTF-8
# has for it, and from U+3000 on, as Chinese, it takes two columns.
measure() { # TEXT
    local leads=${1//[$'\x80'-$'\xbf']/}
    local wide=${leads//[!$'\xe3'-$'\xef']/}

    columns=$((${#leads} + ${#wide}))
}

# A field of a row.
cell() { # TEXT WIDTH
    local columns

    measure "$1"
    printf '%s%*s ' "$1" "$((columns < $2 ? $2 - columns : 0))" ''
}

# fold(1) would break Chinese, which has no blanks, within a character: a line
# may end after a blank, or before a wide character that is no 。 or ，.
fold_line() { # TEXT
    local piece line='' width=0 columns

    while IFS= read -r piece; do
        measure "$piece"
        if ((width > 0 && width + columns > 66)); then
            printf '%s\n' "$line"
            line='' width=0
        fi
        line+=$piece width=$((width + columns))
    done < <(sed -E -e 's/ +/&\n/g' -e $'s/[\xe3-\xef][\x80-\xbf]+/\\n&/g' \
        -e $'s/\\n(\xe3\x80|\xef\xbc)/\\1/g' <<<"$1" | fold -w 66)
    printf '%s\n' "$line"
}

# Prints a text under a heading, folded to the screen.
show() { # HEADING TEXT
    local line first=${1:+${said[$1]-$1}}

    while IFS= read -r line; do
        printf '  %s%s%s%s\n' "$bold" "$(cell "$first" 9)" "$plain" "${line% }"
        first=''
    done < <(while IFS= read -r line; do fold_line "$line"; done <<<"$2")
}

read_messages
[ -e /dev/fd/1 ] || refuse no_stdout
