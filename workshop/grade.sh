#!/usr/bin/env bash
# Grades a learner's stage: builds it, runs the checks of the stages up to this
# one against it, and tells what fails, the most basic thing first.
#
# In stage 8 the exercise has parts; PART names one, in the environment.
#
#   workshop/grade.sh [--json] [--hint] [--file FILE | --program DIR] N
#
# --hint gives the next hint in place of the grade. --file grades another file
# than the learner's, and builds it beside it; --program grades DIR/stage-N, which
# is built already. Exit status: 0 all hold, 1 not all, 2 not graded.

cd "$(dirname "$0")/.." || exit 2
# shellcheck source=workshop/lib.sh
. workshop/lib.sh

# These test the project, not the stage, or need other systems' images.
left_out='doctor_* clean_host_* errata_compiles_by_hand busybox_*
debian_by_debootstrap hostile_archives stages_inside'

# ---- running -------------------------------------------------------------

checks=() failed=() skipped=()
declare -A result text bomb
held=0 verdict=''

run_checks() { # N DIR FILE
    local only=()

    [ "$1" != 8 ] || only=("ONLY=exit_status $parts")
    as_root env "${only[@]}" "STAGE=$1" "STAGE_DIR=$2" FIRST=exit_status PATIENCE=5 \
        MEASURE=2 ${SLOWNESS:+"SLOWNESS=$SLOWNESS"} "EXCEPT=${left_out//$'\n'/ }" build/tests/check --report >"$3.new" &&
        mv "$3.new" "$3" && give_back "$3"
}

read_results() { # FILE
    local name kind mark words

    while IFS=$'\t' read -r name kind _ mark words; do
        checks+=("$name")
        result[$name]=$kind text[$name]=$words bomb[$name]=$mark
        case $kind in
        held) held=$((held + 1)) ;;
        failed) failed+=("$name") ;;
        skipped) skipped+=("$name") ;;
        esac
    done <"$1"
}

# Why the first check of all has failed, which no other can do without.
judge_first() {
    local first=check/exit_status words

    [ "${result[$first]-}" = failed ] && [ "$held" = 0 ] || return
    words=${text[$first]}
    case $words in
    *'Received signal 9'* | *'Early exit'*) verdict=parent ;;
    *'did not end in'* | *'timed out'* | *'Test timeout'*) verdict=hang ;;
    'exit status -25,'*) verdict=flood ;; # SIGXFSZ
    'exit status -9,'*) verdict=memory ;; # SIGKILL, and not by the check
    'exit status -'*) verdict=crash ;;
    'exit status 0, not 1;'*) verdict=zero ;;
    'exit status 125,'*) verdict=refused ;;
    esac
    [ "${bomb[$first]}" = - ] || verdict=bomb
}

# ---- what follows from what ----------------------------------------------

declare -A failing # lesson -> its checks that fail
failing_lessons=()
spoilt='' # the lesson that spoils the host for all other checks

