# shellcheck shell=bash
# What each file of checks here needs; sourced by it. A check is a function
# that fails with its first failing command:
#
#     check "exec" run_exec
#
# It has passed, failed, or been skipped (the client itself cannot do it here,
# whatever the runtime is); a line for each goes to $RESULTS. From the
# environment: RUNTIME (its name), RUNTIME_PATH, IMAGE (a tar archive of a root
# file system), RESULTS, ONLY (a pattern of names), V=1, SLOWNESS.

set -u
export LC_ALL=C

# shellcheck disable=SC2034 # for those who source this
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
client=$(basename "$0" .sh)
folder=/run/clients/$client
slowness=${SLOWNESS:-1}
mkdir -p "$folder"
cd "$folder" || exit 125

# ---- checks ------------------------------------------------------------------

record() { # OUTCOME NAME [REASON]
    printf '%s\t%s: %s\t%s\n' "$1" "$client" "$2" "${3-}" >>"$RESULTS"
    [ "$1" != passed ] || [ -n "${V-}" ] || return 0
    printf '%-8s %s, %s: %s%s\n' "$1" "$RUNTIME" "$client" "$2" "${3:+: $3}"
}

skip() { # REASON: ends the check
    printf '%s\n' "$*" >"$folder/reason"
    exit 77
}

is_selected() { # NAME
    # shellcheck disable=SC2053 # a pattern
    [[ "$client: $1" == ${ONLY:-*} ]]
}

check() { # NAME FUNCTION [ARG...]
    local name=$1 log=$folder/log outcome status reason start=$SECONDS
    shift

    is_selected "$name" || return 0
    # not in a condition: set -e would have no effect
    (
        exec {BASH_XTRACEFD}>&1
        set -eux
        "$@"
    ) >"$log" 2>&1 </dev/null
    status=$?
    clean_up >"$folder/clean_up.log" 2>&1 </dev/null
    reason=''
    case $status in
    0) outcome=passed ;;
    77) outcome=skipped reason=$(cat "$folder/reason") ;;
    *) outcome=failed ;;
    esac
    record "$outcome" "$name" "$reason"
    if [ "$outcome" = failed ]; then
        grep -Evx '\++ (local -|set \+x)' "$log" | tail -n 30 | sed 's/^/    /'
    fi
    [ -z "${V-}" ] || echo "         $((SECONDS - start)) s"
}

# ---- in checks ---------------------------------------------------------------

# What is done inside is not shown.
is() { # ACTUAL EXPECTED
    local -
    set +x
    [ "$1" = "$2" ] || differs "$@"
}

like() { # ACTUAL PATTERN
    local -
    set +x
    # shellcheck disable=SC2053 # a pattern
    [[ $1 == $2 ]] || differs "$@"
}

differs() {
    printf 'expected: %s\nbut it is: %s\n' "$2" "$1" >&2
    return 1
}

# The command's exit status must fit the pattern. Its output goes to $output.
exits() { # STATUS COMMAND...
    local - expected=$1 status=0
    set +x
    shift

    output=$("$@" 2>&1) || status=$?
    printf '%s\n' "$output" >&2
    like "exit status $status" "exit status $expected"
}

within() { # SECONDS COMMAND...: true at last?
    local - end=$((SECONDS + $1 * slowness))
    set +x
    shift

    until "$@" >"$folder/within" 2>&1; do
        if [ $SECONDS -ge $end ]; then
            echo "not true in time: $*" >&2
            cat "$folder/within" >&2
            return 1
        fi
        sleep 0.1
    done
}

# In some containers root has not even got the right to give all rights away.
has_all_capabilities() {
    local effective last

    effective=$((0x$(sed -n 's/^CapEff:[[:blank:]]*//p' /proc/self/status)))
    last=$(cat /proc/sys/kernel/cap_last_cap)
    [ "$effective" = $(((1 << (last + 1)) - 1)) ]
}

# A command that must not take forever.
limited() {
    local -
    set +x
    timeout -k 5 $((60 * slowness)) "$@"
}

# The command with a terminal as its standard streams.
in_terminal() {
    local -
    set +x
    limited script -qefc "$(printf '%q ' "$@")" /dev/null
}

make_token() {
    local -
    set +x
    tr -dc '[:lower:]' </dev/urandom | head -c 12 || true
}

# ---- daemons ------------------------------------------------------------------

daemons=()

start_daemon() { # NAME COMMAND...: its output goes to NAME.log
    local name=$1
    shift

    setsid "$@" >"$folder/$name.log" 2>&1 </dev/null &
    daemons+=($!)
    disown # or the shell tells that one was killed
}

stop_daemon() { # PID [SIGNAL]
    kill -s "${2-TERM}" "$1" 2>/dev/null || return 0
    within 30 is_gone "$1"
}

is_gone() {
    ! kill -0 "$1" 2>/dev/null
}

stop_daemons() {
    local pid

    for pid in ${daemons[@]+"${daemons[@]}"}; do
        stop_daemon "$pid"
    done
    daemons=()
}

# The client cannot be started at all: a failure that stands for all its checks.
give_up() { # DAEMON MESSAGE
    record failed "starts" "$2"
    tail -n 20 "$folder/$1.log" | sed 's/^/    /'
    stop_daemons
    exit 1
}

# Docker's daemon with its state in $folder, and its program's configuration too.
start_dockerd() { # [LINE...]: more of daemon.json, each with a comma
    cat >daemon.json <<-END
	{
	    $*
	    "data-root": "$folder/root",
	    "exec-root": "$folder/run",
	    "pidfile": "$folder/pid",
	    "hosts": ["unix://$folder/socket"],
	    "oom-score-adjust": 0
	}
	END
    export DOCKER_HOST=unix://$folder/socket DOCKER_CONFIG=$folder/config
    start_daemon dockerd dockerd --config-file "$folder/daemon.json"
    within 60 docker version || give_up dockerd "dockerd does not answer"
}

# ---- the runtime ----------------------------------------------------------------

# A pattern of the names that dockerd and kubelet's containerd give.
# shellcheck disable=SC2034 # for them
full_id=$(printf '[0-9a-f]%.0s' {1..64})

# What it still knows below its folder of states, and cgroups whose names match.
nothing_is_left() { # STATES PATTERN
    is "$("$RUNTIME_PATH" --root "$1" list -q)" ''
    is "$(find /sys/fs/cgroup -type d -name "$2")" ''
}
