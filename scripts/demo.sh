#!/usr/bin/env bash
# make demo: runs a container with limits and shows, from both sides, what is
# isolated and what the limits do. Every value is read while it runs.
#
#   demo.sh [STAGE]        ./stage-8, or another from 7 on

set -euo pipefail
export LC_ALL=C

stage=${1-./stage-8}
scratch=$(mktemp -d)
stage_pid='' # the runtime's process
init_pid=''  # the container's process 1, by the host's numbers

say() {
    printf '%s\n' "$*"
}

stop_container() {
    [ -n "$stage_pid" ] || return 0
    [ -z "$init_pid" ] || kill -KILL "$init_pid" 2>/dev/null || true
    kill -TERM "$stage_pid" 2>/dev/null || true
    wait "$stage_pid" 2>/dev/null || true
    stage_pid=''
    init_pid=''
}

finish() {
    stop_container
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

fail() {
    printf 'demo: %s\n' "$*" >&2
    cat "$scratch/errors" >&2 2>/dev/null || true
    exit 1
}

# The process below $1 that is number 1 in its PID namespace.
find_init() {
    local pid inner

    for pid in $(pgrep -P "$1" || true); do
        inner=$(sed -n 's/^NSpid:.*\t//p' "/proc/$pid/status" || true)
        if [ "$inner" = 1 ]; then
            init_pid=$pid
            return 0
        fi
        find_init "$pid" && return 0
    done
    return 1
} 2>/dev/null

# Starts a container in the background: flags, "--", a script for its shell.
# Returns when the script has written "ready" to its standard output.
start_container() {
    local tries=100

    : >"$scratch/output"
    "$stage" "${@:1:$#-1}" sh -c "${*: -1}" </dev/null >"$scratch/output" \
        2>"$scratch/errors" &
    stage_pid=$!
    until grep -q '^ready$' "$scratch/output" && find_init "$stage_pid"; do
        tries=$((tries - 1))
        if [ $tries = 0 ] || [ ! -e "/proc/$stage_pid" ]; then
            fail "the container did not start"
        fi
        sleep 0.1
    done
}

# Prints the cgroup folder of the container for controller $1: that of cgroup
# v1 if the machine has the controller there, else that of v2.
cgroup_folder() {
    local names path line fields version=v2

    while IFS=: read -r _ names path; do
        [[ ,$names, == *,$1,* ]] && version=v1 && break
    done <"/proc/$init_pid/cgroup"
    if [ $version = v2 ]; then
        path=$(sed -n 's/^0:://p' "/proc/$init_pid/cgroup")
    fi
    while read -r line; do
        read -r -a fields <<<"$line"
        case "$version ${line##* - }" in
        v2\ cgroup2\ *) ;;
        v1\ cgroup\ *[\ ,]"$1" | v1\ cgroup\ *[\ ,]"$1",*) ;;
        *) continue ;;
        esac
        # what is mounted may itself start below the top
        say "${fields[4]}${path#"${fields[3]%/}"}"
        return
    done </proc/self/mountinfo
}

# "FILE = VALUE" of the first of the cgroup files $2... of controller $1.
limit_in_force() {
    local folder file

    folder=$(cgroup_folder "$1")
    for file in "${@:2}"; do
        if [ -r "$folder/$file" ]; then
            say "$file = $(tr '\n' ' ' <"$folder/$file")"
            return
        fi
    done
    fail "no limit of $1 in $folder"
}

# The CPU time of the container's process 1 so far, in clock ticks.
cpu_time() {
    local fields

    # from the third on: the second, the name, may hold spaces
    read -r -a fields <<<"$(sed 's/.*) //' "/proc/$init_pid/stat")"
    say $((fields[11] + fields[12]))
}

# Run on both sides, in the same words.
# shellcheck disable=SC2016
facts='
fact() { printf "%s|%s\n" "$1" "$2"; }
fact "hostname" "$(uname -n)"
fact "the shell is process" "$$"
fact "processes in sight" "$(ls /proc | grep -c "^[0-9]")"
fact "system in /etc" "$(. /etc/os-release; echo "$PRETTY_NAME")"
fact "mounts" "$(grep -c . /proc/self/mounts)"
fact "network interfaces" "$(ls /sys/class/net | tr "\n" " ")"
fact "entries in /dev" "$(ls /dev | grep -c .)"
fact "capabilities" "$(sed -n "s/CapEff:.//p" /proc/self/status)"
for kind in uts ipc pid mnt net cgroup; do
    fact "namespace" "$(readlink /proc/self/ns/$kind)"
done'

show_isolation() {
    local name host container

    say "What it sees, beside what the host sees:"
    say
    printf '  %-22s %-32s %s\n' '' 'on the host' 'in the container'
    sh -c "$facts" >"$scratch/host"
    sed '/^ready$/d' "$scratch/output" >"$scratch/container"
    while IFS='|' read -r name host _ container; do
        printf '  %-22s %-32.32s %.40s\n' "$name" "$host" "$container"
    done < <(paste -d '|' "$scratch/host" "$scratch/container")
    say
}

show_limits() {
    say "Its limits, as the host's kernel has them:"
    say
    say "  --memory 64M   $(limit_in_force memory memory.max \
        memory.limit_in_bytes)"
    say "  --cpus 0.2     $(limit_in_force cpu cpu.max cpu.cfs_quota_us)"
    say "  --pids 32      $(limit_in_force pids pids.max)"
    say
}

measure_cpu() {
    local before start ticks time

    start_container --cpus 0.2 -- 'echo ready; while :; do :; done'
    before=$(cpu_time) start=${EPOCHREALTIME/./}
    sleep 3
    ticks=$(($(cpu_time) - before)) time=$((${EPOCHREALTIME/./} - start))
    say "  an endless loop with --cpus 0.2 had" \
        "$((ticks * 100000000 / $(getconf CLK_TCK) / time)) % of a CPU in 3 s"
    stop_container
}

count_forks() {
    local count

    start_container --pids 32 -- 'echo ready
        (while :; do sleep 60 & done) 2>/dev/null; exec sleep 60'
    sleep 1
    count=$(cat "$(cgroup_folder pids)/pids.current")
    say "  a fork bomb with --pids 32 stopped at $count processes"
    stop_container
}

eat_memory() {
    local status=0

    "$stage" --memory 64M -- tail /dev/zero </dev/null >/dev/null \
        2>"$scratch/errors" || status=$?
    say "  a memory hog with --memory 64M ended with status $status and said"
    sed 's/^/      /' "$scratch/errors"
    [ $status = 137 ] || fail "expected status 137"
}

[ "$(id -u)" = 0 ] || fail "needs root"
[ -x "$stage" ] || fail "$stage is not there: make ${stage##*/}"

say "sudo $stage --memory 64M --cpus 0.2 --pids 32 -- sh"
say
start_container --memory 64M --cpus 0.2 --pids 32 -- \
    "$facts"'; echo ready; exec sleep 60'
show_isolation
show_limits
stop_container

say "What the limits do:"
say
measure_cpu
count_forks
eat_memory
say
say "Now yourself: sudo $stage"
