#!/usr/bin/env bash
# Runs a command in a folder that plays a whole machine.
#
#   enter.sh ROOT USER COMMAND      as root; COMMAND is for a login shell
#
# The command gets mounts, PIDs, IPC and a host name of its own. The folder
# becomes its root by pivot_root, not chroot: programs that pivot or break out
# of a chroot must find what they would on a machine. / is shared, as systemd
# makes it. The network, the kernel and the cgroups are this machine's.

set -euo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

prepare_mounts() {
    mount --bind "$1" "$1"
    cd "$1"
    mount -t proc -o nosuid,nodev,noexec proc proc
    mount --rbind /sys sys
    mount -t devtmpfs -o nosuid devtmpfs dev
    mount -t devpts -o nosuid,noexec,mode=620,ptmxmode=666,gid=5 devpts dev/pts
    mount -t tmpfs -o nosuid,nodev tmpfs dev/shm
    mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs run
    pivot_root . mnt
    cd /
    umount -l /mnt
    mount --make-rshared /
}

if [ "$1" != --inside ]; then
    exec unshare --mount --uts --ipc --pid --fork --kill-child \
        --propagation private -- "$0" --inside "$@"
fi
prepare_mounts "$2"
cat /etc/hostname >/proc/sys/kernel/hostname
exec env -i TERM="${TERM-dumb}" /sbin/runuser -l "$3" -c "$4"
