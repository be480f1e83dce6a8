#!/usr/bin/env bash
# Are the stages of use in a container of somebody else's? Such a one (docker
# run --privileged, a Codespace) sees as the root of cgroup v2 what is none: it
# has processes in it, and therefore cannot hand controllers down. The stages
# must say so, and what they tell the user to do must mend it.
#
#   nested.sh STAGE...      as root, where cgroup v2 is all there is
#
# Prints a line for each failure and "N passed, N failed" at the end.

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
passed=0
failed=0

# judge NAME EXPECTED ACTUAL: EXPECTED is a pattern.
judge() {
    # shellcheck disable=SC2053 # a pattern
    if [[ $3 == $2 ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'nested: %s: expected %s, but: %s\n' "$1" "$2" \
            "${3//$'\n'/ | }"
    fi
}

# The stage's output and at the end its exit status, on one line.
run() {
    local output status=0

    output=$("$@" 2>&1 </dev/null) || status=$?
    printf '%s [%d]' "${output//$'\n'/ | }" "$status"
}

count_leftovers() {
    find /sys/fs/cgroup -mindepth 1 -name '*toy-docker*' | wc -l
}

check_refusal() {
    judge "$1 names the cause" \
        "$1: cgroup /sys/fs/cgroup: * (EBUSY) | hint: *cgroup.procs* \[125\]" \
        "$(run "$top/$1" true)"
    judge "$1 leaves no cgroup behind when it refuses" 0 "$(count_leftovers)"
    judge "$1 without limits needs no cgroup" 'fine \[0\]' \
        "$(run "$top/$1" --memory max --cpus max --pids max echo fine)"
}

# What the hint says, word for word.
follow_hint() {
    local commands

    commands=$("$top/$1" true 2>&1 </dev/null |
        sed -n 's/^hint: .*as root: //p')
    bash -c "$commands"
    judge "the hint's commands leave the root empty" '' \
        "$(cat /sys/fs/cgroup/cgroup.procs)"
}

check_use() {
    judge "$1 works then" 'fine \[0\]' "$(run "$top/$1" echo fine)"
    judge "$1 limits memory then" '*over its memory limit of 32M \[137\]' \
        "$(run "$top/$1" --memory 32M -- sh -c 'tail /dev/zero')"
    judge "$1 limits processes then" '*fork*\[*' \
        "$(run "$top/$1" --pids 4 -- sh -c 'sleep 1 & sleep 1 & sleep 1 &
            sleep 1 & sleep 1 & wait')"
    judge "$1 leaves no cgroup behind" 0 "$(count_leftovers)"
}

inside() {
    local stage

    umount -l /sys/fs/cgroup
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    judge "the outer container is the root of its view" '0::/' \
        "$(cat /proc/self/cgroup)"
    for stage; do
        check_refusal "$stage"
    done
    follow_hint "$1"
    for stage; do
        check_use "$stage"
    done
    echo "nested: $passed passed, $failed failed"
    [ "$failed" = 0 ]
}

if [ "$1" = --inside ]; then
    shift
    cd "$top" || exit 1
    inside "$@"
    exit
fi
mkdir /sys/fs/cgroup/outer || exit 1
echo $$ >/sys/fs/cgroup/outer/cgroup.procs || exit 1
exec unshare --cgroup --mount --propagation private "$0" --inside "$@"
