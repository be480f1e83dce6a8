#!/usr/bin/env bash
# Walks through the workshop as a learner does, in a fresh clone and at a true
# terminal (script(1) brings one): start, grade, which fails, hint, edit, grade,
# which passes; for each stage. What the README says of it is typed first. The
# clone is in a folder whose name no script may split, and nobody but its owner may
# read it.
#
#   sudo tests/workshop.sh [LAST-STAGE]
set -uo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1

patience=${WORKSHOP_PATIENCE:-300} # seconds for one command
scratch=$(mktemp -d)
clone="$scratch/my 容器"
failed=0 steps=0 shown='' took=0

# ---- the terminal --------------------------------------------------------

open_terminal() {
    mkfifo "$scratch/keys"
    cat >"$scratch/rc" <<-'END'
	PS1='' PS2=''
	sudo() { "$@"; } # we are root already
	END
    (cd "$clone" && unset NO_COLOR && TERM=xterm exec script -qfec \
        "bash --noprofile --rcfile $scratch/rc -i" "$scratch/screen") \
        <"$scratch/keys" >/dev/null 2>&1 &
    terminal=$!
    exec 3>"$scratch/keys"
}

screen_size() {
    stat -c %s "$scratch/screen" 2>/dev/null || echo 0
}

# Waits until the screen, from byte $2 on, has the pattern: in $shown.
wait_for() { # PATTERN FROM
    local end=$((SECONDS + patience))

    while ((SECONDS < end)); do
        shown=$(tail -c "+$(($2 + 1))" "$scratch/screen" 2>/dev/null |
            tr -d '\r\0')
        # shellcheck disable=SC2053 # a pattern
        [[ $shown != *$1* ]] || return 0
        sleep 0.1
    done
    return 1
}

# Types a command; what it shows must match the pattern. In $took: its tenths of
# a second.
type_command() { # COMMAND PATTERN
    local from begin=${EPOCHREALTIME/./}

    from=$(screen_size)
    steps=$((steps + 1))
    # the quotes keep what is typed from being what is waited for
    printf '%s; echo "end"ed-%s\n' "$1" "$steps" >&3
    if ! wait_for "ended-$steps" "$from"; then
        complain "$1: no end after $patience s"
        return 1
    fi
    took=$(((${EPOCHREALTIME/./} - begin) / 100000))
    # shellcheck disable=SC2053 # a pattern
    [[ $shown == *$2* ]] || complain "$1: this is not shown: $2"
}

# Types a command that asks, and the answer.
answer_command() { # COMMAND QUESTION ANSWER PATTERN
    local from

    from=$(screen_size)
    steps=$((steps + 1))
    printf '%s\n' "$1" >&3
    wait_for "$2" "$from" || complain "$1: no question: $2"
    printf '%s\n' "$3" >&3
    # shellcheck disable=SC2053 # a pattern
    wait_for "$4" "$from" || complain "$1: after \"$3\" this is not shown: $4"
    type_command : ''
}

complain() {
    echo "workshop: $1"
    printf '%s\n' "$shown" | tail -n 60 | sed 's/^/    | /'
    failed=$((failed + 1))
}

# ---- the walk ------------------------------------------------------------

folders=(. 01-clone 02-uts 03-ipc 04-pid 05-mount 06-rootfs 07-cgroups
    08-full)

# shellcheck disable=SC2016 # no expansion is meant
# What the README says, word for word; it begins stage 1.
readme_commands() {
    sed -n '/^## Write it yourself/,/^## /p' README.md |
        sed -n '/^```text/,/^```/p' | sed -e '/^```/d' -e 's/ *#.*//'
}

expected_of() { # COMMAND
    case $1 in
    'make start-1') echo 'Task 1' ;;
    'make grade-1') echo '✗ child:' ;;
    'make hint-1') echo 'hint 1 of 3' ;;
    esac
}

