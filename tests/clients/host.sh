#!/usr/bin/env bash
# Runs a command as root on a stand-in host of its own, in which daemons may do
# as they like: namespaces for mounts, processes, network, host name, IPC and
# cgroups; an empty /run, an empty HOME, and cgroups below toy-docker/check-PID,
# which are the top of all it sees. Where cgroups are mixed (limits in v1, but
# v2 mounted too) it has v1 alone: crun refuses the mixture. When the command
# ends, whatever it has started is killed, and nothing is left behind.
#
#   host.sh COMMAND [ARG...]

set -euo pipefail
export LC_ALL=C

fail() {
    printf 'host.sh: %s\n' "$*" >&2
    exit 125
}

# "TYPE MOUNTPOINT OPTIONS" for each hierarchy that the stand-in gets.
list_hierarchies() {
    local limits

    limits=$(awk '$3 == "cgroup" && $4 ~ /(^|,)memory(,|$)/' /proc/mounts)
    awk -v types="${limits:+cgroup}" '
        $3 == "cgroup" || ($3 == "cgroup2" && types == "") {
            count = split($4, words, ",")
            options = ""
            for (i = 1; i <= count; i++)
                if (words[i] !~ /^(rw|ro|nosuid|nodev|noexec|relatime|xattr|seclabel|nsdelegate|memory_recursiveprot|favordynmods|release_agent=.*)$/)
                    options = options (options == "" ? "" : ",") words[i]
            print $3, $2, options == "" ? "-" : options
        }' /proc/mounts
}

# ---- cgroups, outside --------------------------------------------------------

# A v1 cpuset takes no process before it has CPUs and memory.
fill_cpuset() {
    local file

    for file in cpuset.cpus cpuset.mems; do
        if [ -e "$1/$file" ] && [ -z "$(cat "$1/$file")" ]; then
            cat "${1%/*}/$file" >"$1/$file"
        fi
    done
}

hand_down() {
    local controllers controller

    read -r -a controllers <"$1/cgroup.controllers"
    for controller in "${controllers[@]}"; do
        # one that cannot be had is missed by whoever needs it
        echo "+$controller" >"$1/cgroup.subtree_control" || true
    done 2>/dev/null
}

make_cgroups() {
    local type top folder fd

    while read -r type top _; do
        folder=$top/toy-docker
        mkdir -p "$folder/$group"
        if [ "$type" = cgroup2 ]; then
            hand_down "$top"
            hand_down "$folder"
        else
            fill_cpuset "$folder"
            fill_cpuset "$folder/$group"
        fi
        # locked: in use, say the programs that sweep
        exec {fd}<"$folder/$group"
        flock -s "$fd"
        locks+=("$fd")
    done <<<"$hierarchies"
}

# shellcheck disable=SC2317 # by trap
remove_cgroups() {
    local top try

    while read -r _ top _; do
        for try in {1..50}; do
            find "$top/toy-docker/$group" -depth -type d -exec rmdir {} + \
                2>/dev/null || true
            [ -d "$top/toy-docker/$group" ] || break
            sleep 0.1
        done
        [ "$try" -lt 50 ] || echo "host.sh: left: $top/toy-docker/$group" >&2
        rmdir "$top/toy-docker" 2>/dev/null || true # others may use it
    done <<<"$hierarchies"
}

enter_cgroups() {
    local top fd

    for fd in "${locks[@]}"; do
        exec {fd}<&-
    done
    while read -r _ top _; do
        echo "$BASHPID" >"$top/toy-docker/$group/cgroup.procs"
    done <<<"$hierarchies"
}

# The namespace has its top here by now. In v2 no process may be where
# controllers are handed down from.
leave_v2_top() {
    local type top host

    while read -r type top _; do
        host=$top/toy-docker/$group/host
        if [ "$type" = cgroup2 ]; then
            mkdir "$host"
            echo "$$" >"$host/cgroup.procs"
        fi
    done <<<"$hierarchies"
}

# With it the kernel kills process 1 of the stand-in, and so all others.
# shellcheck disable=SC2317 # by trap
kill_child() {
    [ -n "$child" ] || return 0
    kill -KILL "$child"
    wait "$child" 2>/dev/null || true
}

# ---- inside -----------------------------------------------------------------

mount_cgroups() {
    local type top options

    if [[ $hierarchies == 'cgroup '* ]]; then
        mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
    fi
    while read -r type top options; do
        if [ "$type" = cgroup2 ]; then
            mount -t cgroup2 cgroup2 "$top"
            hand_down "$top"
            continue
        fi
        mkdir -p "$top"
        mount -t cgroup -o "$options" cgroup "$top"
        case $options in
        cpu,cpuacct | net_cls,net_prio)
            ln -sfn "${top##*/}" "${top%/*}/${options%,*}"
            ln -sfn "${top##*/}" "${top%/*}/${options#*,}"
            ;;
        esac
    done <<<"$hierarchies"
}

become_host() {
    local folder

    mount --make-rshared / # as systemd has it
    # another, of this network; nothing may hide below it: podman looks there
    umount -R -l /sys
    mount -t sysfs sysfs /sys
    mount_cgroups
    mount -t tmpfs -o mode=755 run /run
    # the machine's own containers are none of ours
    [ ! -d /var/lib/toy-docker ] ||
        mount -t tmpfs -o mode=700 containers /var/lib/toy-docker
    for folder in /var/lib/containers /var/lib/docker /var/lib/containerd \
        /var/lib/cni; do
        [ ! -d "$folder" ] || mount -t tmpfs none "$folder"
    done
    mkdir -p /run/lock /run/clients/home /run/clients/tmp /run/clients/proc
    # dockerd would raise the machine's limits for keys. The other proc is for
    # user namespaces: they may mount one only where one is seen whole.
    mount -t proc proc /run/clients/proc
    mount --bind /proc/sys/kernel/keys /proc/sys/kernel/keys
    mount -o remount,bind,ro /proc/sys/kernel/keys
    ip link set lo up
    hostname "host-$RANDOM"
}

if [ "${1-}" = --in-cgroups ]; then
    shift
    leave_v2_top
    exec unshare --mount --pid --net --uts --ipc --fork --kill-child \
        --mount-proc -- "$0" --inside "$@"
fi
if [ "${1-}" = --inside ]; then
    shift
    become_host || fail "no stand-in host"
    export HOME=/run/clients/home TMPDIR=/run/clients/tmp
    status=0
    "$@" || status=$?
    exit "$status"
fi

[ $# -gt 0 ] || fail "usage: host.sh COMMAND [ARG...]"
[ "$(id -u)" = 0 ] || fail "needs root"
export hierarchies group=check-$$
hierarchies=$(list_hierarchies)
[ -n "$hierarchies" ] || fail "no cgroups are mounted"
locks=()
child=''
trap remove_cgroups EXIT
trap 'kill_child; exit 130' INT
trap 'kill_child; exit 143' TERM HUP
make_cgroups
status=0
(
    enter_cgroups
    exec unshare --cgroup -- "$0" --in-cgroups "$@"
) &
child=$!
wait "$child" || status=$?
exit "$status"
