#!/usr/bin/env bash
# Installs what is missing on this machine, and only that.
#
#   deps.sh             what building, make check and make demo need
#   deps.sh lint        what make lint and make asan need
#   deps.sh vm          what make check-vm needs
#   deps.sh builds      what make check-builds needs
#   deps.sh bench       what make bench needs; crun and runc to compare with
#   deps.sh fuzz        what make fuzz needs
#   deps.sh clients     what make check-clients needs; no daemon is started
#   deps.sh workshop    what make trace-N and make check-workshop need
#   deps.sh --needed    as the first, but nothing if all that it cannot do
#                       without is there
#
# What is missing is found by looking for the thing itself, not by asking the
# package manager. The command is printed before it is run. Without root it is
# printed only.

set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# need: "must" or "may" (some checks are skipped without it)
# test: program NAME, static NAME (a program without libraries), header NAME,
#       gnu NAME (not busybox's), library NAME (pkg-config), link FLAGS,
#       file PATH, fuzzer (of clang)
# then the package in each distribution's words; - where there is none
run_table='
# need | test                  | apt          | dnf                | pacman     | apk           | zypper
must   | program cc            | gcc          | gcc                | gcc        | gcc           | gcc
must   | program make          | make         | make               | make       | make          | make
must   | header stdio.h        | libc6-dev    | glibc-devel        | glibc      | musl-dev      | glibc-devel
must   | header linux/sched.h  | linux-libc-dev | kernel-headers   | linux-api-headers | linux-headers | linux-glibc-devel
must   | program pkg-config    | pkg-config   | pkgconf-pkg-config | pkgconf    | pkgconf       | pkg-config
must   | library libcap        | libcap-dev   | libcap-devel       | libcap     | libcap-dev    | libcap-devel
must   | library libseccomp    | libseccomp-dev | libseccomp-devel | libseccomp | libseccomp-dev | libseccomp-devel
must   | library json-c        | libjson-c-dev | json-c-devel      | json-c     | json-c-dev    | libjson-c-devel
must   | library libarchive    | libarchive-dev | libarchive-devel | libarchive | libarchive-dev | libarchive-devel
must   | library nettle        | nettle-dev   | nettle-devel       | nettle     | nettle-dev    | libnettle-devel
must   | library check         | check        | check-devel        | check      | check-dev     | check-devel
must   | program ip            | iproute2     | iproute            | iproute2   | iproute2      | iproute2
must   | program ps            | procps       | procps-ng          | procps-ng  | procps-ng     | procps
must   | program unshare       | util-linux   | util-linux         | util-linux | util-linux    | util-linux
must   | program mount         | mount        | util-linux         | util-linux | util-linux    | util-linux
must   | program awk           | mawk         | gawk               | gawk       | -             | gawk
must   | program diff          | diffutils    | diffutils          | diffutils  | diffutils     | diffutils
must   | program patch         | patch        | patch              | patch      | patch         | patch
must   | gnu tar               | tar          | tar                | tar        | tar           | tar
must   | gnu cp                | coreutils    | coreutils          | coreutils  | coreutils     | coreutils
may    | link -static          | libc6-dev    | glibc-static       | -          | musl-dev      | glibc-devel-static
may    | link -static -lcap    | libcap-dev   | libcap-static      | -          | libcap-static | -
may    | link -static -lseccomp | libseccomp-dev | libseccomp-static | -        | libseccomp-static | -
may    | link -static -ljson-c | libjson-c-dev | -                 | -          | -             | -
may    | program nft           | nftables     | nftables           | nftables   | nftables      | nftables
may    | link -static -larchive -lzstd -lz | libarchive-dev libzstd-dev zlib1g-dev | - | -      | libarchive-static zstd-static zlib-static | -
may    | link -static -lnettle | nettle-dev   | -                  | -          | nettle-static | -
may    | program busybox       | busybox-static | busybox          | busybox    | busybox       | busybox-static
may    | program hostname      | hostname     | hostname           | inetutils  | -             | hostname
may    | program perl          | perl         | perl-interpreter   | perl       | perl          | perl
may    | program xz            | xz-utils     | xz                 | xz         | xz            | xz
may    | program tmux          | tmux         | tmux               | tmux       | tmux          | tmux
may    | program zstd          | zstd         | zstd               | zstd       | zstd          | zstd
may    | program umoci         | umoci        | -                  | -          | -             | umoci
may    | program debootstrap   | debootstrap  | debootstrap        | debootstrap | debootstrap  | -
'
lint_table='
must   | program gcc           | gcc          | gcc                | gcc        | gcc           | gcc
must   | program clang         | clang        | clang              | clang      | clang         | clang
must   | program clang-tidy    | clang-tidy   | clang-tools-extra  | clang      | clang-extra-tools | clang-tools
must   | program clang-format  | clang-format | clang-tools-extra  | clang      | clang-extra-tools | clang-tools
must   | program cppcheck      | cppcheck     | cppcheck           | cppcheck   | cppcheck      | cppcheck
must   | program shellcheck    | shellcheck   | ShellCheck         | shellcheck | shellcheck    | ShellCheck
may    | program musl-gcc      | musl-tools   | musl-gcc           | musl       | -             | -
may    | link -fsanitize=address,undefined | gcc | libasan libubsan | gcc        | -             | gcc
'
builds_table='
must   | program gcc           | gcc          | gcc                | gcc        | gcc           | gcc
must   | program clang         | clang        | clang              | clang      | clang         | clang
may    | program musl-gcc      | musl-tools   | musl-gcc           | musl       | -             | -
may    | program aarch64-linux-gnu-gcc | gcc-aarch64-linux-gnu libc6-dev-arm64-cross | - | aarch64-linux-gnu-gcc | - | -
may    | program qemu-aarch64-static | qemu-user-static | qemu-user-static | qemu-user-static | - | -
'
workshop_table='
must   | program strace        | strace       | strace             | strace     | strace        | strace
must   | program script        | bsdutils     | util-linux-script  | util-linux | util-linux-misc | util-linux
'
vm_table='
must   | program qemu-system-x86_64 | qemu-system-x86 | qemu-system-x86-core | qemu-system-x86 | qemu-system-x86_64 | qemu-x86
must   | static busybox        | busybox-static | busybox          | busybox    | busybox-static | busybox-static
must   | program apt-get       | apt          | -                  | -          | -             | -
must   | program dpkg-deb      | dpkg         | dpkg               | dpkg       | dpkg          | dpkg
'

