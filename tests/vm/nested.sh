#!/usr/bin/env bash
# Are the stages of use in a container of somebody else's? Such a one (docker
# run --privileged, a Codespace) sees as the root of cgroup v2 what is none: it
# has processes in it, and therefore cannot hand controllers down. The stages
# must say so, and what they tell the user to do must mend it; and so must what
# .devcontainer/ does in a Codespace.
#
#   nested.sh STAGE...      as root, where cgroup v2 is all there is
#
# Prints a line for each failure, and "N passed, N failed" for each stage.

set -u
stage=''
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
        printf 'nested: %s: %s: expected %s, but: %s\n' "$stage" "$1" "$2" \
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
    judge "the cause" "$1: cgroup*/sys/fs/cgroup* (EBUSY) | hint: * \[125\]" \
        "$(run "$top/$1" true)"
    judge "cgroups left behind when it refuses" 0 "$(count_leftovers)"
    # stage 8 needs one for its device filter, limits or not
    if [ "$1" != stage-8 ]; then
        judge "without limits it needs none" 'fine \[0\]' \
            "$(run "$top/$1" --memory max --cpus max --pids max echo fine)"
    fi
}

# What the hint says, word for word: behind "as root:" or in a line of its own.
follow_hint() {
    local commands

    commands=$("$top/$1" true 2>&1 </dev/null |
        sed -n -e 's/^hint: .*as root: //p' -e 's/^  *\(mkdir .*\)/\1/p')
    judge "the hint's commands" '*cgroup.procs*' "$commands"
    bash -c "$commands"
    judge "processes in the root after them" '' \
        "$(cat /sys/fs/cgroup/cgroup.procs)"
}

# What a Codespace runs at its start.
follow_devcontainer() {
    judge ".devcontainer/cgroups.sh" ' \[0\]' \
        "$(run sh .devcontainer/cgroups.sh)"
}

check_use() {
    judge "it works then" 'fine \[0\]' "$(run "$top/$1" echo fine)"
    judge "it limits memory then" '*over its memory limit of 32M* \[137\]' \
        "$(run "$top/$1" --memory 32M -- sh -c 'tail /dev/zero')"
    judge "it limits processes then" '*fork*\[*' \
        "$(run "$top/$1" --pids 4 -- sh -c 'sleep 1 & sleep 1 & sleep 1 &
            sleep 1 & sleep 1 & wait')"
    judge "cgroups left behind" 0 "$(count_leftovers)"
}

# inside STAGE WAY: with the way to mend it, hint or devcontainer.
inside() {
    stage=$1
    umount -l /sys/fs/cgroup
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    judge "the outer container is the root of its view" '0::/' \
        "$(cat /proc/self/cgroup)"
    check_refusal "$stage"
    case $2 in
    hint) follow_hint "$stage" ;;
    devcontainer) follow_devcontainer ;;
    esac
    check_use "$stage"
    echo "nested: $stage, by $2: $passed passed, $failed failed"
    [ "$failed" = 0 ]
}

# Starts this script again, in a container made for it.
outside() {
    local outer=/sys/fs/cgroup/outer-$1-$2

    mkdir "$outer" || return 1
    (
        echo 0 >"$outer/cgroup.procs" || exit 1
        exec unshare --cgroup --mount --propagation private \
            "$0" --inside "$@"
    )
}

cd "$top" || exit 1
if [ "$1" = --inside ]; then
    inside "$2" "$3"
    exit
fi
status=0
for stage; do
    outside "$stage" hint || status=1
done
outside "$stage" devcontainer || status=1
exit "$status"
