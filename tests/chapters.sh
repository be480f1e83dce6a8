#!/bin/bash
#
# Runs the commands of the chapters' console blocks and compares what they
# print with what the chapters say.
#
#     sudo tests/chapters.sh [FILE...]      # else all */README.md, README.md
#                                           # and docs/runtime.md
#     sudo tests/chapters.sh --self-test    # are wrong chapters noticed?
#
# A fenced block with the info string "console" is run; others are not, and of
# "console clients" only that with CHAPTERS_BLOCKS=clients: what needs programs
# that make check-clients installs, and the stand-in host that it makes. All
# blocks of a file run in order, in one session, as root, in a stand-in host:
# namespaces of its own for mounts (shared, as systemd has them), UTS, IPC,
# PIDs and network. The working folder is the top of the repository.
#
#     $ COMMAND             terminal 1, a shell on the host
#     container# COMMAND    terminal 1, after a stage started a shell there;
#                           "container# exit" leaves it
#     host$ COMMAND         terminal 2, another shell on the host
#     > MORE                goes on with a command line that ended in \
#     anything else         a line of the output of the command above
#
# Standard output and error are compared together, line by line; blanks at a
# line's end do not count. "…" in a line stands for any text, "…" alone for
# any number of lines, also none. Two more things count as failures: a command
# of which nothing but "…" is expected ends with another status than 0, or a
# command is not found (127) and the chapter does not say so.
#
# The shells read from a pipe, not from a terminal: they print no prompt, no
# "[1] 1234" and no "exit". When they tell that a signal ended a background
# command ("bash: ... Killed ...") is up to chance. A command that reads its
# standard input reads the commands that follow. What a container prints while
# commands run in terminal 2 counts as output of terminal 1's next command.
set -u
export LC_ALL=C

