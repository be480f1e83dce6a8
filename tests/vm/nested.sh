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
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/vm/judge.sh
. "$top/tests/vm/judge.sh"

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

# What the hint says, word for word: behind "in that folder:" or in a line of its own.
follow_hint() {
    local commands

    commands=$("$top/$1" true 2>&1 </dev/null |
        sed -n -e "s/^hint: .*in that folder: //p" -e "s/^  *\(mkdir .*\)/\1/p")
    judge "the hint's commands" '*cgroup.procs*' "$commands"
    (cd /sys/fs/cgroup && bash -c "$commands")
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
    about="nested: $1"
    umount -l /sys/fs/cgroup
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    judge "the outer container is the root of its view" '0::/' \
        "$(cat /proc/self/cgroup)"
    check_refusal "$1"
    case $2 in
    hint) follow_hint "$1" ;;
    devcontainer) follow_devcontainer ;;
    esac
    check_use "$1"
    echo "nested: $1, by $2: $passed passed, $failed failed"
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
