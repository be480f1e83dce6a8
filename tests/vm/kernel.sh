#!/usr/bin/env bash
# Brings a Debian kernel for the virtual machines: fetches the package that
# apt knows, unpacks it to build/vm/ without installing it, and prints the
# folder and the kernel's release, in two lines.
#
#   kernel.sh 6.1       the newest build of that version
#   kernel.sh newest    the newest of all
#
# Exit status 3 if apt knows no such package.

set -euo pipefail
export LC_ALL=C

top=$(cd "$(dirname "$0")/../.." && pwd)
store=$top/build/vm

fail() {
    printf 'kernel.sh: %s\n' "$*" >&2
    exit 1
}

# The packages of ordinary kernels, oldest first: not "cloud", which lacks 9p,
# not "rt", and not those without a signature, which apt has beside the others.
list_packages() {
    apt-cache pkgnames linux-image- |
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
    (cd "$store/packages" && apt-get download -q \
        -o APT::Sandbox::User=root "$1" >&2)
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

[ $# = 1 ] || fail "usage: kernel.sh VERSION|newest"
for program in apt-get apt-cache dpkg-deb busybox; do
    type -P "$program" >/dev/null ||
        fail "$program is missing: the kernels come from Debian's packages"
done

package=$(find_package "$1")
if [ -z "$package" ] && [ "$(id -u)" = 0 ]; then
    apt-get update -q >&2
    package=$(find_package "$1")
fi
if [ -z "$package" ]; then
    echo "kernel.sh: apt knows no package linux-image-$1...-amd64" >&2
    exit 3
fi
folder=$store/$package
if [ ! -d "$folder" ]; then
    fetch "$package" || { apt-get update -q >&2 && fetch "$package"; } ||
        fail "$package could not be fetched"
    unpack "$package" "$folder"
fi
printf '%s\n%s\n' "$folder" "$(release_in "$folder")"