bench_table='
must   | program hyperfine     | hyperfine    | hyperfine          | hyperfine  | hyperfine     | hyperfine
may    | program crun          | crun         | crun               | crun       | crun          | crun
may    | program runc          | runc         | runc               | runc       | runc          | runc
'
fuzz_table='
must   | program clang         | clang        | clang              | clang      | clang         | clang
must   | fuzzer                | libclang-rt-dev | compiler-rt     | compiler-rt | compiler-rt  | clang
'
clients_table='
must   | program podman        | podman       | -                  | -          | -             | -
must   | file /usr/lib/podman/netavark | netavark | -            | -          | -             | -
must   | program catatonit     | catatonit    | -                  | -          | -             | -
must   | file /usr/lib/cni/bridge | containernetworking-plugins | -   | -          | -             | -
must   | program containerd    | containerd   | -                  | -          | -             | -
must   | program dockerd       | docker.io    | -                  | -          | -             | -
must   | program runc          | runc         | -                  | -          | -             | -
must   | program crun          | crun         | -                  | -          | -             | -
must   | program iptables      | iptables     | -                  | -          | -             | -
must   | program script        | bsdutils     | -                  | -          | -             | -
must   | program buildah       | buildah      | -                  | -          | -             | -
must   | program umoci         | umoci        | -                  | -          | -             | -
must   | program setfattr      | attr         | -                  | -          | -             | -
must   | program setcap        | libcap2-bin  | -                  | -          | -             | -
must   | program curl          | curl         | -                  | -          | -             | -
must   | program protoc        | protobuf-compiler | -             | -          | -             | -
must   | static busybox        | busybox-static | busybox          | busybox    | busybox-static | busybox-static
may    | program docker-compose | docker-compose | -               | -          | -             | -
'

say() {
    printf 'deps: %s\n' "$*"
}

# Is the thing there? Headers and libraries are tried with the compiler, which
# itself may be what is missing.
is_there() {
    local kind=$1
    shift

    case $kind in
    program) type -P "$1" >/dev/null ;;
    file) [ -e "$1" ] ;;
    gnu) "$1" --version | grep -E "GNU|uutils" ;;
    static) type -P "$1" && ! ldd "$(type -P "$1")" ;;
    header) echo "#include <$1>" | cc -E - ;;
    library) pkg-config --exists "$1" ;;
    fuzzer) echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
        clang -x c -fsanitize=fuzzer -o "$scratch/probe" - ;;
    link) echo 'int main(void) { return 0; }' |
        cc -x c -o "$scratch/probe" - "$@" ;;
    esac >/dev/null 2>&1
}