walk_readme() {
    local command

    while IFS= read -r command; do
        type_command "$command" "$(expected_of "$command")"
    done < <(readme_commands)
}

walk_stage() { # N
    local n=$1 file=work/${folders[$1]}/container.c red=$'\e[31m'

    [ "$n" = 1 ] || type_command "make start-$n" \
        "begins as work/${folders[n - 1]}/container.c*Task $n"
    type_command "make start-$n" 'there already, and stays as it is'
    type_command "make grade-$n" "$red*✗*observed*expected*why*look*Error 1"
    local failing=$took
    type_command "make hint-$n" 'hint [12] of 3'
    type_command "make hint-$n" 'hint [23] of 3'
    type_command "sed -i 's/main(int/main (int,/' $file; make grade-$n" \
        'error:*it does not compile'
    answer_command "make solution-$n" 'See it all the same? ?y/N?' n 'Error 1'
    # the learner's edit
    if [ "$n" = 8 ]; then
        type_command "sed -i 's/main (int,/main(int/' $file" ''
        type_command "make grade-8 PART=network" '✗ network*Error 1'
        type_command "cp workshop/parts/*.c work/08-full/" ''
        type_command "patch $file workshop/parts/container.patch" 'patching'
        type_command "make grade-8 PART=network" '3 of 3 checks hold*Done.'
    else
        type_command "cp ${folders[n]}/container.c $file" ''
    fi
    type_command "make grade-$n" 'Done.'
    echo "workshop: make grade-$n: $((failing / 10)).$((failing % 10)) s failing," \
        "$((took / 10)).$((took % 10)) s passing"
    type_command "make try-$n ARGS='-- sh -c \"exit 9\"'" 'Error 9'
}

# The attacker's side; stage 8 has nothing that breaks it.
walk_attack() { # N
    type_command "make attack-$1" "work/attacks/attack-$1.c*is yours*attack-$1"
    type_command "make attack-$1" '✗ stage*observed*Error 1'
    # the next stage is not tried then
    type_command "echo \$(make attack-$1 2>&1 | grep -c '✗ stage') failed" '1 failed'
    type_command "cp ${folders[$1]}/attack.c work/attacks/attack-$1.c" ''
    type_command "make attack-$1" '✓ stage*works*✓ stage*stopped'
}

walk_the_rest() { # LAST
    type_command 'make progress' "07-cgroups "
    type_command "make solution-$1; echo is \$?" 'is 0'
    answer_command "make reset-$1" 'kept. ?y/N?' n 'Nothing was changed'
    answer_command "make reset-$1" 'kept. ?y/N?' y 'work/backup/'
    type_command "ls work/backup/*/container.c" 'work/backup/'
    type_command 'make progress >&-' 'stdout is closed'
    type_command "NO_COLOR=1 make progress | grep -c '\\^\\['" '0'
}

[ "$(id -u)" = 0 ] || {
    echo "workshop: this needs root: sudo make check-workshop" >&2
    exit 1
}
type -P script >/dev/null || {
    echo "workshop: script(1) is missing: sudo make deps GROUP=workshop" >&2
    exit 1
}
terminal=''
trap 'exec 3>&-; [ -z "$terminal" ] || kill "$terminal" 2>/dev/null; rm -rf "$scratch"' EXIT
# what is committed, as a clone has it; git distrusts a checkout that is not root's
umask 077
mkdir "$clone"
git -c safe.directory='*' archive HEAD | tar -x --no-same-permissions -C "$clone" || exit 1
open_terminal
last=${1:-8}
type_command 'make stages build/tests/check attacks >/dev/null 2>&1' ''
walk_readme
for ((n = 1; n <= last; n++)); do
    walk_stage "$n"
    [ "$n" = 8 ] || walk_attack "$n"
    echo "workshop: stage $n, $failed failed ($SECONDS s)"
done
walk_the_rest "$last"
echo "workshop: $steps commands typed, $failed failed"
[ "$failed" = 0 ]
