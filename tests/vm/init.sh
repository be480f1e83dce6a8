#!/bin/busybox sh
# shellcheck shell=dash source=/dev/null
# The virtual machine's first process, from the initramfs: makes its root from
# the host's, shared read-only by 9p, with a tmpfs over it that takes what is
# written. The host is in /host, what run.sh says in /vm.

/bin/busybox --install -s /bin
export PATH=/bin
. /vm/settings

fail() {
    echo "vm: $*" >/dev/console
    poweroff -f
}

# Moves what the first part mounted into the new root, and lays a tmpfs over
# the folders that are not to show the host's.
furnish() {
    for name in proc sys dev; do
        mount --move /$name /new/$name || fail "move /$name"
    done
    mount -t tmpfs -o mode=755 run /new/run || fail "mount /run"
    mount -t tmpfs -o mode=1777 tmp /new/tmp || fail "mount /tmp"
    mkdir -p /new/run/lock /new/run/vm/bin /new/dev/pts /new/dev/shm \
        /new/dev/mqueue "/new$TOP"
    mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /new/dev/pts
    mount -t tmpfs -o mode=1777 shm /new/dev/shm
    mount -t mqueue mqueue /new/dev/mqueue
    ln -s /proc/self/fd /new/dev/fd
    ln -s fd/0 /new/dev/stdin
    ln -s fd/1 /new/dev/stdout
    ln -s fd/2 /new/dev/stderr
}

mkdir -p /proc /sys /dev /host /written /project /new
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in $MODULES; do
    modprobe "$module" || fail "modprobe $module"
done
mount -t 9p -o "ro,trans=virtio,version=9p2000.L,cache=loose,msize=512000" \
    host /host || fail "mount the host's root"
mount -t tmpfs -o mode=755,size=75% written /written || fail "mount a tmpfs"
mkdir /written/upper /written/work
mount -t overlay -o \
    lowerdir=/host,upperdir=/written/upper,workdir=/written/work \
    root /new || fail "mount the new root"

# a project below /tmp or /run must stay to be seen
mount --bind "/new$TOP" /project || fail "find $TOP"
furnish
case $TOP in
/tmp/* | /run/*) mount --move /project "/new$TOP" || fail "move $TOP" ;;
*) umount /project ;;
esac

cp /bin/busybox /vm/* /new/run/vm/
ln -s ../busybox /new/run/vm/bin/modprobe
# not chroot(8): no user namespace can be made in a chroot
exec switch_root /new /run/vm/busybox sh /run/vm/guest.sh
