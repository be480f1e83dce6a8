#!/usr/bin/env bash
# Runs a command in a folder that plays a whole machine.
#
#   enter.sh ROOT USER COMMAND      as root; COMMAND is for a login shell
#
# The command gets mounts, PIDs, IPC, a host name and cgroups of its own. The
# folder becomes its root by pivot_root, not chroot: programs that pivot or
# break out of a chroot must find what they would on a machine. / is shared, as
# systemd makes it. The network and the kernel are this machine's.

set -euo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# ---- cgroups -------------------------------------------------------------

# "TYPE MOUNT_POINT OPTIONS" of the hierarchies that the stages use.
hierarchies() {
    local type point options

    while read -r _ point type options _; do
        case $type:,$options, in
        cgroup2:* | cgroup:*,cpu,* | cgroup:*,memory,* | cgroup:*,pids,* | \
            cgroup:*,devices,*) echo "$type $point $options" ;;
        esac
    done </proc/self/mounts
}

# The machine's top is $name in each; its processes are in host/ below that, as
# cgroup v2 wants none in a group that hands controllers on.
make_cgroups() {
    local type point controller

    while read -r type point _; do
        mkdir -p "$point/$name/host"
        [ "$type" = cgroup2 ] || continue
        for controller in cpu memory pids io; do
            # one that is missing is missed by the check that needs it
            echo "+$controller" | tee "$point/cgroup.subtree_control" \
                "$point/toy-docker/cgroup.subtree_control" || true
        done >/dev/null 2>&1
    done < <(hierarchies)
}

join() { # CGROUP
    local point

    while read -r _ point _; do
        echo $BASHPID >"$point/$1/cgroup.procs"
    done < <(hierarchies)
}

# What has been killed takes a moment to go.
remove_cgroups() {
    local point tries

    while read -r _ point _; do
        for tries in 1 2 3 4 5; do
            find "$point/$name" -depth -type d -exec rmdir {} \; || true
            [ -e "$point/$name" ] || break
            sleep "0.$tries"
        done 2>/dev/null
        rmdir "$point/toy-docker" 2>/dev/null || true
    done < <(hierarchies)
}

# ---- mounts --------------------------------------------------------------

# Of lines as hierarchies prints them.
mount_cgroups() {
    local type point options

    while read -r type point options; do
        umount -l ".$point"
        mount -t "$type" -o "$options" "$type" ".$point"
    done <<<"$1"
}

prepare_mounts() {
    local cgroups

    cgroups=$(hierarchies)
    mount --bind "$1" "$1"
    cd "$1"
    mount --rbind /sys sys
    [ -z "$cgroups" ] || mount_cgroups "$cgroups"
    mount -t proc -o nosuid,nodev,noexec proc proc
    mount -t devtmpfs -o nosuid devtmpfs dev
    mount -t devpts -o nosuid,noexec,mode=620,ptmxmode=666,gid=5 devpts dev/pts
    mount -t tmpfs -o nosuid,nodev tmpfs dev/shm
    mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs run
    pivot_root . mnt
    cd /
    umount -l /mnt
    mount --make-rshared /
}

# ---- main ----------------------------------------------------------------

case $1 in
--leave-cgroups) # in a cgroup namespace of its own
    join "$2/host"
    exec unshare --mount --uts --ipc --pid --fork --kill-child \
        --propagation private -- "$0" --inside "${@:3}"
    ;;
--inside)
    prepare_mounts "$2"
    cat /etc/hostname >/proc/sys/kernel/hostname
    exec env -i TERM="${TERM-dumb}" /sbin/runuser -l "$3" -c "$4"
    ;;
esac
name=toy-docker/fresh-$$
trap remove_cgroups EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
make_cgroups
(
    join "$name"
    exec setpriv --pdeathsig KILL unshare --cgroup -- \
        "$0" --leave-cgroups "$name" "$@"
)
