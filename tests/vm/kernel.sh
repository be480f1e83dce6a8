#!/usr/bin/env bash
# Brings a Debian kernel for the virtual machines: fetches the package that
# apt knows, unpacks it to build/vm/ without installing it, and prints the
# folder and the kernel's release, in two lines.
#
#   kernel.sh 6.1       the newest build of that version
#   kernel.sh 5.10      the same, from Debian 11, which apt need not know: the
#                       list of its packages is kept in build/vm/ too
#   kernel.sh newest    the newest of all
#
# Exit status 3 if apt knows no such package.

set -euo pipefail
export LC_ALL=C

top=$(cd "$(dirname "$0")/../.." && pwd)
store=$top/build/vm
apt_options=(-o APT::Sandbox::User=root)

fail() {
    printf 'kernel.sh: %s\n' "$*" >&2
    exit 1
}

# The packages of ordinary kernels, oldest first: not "cloud", which lacks 9p,
# not "rt", and not those without a signature, which apt has beside the others.
list_packages() {
    apt-cache "${apt_options[@]}" pkgnames linux-image- |
        grep -E '^linux-image-[0-9][-.0-9a-z+~]*-amd64$' |
        grep -Ev -e '-(cloud|rt)-' |
        grep -E 'linux-image-[0-9]+\.[0-9]+\.[0-9]' | sort -V
}

find_package() {
    if [ "$1" = newest ]; then
        list_packages | tail -n 1
    else
        list_packages | grep -F "linux-image-$1." | tail -n 1
    fi || true
}

# apt may list what the mirror no longer has.
fetch() {
    mkdir -p "$store/packages"
    (cd "$store/packages" &&
        apt-get download -q "${apt_options[@]}" "$1" >&2)
}

unpack() {
    local package=$1 folder=$2 release

    rm -rf "$folder" "$folder.new"
    dpkg-deb -x "$store/packages/$package"_*.deb "$folder.new"
    rm "$store/packages/$package"_*.deb
    release=$(release_in "$folder.new")
    if [ -d "$folder.new/usr/lib/modules" ] && [ ! -e "$folder.new/lib" ]; then
        ln -s usr/lib "$folder.new/lib"
    fi
    busybox depmod -b "$folder.new" "$release"
    mv "$folder.new" "$folder"
}

release_in() {
    local image

    image=$(find "$1/boot" -name 'vmlinuz-*')
    printf '%s\n' "${image##*/vmlinuz-}"
}

update() {
    apt-get update -q "${apt_options[@]}" >&2
}

# Debian 11 beside the system that apt is set up for: a list of its own.
use_debian_11() {
    local lists=$store/debian-11
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg

    [ -e "$keys" ] || return 0
    mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
    echo "deb [signed-by=$keys]" \
        "${DEBIAN_MIRROR:-http://deb.debian.org/debian} bullseye main" \
        >"$lists/sources.list"
    apt_options+=(-o Dir::Etc::SourceList="$lists/sources.list"
        -o Dir::Etc::SourceParts=/dev/null
        -o Dir::State::Lists="$lists/lists" -o Dir::Cache="$lists/cache"
        -o Acquire::Languages=none)
    [ -n "$(list_packages)" ] || update || true
}

[ $# = 1 ] || fail "usage: kernel.sh VERSION|newest"
for program in apt-get apt-cache dpkg-deb busybox; do
    type -P "$program" >/dev/null ||
        fail "$program is missing: the kernels come from Debian's packages"
done

if [ "$1" = 5.10 ]; then
    use_debian_11
fi
package=$(find_package "$1")
if [ -z "$package" ] && [ "$(id -u)" = 0 ]; then
    update
    package=$(find_package "$1")
fi
if [ -z "$package" ]; then
    echo "kernel.sh: apt knows no package linux-image-$1...-amd64" >&2
    exit 3
fi
folder=$store/$package
if [ ! -d "$folder" ]; then
    fetch "$package" || { update && fetch "$package"; } ||
        fail "$package could not be fetched"
    unpack "$package" "$folder"
fi
printf '%s\n%s\n' "$folder" "$(release_in "$folder")"
