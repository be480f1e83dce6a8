#!/usr/bin/env bash
# Runs a command as root in a small virtual machine with another kernel and
# another layout of cgroups than this one. Its / is this machine's, read-only;
# what is written there is forgotten. It needs no root and no network.
#
#   tests/vm/run.sh v2 COMMAND...       Linux 6.1, cgroup v2 as systemd has it
#   tests/vm/run.sh v1 COMMAND...       Linux 6.1, cgroup v1
#   tests/vm/run.sh newest COMMAND...   the newest kernel in apt, cgroup v2
#   tests/vm/run.sh oldest COMMAND...   Linux 5.10 of Debian 11, cgroup v2
#
# The output is COMMAND's (stderr too), and the exit status; 124 if it took
# too long, 125 if the machine failed, 3 if apt has no such kernel.
#
#   VM_SECONDS=N    for COMMAND [600]      VM_MEMORY=MiB   [1024]
#   VM_ACCEL=kvm    or tcg [kvm if that works]
#   VM_VARIABLES='A B'  more variables that COMMAND gets
#   VM_KEEP=1       keep the folder with the console's log, and say where

set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
memory=${VM_MEMORY:-1024}
seconds=${VM_SECONDS:-600}
# of the host's root by 9p, and a tmpfs over it
modules='virtio_pci 9pnet_virtio 9p overlay'

fail() {
    printf 'vm: %s\n' "$*" >&2
    exit 125
}

# ---- the initramfs ----------------------------------------------------------

# Copies the module $1 and those it needs, with their lines of modules.dep.
copy_module() {
    local from=$kernel/lib/modules/$release
    local to=$work/initramfs/lib/modules/$release file

    for file in $(grep -E "^[^:]*/$1\.ko[.a-z]*:" "$from/modules.dep" |
        tr -d :); do
        [ ! -e "$to/$file" ] || continue
        mkdir -p "$to/${file%/*}"
        cp "$from/$file" "$to/$file"
        grep "^$file:" "$from/modules.dep" >>"$to/modules.dep"
    done
}

write_settings() {
    printf '%s=%q\n' TOP "$top" LAYOUT "$layout" KERNEL "$kernel" \
        RELEASE "$release" MODULES "$modules" SECONDS_ALLOWED "$seconds"
}

# The command as bash will read it, with the caller's folder and PATH.
write_command() {
    local name

    printf 'export PATH=%q HOME=/root TERM=dumb VM=%q\n' "$PATH" "$machine"
    for name in ${VM_VARIABLES-}; do
        printf 'export %s=%q\n' "$name" "${!name-}"
    done
    printf 'cd %q || exit 125\nexec' "$PWD"
    printf ' %q' "$@"
    printf '\n'
}

make_initramfs() {
    local root=$work/initramfs module

    mkdir -p "$root"/{bin,vm} "$root/lib/modules/$release"
    cp "$(type -P busybox)" "$root/bin/busybox"
    cp "$here/init.sh" "$root/init"
    cp "$here/guest.sh" "$root/vm/"
    write_settings >"$root/vm/settings"
    write_command "$@" >"$root/vm/command"
    cp "$kernel/lib/modules/$release/modules.builtin" \
        "$root/lib/modules/$release/"
    for module in $modules; do
        copy_module "$module"
    done
    (cd "$root" && find . | busybox cpio -o -H newc) >"$work/initrd" \
        2>/dev/null
}

# ---- the machine --------------------------------------------------------------

# /dev/kvm can be there and not work, in a virtual machine for example.
choose_accelerator() {
    if [ -w /dev/kvm ] &&
        { [ -d /sys/module/kvm_intel ] || [ -d /sys/module/kvm_amd ]; } &&
        timeout 20 qemu-system-x86_64 -accel kvm -cpu host -M q35 -m 128 \
            -nodefaults -display none -no-reboot -kernel "$image" \
            -append 'panic=-1' </dev/null >/dev/null 2>&1; then
        echo kvm # it came as far as to miss a root
    else
        echo tcg
    fi
}

# norandmaps: under emulation a program starts four times faster. qemu64: and a
# sixth faster on a processor that has nothing new. rcu_expedited: namespaces
# and cgroups end without a wait.
boot() {
    local options='console=ttyS0 quiet panic=-1 oops=panic norandmaps'
    local processor=qemu64

    options="$options rcupdate.rcu_expedited=1"

    # a busy host may deliver too few timer interrupts for the kernel's test
    options="$options mitigations=off tsc=nowatchdog random.trust_cpu=on"
    options="$options no_timer_check"
    if [ "$layout" = v2 ]; then
        options="$options cgroup_no_v1=all"
    fi
    if [ "$accelerator" = kvm ]; then
        processor=host
    fi
    : >"$work/console"
    : >"$work/output"
    : >"$work/status"
    timeout -k 5 $((seconds + 60)) qemu-system-x86_64 \
        -accel "$accelerator" -cpu "$processor" -M q35 -m "$memory" \
        -nodefaults -no-user-config -display none -no-reboot \
        -kernel "$image" -initrd "$work/initrd" -append "$options" \
        -serial "file:$work/console" -serial "file:$work/output" \
        -serial "file:$work/status" \
        -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
        -device virtio-9p-pci,fsdev=root,mount_tag=host \
        </dev/null >"$work/qemu" 2>&1 &
    qemu=$!
}

# shellcheck disable=SC2317 # by trap
clean_up() {
    trap '' INT TERM HUP
    if [ -n "$qemu" ]; then
        kill "$qemu" 2>/dev/null || true
        wait "$qemu" || true
    fi
    if [ -n "${VM_KEEP-}" ]; then
        printf 'vm: kept %s\n' "$work" >&2
    else
        rm -rf "$work"
    fi
}

report_failure() {
    {
        printf 'vm: no exit status from the machine; its console said:\n'
        tail -n 15 "$work/console" "$work/qemu"
    } >&2
}

# ---- main ---------------------------------------------------------------------

machine=${1-}
case $machine in
v1) layout=v1 version=6.1 ;;
v2) layout=v2 version=6.1 ;;
newest) layout=v2 version=newest ;;
oldest) layout=v2 version=5.10 ;;
*) fail "usage: run.sh v1|v2|newest|oldest COMMAND..." ;;
esac
shift
[ $# -gt 0 ] || fail "no command"
for program in qemu-system-x86_64 busybox; do
    type -P "$program" >/dev/null ||
        fail "$program is missing; 'sudo make deps GROUP=vm' brings it"
done
applets=$(busybox --list | tr '\n' ' ')
for applet in switch_root depmod cpio; do
    case " $applets " in
    *" $applet "*) ;;
    *) fail "this busybox has no $applet: install busybox-static" ;;
    esac
done

answer=$("$here/kernel.sh" "$version") || {
    status=$?
    [ "$status" = 3 ] && exit 3
    fail "no kernel"
}
{ read -r kernel && read -r release; } <<<"$answer"
image=$kernel/boot/vmlinuz-$release

qemu=''
work=$(mktemp -d "${TMPDIR:-/tmp}/vm.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
make_initramfs "$@"
accelerator=${VM_ACCEL:-$(choose_accelerator)}
boot
tail -n +1 -s 0.05 -f --pid="$qemu" "$work/output" &
printer=$!
ended=0
wait "$qemu" || ended=$?
qemu=''
wait "$printer"
status=$(sed -n 's/^status=\([0-9]*\)$/\1/p' "$work/status")
if [ -n "$status" ]; then
    exit "$status"
fi
report_failure
if [ "$ended" = 124 ] || [ "$ended" = 137 ]; then
    exit 124
fi
exit 125
