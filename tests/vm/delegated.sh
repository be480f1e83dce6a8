#!/usr/bin/env bash
# What works without root, for a user who has a sub-tree of cgroup v2, as
# systemd gives one to each session? Stage 1; and with a user namespace around
# them, in which the user is root, stages 2 to 5. The others must say why not,
# and leave nothing.
#
#   delegated.sh      as root, where cgroup v2 is all there is
#
# Prints a line for each failure, and "N passed, N failed" at the end.

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
slice=/sys/fs/cgroup/user-1234.slice
# shellcheck source=tests/vm/judge.sh
. "$top/tests/vm/judge.sh"

# As systemd delegates: the folder and the files that move processes and hand
# controllers down are the user's, the limits in it are not.
delegate() {
    mkdir -p "$slice/session.scope"
    echo '+cpu +memory +pids' >/sys/fs/cgroup/cgroup.subtree_control
    echo '+cpu +memory +pids' >"$slice/cgroup.subtree_control"
    chown 1234:1234 "$slice/session.scope" \
        "$slice"/session.scope/cgroup.{procs,subtree_control,threads}
    echo 0 >"$slice/session.scope/cgroup.procs"
}

inside() {
    local stage mended

    cd "$top" || exit 1
    judge "stage 1" 'fine \[0\]' "$(run ./stage-1 echo fine)"
    for stage in 2 3 4 5 6 7 8; do
        judge "stage $stage without root" '*hint: *sudo* \[125\]' \
            "$(run "./stage-$stage" echo fine)"
    done
    for stage in 2 3 4 5; do
        judge "stage $stage as root of a user namespace" 'fine \[0\]' \
            "$(run unshare --user --map-root-user "./stage-$stage" echo fine)"
    done
    for stage in 6 7 8; do
        judge "stage $stage as root of a user namespace" \
            '* \(E*\) \| hint: * \[125\]' \
            "$(run unshare --user --map-root-user "./stage-$stage" echo fine)"
    done

    # with the sub-tree as all that is seen of cgroups, stage 7 can make its
    # limits; what it lacks then is a right to mount
    # shellcheck disable=SC2016 # it is for the inner shell
    mended='mount -t tmpfs tmpfs /sys/fs && mkdir /sys/fs/cgroup &&
        mount -t cgroup2 cgroup2 /sys/fs/cgroup && cd /sys/fs/cgroup &&
        mkdir init && echo 0 >init/cgroup.procs &&
        for pid in $(cat cgroup.procs); do echo "$pid" >init/cgroup.procs; done
        cd "$0" && ./stage-7 echo fine
        echo "$?, left: $(find /sys/fs/cgroup -name "*toy*")"'
    judge "stage 7 in the sub-tree" \
        '*mount * on * \(EPERM\) \| hint: * \| 125, left:  \[0\]' \
        "$(run unshare --user --map-root-user --cgroup --mount \
            bash -c "$mended" "$top")"
    echo "delegated: $passed passed, $failed failed"
    [ "$failed" = 0 ]
}

if [ "${1-}" = --inside ]; then
    inside
    exit
fi
delegate || exit 1
exec setpriv --reuid 1234 --regid 1234 --clear-groups "$0" --inside