# Writes "need package" for each thing of table $1 that is missing; column $2
# is the package manager's.
missing_from() {
    local need test packages line fields

    while IFS= read -r line; do
        case $line in '' | '#'*) continue ;; esac
        IFS='|' read -r -a fields <<<"$line"
        read -r need <<<"${fields[0]}"
        read -r -a test <<<"${fields[1]}"
        is_there "${test[@]}" && continue
        read -r -a packages <<<"${fields[$2]}"
        if [ "${packages[0]}" != - ]; then
            printf "$need %s\n" "${packages[@]}"
        elif [ "$need" = must ]; then
            say "${test[*]} is missing, and no package is known for it" >&2
        fi
    done <<<"$1" | sort -u
}

find_manager() {
    local column=2

    for manager in apt-get dnf pacman apk zypper; do
        if type -P "$manager" >/dev/null; then
            column_of_manager=$column
            return
        fi
        column=$((column + 1))
    done
    say "no package manager that this script knows" >&2
    manager=''
    column_of_manager=2
}

# Prints the commands that install the packages given.
install_commands() {
    case $manager in
    apt-get)
        echo "apt-get update -q"
        echo "apt-get install -y -q --no-install-recommends $*"
        ;;
    dnf) echo "dnf install -y $*" ;;
    pacman)
        # without a list of packages yet, as in a fresh image, fetch it
        if compgen -G '/var/lib/pacman/sync/*.db' >/dev/null; then
            echo "pacman -S --needed --noconfirm $*"
        else
            echo "pacman -Sy --needed --noconfirm $*"
        fi
        ;;
    apk) echo "apk add $*" ;;
    zypper) echo "zypper --non-interactive install $*" ;;
    esac
}

install() {
    local command

    while IFS= read -r command; do
        say "$command"
        if ! $command </dev/null >"$scratch/log" 2>&1; then
            tail -n 20 "$scratch/log" >&2
            return 1
        fi
    done < <(install_commands "$@")
}

# Installs packages that bring daemons, but neither starts these nor has them
# started with the machine. What says so to apt is removed again.
install_quietly() {
    local policy=/usr/sbin/policy-rc.d units=/etc/systemd/system status=0

    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        trap 'rm -rf "$scratch" /usr/sbin/policy-rc.d' EXIT
    fi
    find "$units" -type l 2>/dev/null | sort >"$scratch/units"
    install "$@" || status=$?
    find "$units" -type l 2>/dev/null | sort |
        comm -13 "$scratch/units" - | xargs -r rm
    return $status
}

select_packages() {
    sed -n "s/^$1 //p" <<<"$missing" | tr '\n' ' '
}

table=$run_table
installer=install
only_needed=false
case ${1-} in
'') ;;
lint) table=$lint_table ;;
vm) table=$vm_table ;;
builds) table=$builds_table ;;
workshop) table=$workshop_table ;;
bench) table=$bench_table ;;
fuzz) table=$fuzz_table ;;
clients) table=$clients_table installer=install_quietly ;;
--needed) only_needed=true ;;
*)
    say "usage: deps.sh [lint|vm|builds|bench|fuzz|clients|workshop|--needed]" >&2
    exit 2
    ;;
esac

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
manager=''
find_manager
missing=$(missing_from "$table" "$column_of_manager")
read -r -a must <<<"$(select_packages must)"
read -r -a may <<<"$(select_packages may)"

if [ ${#must[@]} = 0 ] && { $only_needed || [ ${#may[@]} = 0 ]; }; then
    $only_needed || say "nothing is missing"
    exit 0
fi
if [ -z "$manager" ]; then
    say "missing, in Debian's names: ${must[*]-} ${may[*]-}" >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    say "this needs root; run it with sudo, or:" >&2
    install_commands ${must[@]+"${must[@]}"} ${may[@]+"${may[@]}"} |
        sed 's/^/    sudo /' >&2
    exit 1
fi

# what is only nice to have must not keep the rest from being installed
if ! $installer ${must[@]+"${must[@]}"} ${may[@]+"${may[@]}"}; then
    if [ ${#must[@]} -gt 0 ]; then
        $installer "${must[@]}"
    fi
fi
left=$(missing_from "$table" "$column_of_manager")
if grep -q '^must ' <<<"$left"; then
    say "still missing: $(missing=$left select_packages must)" >&2
    exit 1
fi
if [ -n "$left" ]; then
    say "could not be installed, some checks are skipped:" \
        "$(missing=$left select_packages may)"
fi