program=${0##*/}
top=$(cd "$(dirname "$0")/.." && pwd) || exit 1
self=$top/tests/$program
timeout=${CHAPTERS_TIMEOUT:-60} # seconds for one command
wanted=console${CHAPTERS_BLOCKS:+ $CHAPTERS_BLOCKS} # blocks

# ---- reading a chapter ---------------------------------------------------

# One element for each command.
step_line=() step_kind=() step_command=() step_expected=()

bad_chapter() { # LINE MESSAGE
    echo "$file:$1: $2"
    parse_errors=$((parse_errors + 1))
}

parse_block_line() { # NUMBER TEXT
    local last=$((${#step_line[@]} - 1)) kind

    if [[ $continues == yes ]]; then
        [[ $2 == '> '* ]] || bad_chapter "$1" "expected '> ', the line goes on"
        step_command[last]+=$'\n'${2#> }
    elif [[ $2 =~ ^('$'|'host$'|'container#')' '(.*)$ ]]; then
        kind=${BASH_REMATCH[1]}
        step_line+=("$1") step_kind+=("$kind")
        step_command+=("${BASH_REMATCH[2]}") step_expected+=("")
        last=$((last + 1)) block_commands=$((block_commands + 1))
    elif [[ $block_commands == 0 ]]; then
        bad_chapter "$1" "output without a command"
        return
    else
        step_expected[last]+=$2$'\n'
        return
    fi
    continues=no
    [[ ${step_command[last]} != *\\ ]] || continues=yes
}

parse_chapter() { # sets step_*; returns 1 if the chapter's form is wrong
    local line number=0 inside=no indent='' continues=no block_commands=0
    local parse_errors=0

    while IFS= read -r line || [[ -n $line ]]; do
        number=$((number + 1))
        if [[ $inside == no && $line =~ ^([[:blank:]]*)'```'(.*)$ ]]; then
            indent=${BASH_REMATCH[1]} inside=other block_commands=0
            [[ ${BASH_REMATCH[2]} != "$wanted" ]] || inside=console
            [[ ${BASH_REMATCH[2]} == console ||
                ${BASH_REMATCH[2]} == 'console clients' ||
                ${BASH_REMATCH[2]} != *console* ]] ||
                bad_chapter "$number" "write the fence as \`\`\`console"
        elif [[ $inside != no && $line =~ ^[[:blank:]]*'```'[[:blank:]]*$ ]]
        then
            [[ $continues == no ]] || bad_chapter "$number" "command not ended"
            inside=no continues=no
        elif [[ $inside == console ]]; then
            parse_block_line "$number" "${line#"$indent"}"
        fi
    done <"$file"
    [[ $inside == no ]] || bad_chapter "$number" "a block without end"
    [[ $parse_errors == 0 ]]
}

# ---- comparing -----------------------------------------------------------

line_fits() { # EXPECTED GOT
    local expected=$1 got=$2 part first=yes

    while [[ $expected == *…* ]]; do
        part=${expected%%…*} expected=${expected#*…}
        if [[ $first == yes ]]; then
            [[ $got == "$part"* ]] || return 1
            got=${got#"$part"} first=no
        else
            [[ $got == *"$part"* ]] || return 1
            got=${got#*"$part"}
        fi
    done
    if [[ $first == yes ]]; then
        [[ $got == "$expected" ]]
    else
        [[ $got == *"$expected" ]]
    fi
}

# Compares the arrays expected and got. On a "…" alone it tries with no line,
# then one, and so on.
lines_fit() {
    local i=0 j=0 star=-1 skipped=0

    while ((j < ${#got[@]})); do
        if ((i < ${#expected[@]})) && [[ ${expected[i]} == … ]]; then
            star=$i skipped=$j i=$((i + 1))
        elif ((i < ${#expected[@]})) &&
            line_fits "${expected[i]}" "${got[j]}"; then
            i=$((i + 1)) j=$((j + 1))
        elif ((star >= 0)); then
            skipped=$((skipped + 1)) i=$((star + 1)) j=$skipped
        else
            return 1
        fi
    done
    while ((i < ${#expected[@]})) && [[ ${expected[i]} == … ]]; do
        i=$((i + 1))
    done
    ((i == ${#expected[@]}))
}

# ---- two terminals -------------------------------------------------------

mark=chapters-$RANDOM$RANDOM
terminal_in=('' '' '') terminal_out=('' '' '')

# With job control (set -m), as in a terminal: without it a shell starts
# background commands with SIGINT ignored.
start_terminal() { # NUMBER
    local fifo=$scratch/terminal-$1 in out fd
    local others=("${terminal_in[@]}" "${terminal_out[@]}")

    mkfifo "$fifo.in" "$fifo.out" || exit 1
    set -m
    (
        for fd in "${others[@]}"; do
            [[ -z $fd ]] || exec {fd}>&-
        done
        PATH=$scratch/bin:$PATH exec setsid bash --noprofile --norc
    ) <"$fifo.in" >"$fifo.out" 2>&1 &
    set +m
    exec {in}>"$fifo.in" {out}<"$fifo.out"
    terminal_in[$1]=$in terminal_out[$1]=$out
    # not exported: a container's shell does not have it
    echo 'set -m; td_place=host' >&"$in"
}

# Types COMMAND into terminal NUMBER and reads up to the mark. Sets got,
# status and place. Returns 1 on a timeout, 2 if the shell has ended.
type_command() { # NUMBER COMMAND
    local in=${terminal_in[$1]} out=${terminal_out[$1]} line result
    local deadline=$((SECONDS + timeout)) left

    got=() place=nowhere
    {
        # $? as the last command left it; the shells make no process for it
        [[ $status == 0 ]] || echo "td_status() { return $status; }; td_status"
        printf '%s\n' "$2"
        # shellcheck disable=SC2016,SC2028 # for the terminal's shell
        echo 'printf '"'\n%s %d %s\n' $mark"' "$?" "${td_place:-container}"'
    } >&"$in" || return 2
    while :; do
        left=$((deadline - SECONDS))
        ((left > 0)) || return 1
        IFS= read -r -t "$left" line <&"$out"
        result=$?
        [[ $result == 0 || -z $line ]] || got+=("$line")
        ((result <= 128)) || return 1
        ((result == 0)) || return 2
        [[ $line != "$mark "* ]] || break
        got+=("${line%"${line##*[![:blank:]]}"}")
    done
    # the mark starts with a newline: an empty line after a finished one
    [[ ${#got[@]} == 0 || -n ${got[-1]} ]] || unset 'got[-1]'
    read -r _ status place <<<"$line"
}

# ---- running a chapter ---------------------------------------------------

show() { # TITLE LINE...
    echo "  $1:"
    shift
    (($# > 0)) || set -- "(nothing)"
    printf '    %s\n' "$@"
}

fail_step() { # INDEX MESSAGE
    failed=$((failed + 1))
    echo "$file:${step_line[$1]}: $2"
    echo "  command: ${step_kind[$1]} ${step_command[$1]}"
}

# What is wrong with the result of the step? Prints nothing if all is well.
judge() { # EXPECTED-TEXT
    if ! lines_fit; then
        echo "other output than expected"
    elif [[ $status == 127 && $1 != *'not found'* && $1 != *'No such'* ]]; then
        echo "a command was not found"
    elif [[ $1 == …$'\n' && $status != 0 ]]; then
        echo "failed, and no output is expected that says so"
    fi
}

# A container may have ended by itself, killed from terminal 2: is terminal 1 on
# the host again? What it printed meanwhile goes to early.
find_place() {
    status=0
    type_command 1 '' || return
    last_status[1]=$status place_1=$place early=("${got[@]}")
    [[ $place == host ]]
}

# Returns 1 if the session cannot go on.
run_step() { # INDEX
    local i=$1 number=1 expected=() got=() early=() line wrong result

    case ${step_kind[i]} in
        'host$') number=2 ;;
        '$') [[ $place_1 == host ]] || find_place || {
            fail_step "$i" "terminal 1 is still in a container"
            show "got so far" "${got[@]}"
            return 1
        } ;;
        *) [[ $place_1 == container ]] || {
            fail_step "$i" "no shell of a container runs in terminal 1"
            return 1
        } ;;
    esac
    while IFS= read -r line; do
        expected+=("${line%"${line##*[![:blank:]]}"}")
    done < <(printf '%s' "${step_expected[i]}")

    status=${last_status[number]}
    type_command "$number" "${step_command[i]}"
    result=$?
    got=("${early[@]}" "${got[@]}")
    if ((result != 0)); then
        line="the shell of terminal $number has ended"
        ((result == 2)) || line="no end after $timeout seconds (a command \
that does not end, an open quote, or one that reads standard input?)"
        fail_step "$i" "$line"
        show "got so far" "${got[@]}"
        return 1
    fi
    last_status[number]=$status
    ((number == 2)) || place_1=$place
    wrong=$(judge "${step_expected[i]}")
    [[ -n $wrong ]] || return 0
    fail_step "$i" "$wrong"
    show expected "${expected[@]}"
    show "got (status $status)" "${got[@]}"
}

run_steps() {
    local i

    for ((i = 0; i < ${#step_line[@]}; i++)); do
        run_step "$i" || break
    done
    if ((i < ${#step_line[@]})); then
        i=$((i + 1))
        failed=$((failed + ${#step_line[@]} - i))
        echo "$file: the $((${#step_line[@]} - i)) commands after it not run"
    elif [[ $place_1 == container ]]; then
        echo "$file: ends inside a container: 'container# exit' is missing"
        failed=$((failed + 1))
    fi
}

list_mounts() {
    local mount_point fields

    while read -r _ _ _ _ mount_point fields; do
        echo "$mount_point ${fields#*- }"
    done </proc/self/mountinfo | sort
}

# What a chapter mounted on the stand-in host must be gone. A container that
# has just ended may need a moment for it.
check_mounts() {
    local i left

    for ((i = 0; i < 30; i++)); do
        left=$(comm -13 "$scratch/mounts" <(list_mounts))
        [[ -n $left ]] || return
        sleep 0.1
    done
    echo "$file: mounts are left behind on the host:"
    printf '    %s\n' "$left"
    failed=$((failed + 1))
}

# sudo, for a root who may not have it. exec: signals reach the command.
make_sudo() {
    mkdir "$scratch/bin" &&
        cat >"$scratch/bin/sudo" <<-'END' && chmod +x "$scratch/bin/sudo"
		#!/bin/sh
		case $1 in
		-*) echo "sudo: no flags in chapters" >&2; exit 1 ;;
		esac
		exec "$@"
	END
}

# The stand-in: we are process 1 of fresh namespaces, and slaves of the real
# host's mounts. Nothing of what happens now gets out.
become_host() {
    mount --make-rshared / &&
        mount -t proc proc /proc &&
        mkdir -p /run/toy-docker /var/lib/toy-docker &&
        mount -t tmpfs states /run/toy-docker &&
        mount -t tmpfs store /var/lib/toy-docker &&
        { [[ ! -d /dev/mqueue ]] || mount -t mqueue mqueue /dev/mqueue; } &&
        ip link set lo up &&
        echo "host-$RANDOM" >/proc/sys/kernel/hostname &&
        make_sudo &&
        list_mounts >"$scratch/mounts"
}

run_inside() { # FILE SCRATCH
    local file=$1 failed=0 place=host place_1=host status=0 last_status=(0 0 0)

    scratch=$2
    [[ $$ == 1 ]] || { echo "$program: --inside is for its own use"; exit 1; }
    trap '' PIPE
    cd "$top" && parse_chapter || exit 1
    become_host || { echo "$program: no stand-in host"; exit 1; }
    start_terminal 1
    start_terminal 2
    run_steps
    check_mounts
    echo "${#step_line[@]} $failed" >"$scratch/result"
}

# ---- outside -------------------------------------------------------------

# The cgroups of this project in which no process lives. Those of a container
# that runs meanwhile elsewhere are not ours to judge.
list_dead_cgroups() {
    local folder

    find /sys/fs/cgroup -path '*/toy-docker/stage-*' -type d 2>/dev/null |
        while IFS= read -r folder; do
            [[ -n $(cat "$folder/cgroup.procs" 2>/dev/null) ]] ||
                echo "$folder"
        done | sort
}

run_chapter() { # FILE; adds to commands and failures
    local scratch ran bad left i

    scratch=$(mktemp -d) || exit 1
    list_dead_cgroups >"$scratch/cgroups"
    unshare --mount --propagation slave --uts --ipc --net --pid --fork \
        --kill-child -- "$self" --inside "$1" "$scratch" </dev/null
    if read -r ran bad <"$scratch/result"; then
        [[ $ran != 0 || $1 != 0* ]] || {
            echo "$1: a chapter without a command"
            bad=1
        }
    else
        echo "$1: could not be run"
        ran=0 bad=1
    fi 2>/dev/null
    for ((i = 0; i < 30; i++)); do # a dying container may need a moment
        left=$(comm -13 "$scratch/cgroups" <(list_dead_cgroups))
        [[ -n $left ]] || break
        sleep 0.1
    done
    [[ -z $left ]] || {
        echo "$1: cgroups are left behind:"
        printf '    %s\n' "$left"
        bad=$((bad + 1))
    }
    echo "$1: $ran commands, $bad failed"
    commands=$((commands + ran)) failures=$((failures + bad))
    rm -rf "$scratch"
}

# ---- the self-test -------------------------------------------------------

# Runs the chapter on standard input, which must fail (or pass), and print
# PATTERN.
try() { # TITLE fails|passes PATTERN
    local chapter=$scratch/chapter.md output outcome=passes

    sed "s|@pid|$scratch/pid|g" >"$chapter"
    output=$(CHAPTERS_TIMEOUT=2 "$self" "$chapter" 2>&1) || outcome=fails
    # shellcheck disable=SC2053 # a pattern
    if [[ $outcome == "$2" && $output == $3 ]]; then
        echo "ok: $1 $outcome"
    else
        echo "NOT OK: $1 $outcome; expected: $2 and $3"
        printf '    %s\n' "$output"
        failures=$((failures + 1))
    fi
}

self_test() {
    local scratch failures=0 folder

    scratch=$(mktemp -d) || exit 1
    # shellcheck disable=SC2064 # now
    trap "rm -rf '$scratch'" EXIT
    try "a right chapter" passes '*chapters: 17 commands, 0 failed' <<-'END'
		```console
		$ echo one; echo two >&2
		one
		two
		$ seq 1 9
		1
		…
		9
		$ printf 'pid 12\n\nno newline'
		pid …

		no…
		$ sh -c 'exit 7'
		$ echo $?
		7
		$ echo a \
		> b
		a b
		$ sudo bash
		container# echo "in $((1 + 1))"
		in 2
		host$ echo "$0 beside"
		bash beside
		container# nosuchcommand
		bash: …command not found
		container# echo $?
		127
		container# exit
		$ sudo bash -c 'echo $$ >"$0"; exec bash' '@pid'
		host$ kill -KILL "$(cat '@pid')"
		$ echo $?
		bash: …Killed …
		137
		$ sleep 1000 &
		$ kill -INT $! && wait $!; echo $?
		…
		130
		```
		```sh
		$ not run
		```
	END
    try "a wrong line" fails '*chapter.md:2: other output than*    one*' <<-'END'
		```console
		$ echo one
		two
		```
	END
    try "a missing line" fails '*other output*' <<-'END'
		```console
		$ echo one; echo two
		one
		```
	END
    try "a line too many" fails '*other output*' <<-'END'
		```console
		$ echo one
		one
		two
		```
	END
    try "a missing command" fails '*:2: a command was not found*' <<-'END'
		```console
		$ nosuchcommand
		…
		```
	END
    try "a failure behind …" fails '*:2: failed, and no output*' <<-'END'
		```console
		$ echo oops; false
		…
		```
	END
    try "a hang" fails '*:2: no end after 2 *the 1 commands after*2 failed' \
        <<-'END'
		```console
		$ sleep 1000
		$ echo not reached
		not reached
		```
	END
    try "a shell that ended" fails '*:2: the shell of terminal 1 has*' <<-'END'
		```console
		$ exit
		```
	END
    try "a container without start" fails '*:2: no shell of a cont*' <<-'END'
		```console
		container# echo one
		one
		```
	END
    try "a container not left" fails '*: ends inside a container*' <<-'END'
		```console
		$ sudo bash
		```
	END
    try "a mount left behind" fails '*: mounts are left*/mnt tmpfs left*' \
        <<-'END'
		```console
		$ mount -t tmpfs left /mnt
		```
	END
    folder=$(awk '$3 ~ /^cgroup2?$/ { print $2; exit }' /proc/mounts)
    folder=$folder/toy-docker/stage-left-$$
    try "a cgroup left behind" fails "*: cgroups are left*$folder*" <<-END
		\`\`\`console
		\$ mkdir -p $folder
		\`\`\`
	END
    rmdir "$folder"
    try "output before a command" fails '*:2: output without a command*' \
        <<-'END'
		```console
		one
		```
	END
    try "an open block" fails '*: a block without end*' <<-'END'
		```console
		$ true
	END
    [[ $failures == 0 ]]
}

# ---- main ----------------------------------------------------------------

commands=0 failures=0
if [[ ${1-} == --inside ]]; then
    run_inside "$2" "$3"
    exit 0
fi
[[ $(id -u) == 0 ]] || { echo "$program: this needs root: sudo"; exit 1; }
if [[ ${1-} == --self-test ]]; then
    self_test
    exit
fi
cd "$top" || exit 1
if (($# == 0)); then
    for file in */README.md README.md docs/runtime.md; do
        [[ ! -f $file ]] || set -- "$@" "$file"
    done
fi
for file in "$@"; do
    [[ -r $file ]] || { echo "$program: $file: cannot be read"; exit 1; }
    run_chapter "$file"
done
echo "chapters: $commands commands, $failures failed"
[[ $failures == 0 && $# -gt 0 ]]