# Of most checks their name says it; of some, what was seen. An attack gets into
# the container by a volume from stage 6 on.
lesson_of_failure() { # CHECK STAGE
    local type

    find_lesson "${1#*/}" "$2"
    case ${text[$1]} in
    'the attack did not run'*)
        [ "$2" -lt 6 ] || lesson=volumes
        ;;
    "the container's first process"*) lesson=child ;;
    'hostname changed;'*) lesson=uts ;;
    'mounts changed;'*)
        [ "$2" -lt 5 ] || lesson=private
        [ "$2" -lt 5 ] || [ "$held" != 0 ] || spoilt=private
        ;;
    'cgroups changed;'*) lesson=removal ;;
    "the container's "*" namespace is its own") lesson=shared ;;
    "the container's "*" namespace is the host's")
        type=${text[$1]#"the container's "}
        type=${type%% *}
        lesson=${type/#cgroup/view}
        ;;
    esac
}

# In the order of the messages; what is not there comes last.
sort_checks() { # LESSON
    local name check list sorted='' rest=" ${failing[$1]}"

    read -ra list <<<"${lesson_checks[$1]-}"
    for name in "${list[@]}"; do
        name=${name#attack/}
        for check in "check/${name%@*}" "attack/${name%@*}"; do
            [[ $rest == *" $check "* ]] || continue
            sorted+="$check "
            rest=${rest/" $check "/ }
        done
    done
    failing[$1]=$sorted${rest# }
}

sort_failures() { # STAGE
    local check lesson found=' '

    for check in "${failed[@]}"; do
        lesson_of_failure "$check" "$1"
        failing[${lesson:=other}]+="$check "
        found+="$lesson "
    done
    for lesson in $spoilt "${lessons[@]}" other; do
        [[ $found == *" $lesson "* ]] || continue
        [[ " ${failing_lessons[*]} " != *" $lesson "* ]] || continue
        failing_lessons+=("$lesson")
        sort_checks "$lesson"
    done
}

# The failing lesson, if any, that $1 cannot do without: in $basis.
find_basis() {
    local need list

    if [ -n "$spoilt" ]; then
        [ "$1" = "$spoilt" ] || basis=$spoilt
        return
    fi
    read -ra list <<<"${needs[$1]-}"
    for need in "${list[@]}"; do
        find_basis "$need"
        [ -z "$basis" ] || return
        if [ -n "${failing[$need]-}" ]; then
            basis=$need
            return
        fi
    done
}

# ---- telling a person ----------------------------------------------------

# What Check says of "ck_assert_x_eq(SEEN, WANTED)", in two parts: $seen and
# $wanted, which may be empty.
split_text() {
    local left right

    seen=$1 wanted=''
    left=${seen#"Assertion '"}
    left=${left%%"' failed: "*}
    right=${left#*" == "} left=${left%%" == "*}
    # Assertion 'LEFT == RIGHT' failed: LEFT == SEEN, RIGHT == WANTED
    if [[ $seen == *"' failed: $left == "*", $right == "* ]]; then
        seen=${seen#*"' failed: $left == "}
        wanted=${seen##*", $right == "}
        seen=${seen%", $right == "*}
    elif [[ $seen == *'double end_'* || $seen == 'Test timeout'* ]]; then
        seen=${said[too_late]} # suite.h's within(), or the whole check
    else
        left=${seen#"Assertion '"}
        [ "$left" = "$seen" ] || seen=$(tell not_so "'${left/%"' failed"/"'"}")
    fi
}

# At most five lines of it, none longer than the screen.
show_seen() {
    local line heading=observed count=0

    while IFS= read -r line && ((count++ < 5)); do
        show "$heading" "$line"
        heading=''
    done < <(printf '%b\n' "$1" | cut -c 1-300 | grep .)
    ((count <= 5)) || show '' '...'
}

show_check() { # CHECK
    local name=${1#*/} seen wanted

    show "${1%%/*}" "$name"
    split_text "${text[$1]}"
    show_seen "$seen"
    if [[ $seen == *' changed; now there: '* ]]; then
        show expected "${said[unchanged]}"
    else
        show expected "${expected[$name]-$name}${wanted:+: $wanted}"
    fi
}

# The names of checks, for a line; of many, the first ones.
names() {
    local line most=12

    printf -v line '%s, ' "${@:1:most}"
    line=${line//check\//} line=${line//attack\//}
    [ $# -le $most ] || line+="$(tell and_more "$(($# - most))"), "
    printf '%s' "${line%, }"
}

show_lesson() { # LESSON
    local lesson=$1 list

    read -ra list <<<"${failing[$lesson]}"
    say "${red}✗ $lesson: ${title[$lesson]-}$plain"
    show_check "${list[0]}"
    if [ -n "$verdict" ]; then
        show why "${said[$verdict]}"
    else
        show why "${why[$lesson]-}"
    fi
    show look "${look[$lesson]-}"
    [ ${#list[@]} = 1 ] || show also "$(names "${list[@]:1}")"
    say ''
}

show_failures() {
    local lesson basis followers=() list

    for lesson in "${failing_lessons[@]}"; do
        basis=''
        find_basis "$lesson"
        if [ -n "$basis" ]; then
            followers+=("$lesson $basis")
        else
            show_lesson "$lesson"
        fi
    done
    [ ${#followers[@]} -gt 0 ] || return
    say "$yellow$(tell followers)$plain"
    for lesson in "${followers[@]}"; do
        read -r lesson basis <<<"$lesson"
        read -ra list <<<"${failing[$lesson]}"
        say "  ✗ $(tell follower "$lesson" "$basis"): ${title[$lesson]}"
        show '' "$(names "${list[@]}")"
    done
    say ''
}

show_held() { # STAGE
    local check lesson line=''
    declare -A counts=()

    for check in "${checks[@]}"; do
        [ "${result[$check]}" = held ] || continue
        find_lesson "${check#*/}" "$1"
        counts[${lesson:-other}]=$((${counts[${lesson:-other}]-0} + 1))
    done
    for lesson in "${lessons[@]}" other; do
        [ -z "${counts[$lesson]-}" ] || line+="$lesson ${counts[$lesson]}, "
    done
    [ -z "$line" ] || show holds "${line%, }"
    for check in "${skipped[@]}"; do
        show skipped "${text[$check]}"
    done
}

show_grade() { # STAGE FILE
    local total=$((${#checks[@]} - ${#skipped[@]})) colour=$red

    [ ${#failed[@]} -gt 0 ] || colour=$green
    say "$bold$colour$(tell grade "$1$part" "$held" "$total")$plain  ($2)"
    say ''
    show_failures
    [ "$held" != 0 ] || say "  ${said[nothing]}"
    show_held "$1"
    say ''
    if [ ${#failed[@]} -gt 0 ]; then
        tell next "$1$part" "$2" "$1$part"
        [ "$1$part" != 8 ] || tell parts "${failing_lessons[0]}"
    elif [ "$1" = 8 ]; then
        say "$green$(tell finished)$plain  $(tell compare "$1$part")"
    else
        say "$green$(tell finished)$plain  $(tell compare "$1")"
        tell go_on "$1" "$(($1 + 1))"
    fi
}

# ---- hints ---------------------------------------------------------------

# One level more each time the same thing still fails.
show_hint() { # STAGE FILE
    local lesson level=0 former='' file=$state/$1.hint

    if [ ${#failed[@]} = 0 ]; then
        tell no_hint "$1$part"
        return
    fi
    lesson=${failing_lessons[0]}
    [ ! -r "$file" ] || read -r former level <"$file"
    [ "$former" = "$lesson" ] || level=0
    ((level == 3)) || level=$((level + 1))
    say "$lesson $level" >"$file"
    give_back "$file"
    say "$bold$(tell hint "$1$part" "$level")$plain: ${title[$lesson]-$lesson}"
    case $level in
    1) show question "${ask[$lesson]-}" ;;
    2) show way "${tip[$lesson]-}" ;;
    3) show call "${call[$lesson]-}" ;;
    esac
    show read "${look[$lesson]-}"
    ((level == 3)) || tell more "$1$part"
}

# ---- for machines --------------------------------------------------------

json_text() {
    local words=$1

    words=${words//\"/\\\"}
    # what is left of C's escapes is JSON's, too
    printf '"%s"' "$words"
}

json_check() { # CHECK STAGE
    local check=$1 lesson basis='' seen wanted

    lesson_of_failure "$check" "$2"
    printf '    {"check": "%s", "result": "%s", "lesson": "%s", "stage": %d' \
        "$check" "${result[$check]}" "$lesson" "${lesson_stage[$lesson]-0}"
    if [ "${result[$check]}" = failed ]; then
        find_basis "$lesson"
        split_text "${text[$check]}"
        printf ', "observed": %s, "expected": %s, "why": %s, "look": %s' \
            "$(json_text "$seen")" \
            "$(json_text "${expected[${check#*/}]-}${wanted:+: $wanted}")" \
            "$(json_text "${why[$lesson]-}")" \
            "$(json_text "${look[$lesson]-}")"
        printf ', "depends_on": %s' "$([ -n "$basis" ] &&
            json_text "$basis" || echo null)"
    fi
    printf '}'
}

show_json() { # STAGE FILE COMPILES
    local check comma=''

    printf '{"stage": %d, "file": %s, "compiles": %s, "verdict": %s,\n' "$1" \
        "$(json_text "$2")" "$3" \
        "$([ -n "$verdict" ] && json_text "$verdict" || echo null)"
    printf ' "held": %d, "failed": %d, "skipped": %d,\n "checks": [\n' \
        "$held" "${#failed[@]}" "${#skipped[@]}"
    for check in "${checks[@]}"; do
        printf '%s' "$comma"
        json_check "$check" "$1"
        comma=$',\n'
    done
    printf '\n]}\n'
}

# ---- main ----------------------------------------------------------------

not_compiled() { # STAGE FILE ERRORS
    case $mode in
    json)
        verdict=compile
        show_json "$1" "$2" false
        ;;
    *)
        cat "$3"
        say ''
        say "$bold$red$(tell no_build "$1")$plain  ($2)"
        show why "${said[compile]}"
        ;;
    esac
    exit 1
}

# What the compiler says is shown as it is, and first.
build() { # STAGE FILE FOLDER
    local errors=$3/errors

    mkdir -p "$3"
    if ! build_stage "$1" "$2" "$3" >"$errors" 2>&1; then
        rm -f "$results"
        not_compiled "$1" "$2" "$errors"
    fi
    cat "$errors" >&2
}

mode=grade file='' folder='' stage=''
while [ $# -gt 0 ]; do
    case $1 in
    --json) mode=json ;;
    --hint) mode=hint ;;
    --file)
        file=${2-}
        shift
        ;;
    --program)
        folder=${2-}
        shift
        ;;
    *) stage=$1 ;;
    esac
    shift
done
need_stage "$stage"
part=''
if [ "$stage" = 8 ]; then
    find_parts
    part=${PART:+" PART=$PART"}
fi
learners=''
if [ -n "$folder" ]; then
    file=$folder/stage-$stage results=$folder/results
elif [ -n "$file" ]; then
    folder=$(dirname "$file") results=$folder/results
    build "$stage" "$file" "$folder"
else
    need_file "$stage"
    make_work
    learners=yes folder=build/work results=$state/$stage.results
    if [ "$stage" = 8 ] && [ -n "$PART" ]; then
        learners='' results=$state/8-$PART.results
    fi
    file=$(file_of "$stage")
    build "$stage" "$file" "$folder"
fi
# a hint about the file as it was graded last needs no other grade
if [ "$mode" != hint ] || [ -z "$learners" ] || ! is_graded "$stage" "$file"; then
    run_checks "$stage" "$folder" "$results" || exit 2
fi
[ -z "$learners" ] || mark_graded "$stage" "$file"
read_results "$results"
[ ${#checks[@]} -gt 0 ] || refuse not_run
judge_first
sort_failures "$stage"
"show_$mode" "$stage" "$file" true
[ "$mode" = hint ] || [ ${#failed[@]} = 0 ]
