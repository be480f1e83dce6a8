# shellcheck shell=bash
# base.sh - a release as debootstrap makes it; read by fresh.sh and
# fresh/devcontainer.sh, from the project's folder, as root.

folder=build/fresh

say() {
    echo "fresh: $*"
}

fail() {
    echo "fresh: $*" >&2
    exit 1
}

# Nothing is mounted below it once the processes that were in it have ended.
remove() {
    rm -rf --one-file-system "$@"
}

# What root made in somebody's checkout is theirs to remove.
end() {
    remove "$scratch"
    # not what is below it: another run may be using its own
    chown --reference=Makefile $folder $folder/*.tar $folder/*.log \
        2>/dev/null || true
}

# Makes the scratch folder, which goes when the script ends.
begin() {
    mkdir -p $folder
    scratch=$(mktemp -d "$PWD/$folder/tmp.XXXXXX")
    trap end EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

is_ubuntu() {
    case $1 in
    bionic | focal | jammy | noble | plucky | questing) ;;
    *) return 1 ;;
    esac
}

# This machine's own mirror if it is Debian's, and Debian is asked for.
mirror_of() {
    local mirror

    if [ -n "${MIRROR-}" ]; then
        echo "$MIRROR"
    elif is_ubuntu "$1"; then
        echo http://archive.ubuntu.com/ubuntu
    else
        mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
            /etc/apt/sources.list.d/*.sources 2>/dev/null |
            grep -o -m 1 'https\?://[^ ]*/debian/\?\( \|$\)' || true)
        echo "${mirror:-http://deb.debian.org/debian}"
    fi
}

keyring_of() {
    if [ -n "${KEYRING-}" ]; then
        echo "$KEYRING"
    elif is_ubuntu "$1"; then
        echo /usr/share/keyrings/ubuntu-archive-keyring.gpg
    else
        echo /usr/share/keyrings/debian-archive-keyring.gpg
    fi
}

need_tools() {
    local needed=()

    type -P debootstrap >/dev/null || needed+=(debootstrap)
    if [ ! -r "$(keyring_of "$1")" ]; then
        if is_ubuntu "$1"; then
            needed+=(ubuntu-keyring)
        else
            needed+=(debian-archive-keyring)
        fi
    fi
    if [ ${#needed[@]} -gt 0 ]; then
        say "apt-get install -y -q --no-install-recommends ${needed[*]}"
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
            --no-install-recommends "${needed[@]}" >/dev/null ||
            fail "without ${needed[*]}, KEYRING=FILE may name $1's keys"
    fi
}

# What apt in the new tree needs to know of this machine: its packages' origin,
# and how to get through to it (proxy, a clock that runs ahead of the mirror).
write_apt() {
    local mirror=$1 suite=$2 tree=$3 components=main

    if is_ubuntu "$suite"; then
        components='main universe'
    fi
    echo "deb $mirror $suite $components" >"$tree/etc/apt/sources.list"
    if type -P apt-config >/dev/null; then
        apt-config dump | grep -E '^Acquire::(https?::|Check)' \
            >"$tree/etc/apt/apt.conf.d/90fresh" || true
    fi
}

# How to make it: an older debootstrap has no script for a newer release, but
# all of a distribution are the same.
script_of() {
    local scripts=/usr/share/debootstrap/scripts

    if [ -e "$scripts/$1" ]; then
        echo "$scripts/$1"
    elif is_ubuntu "$1"; then
        echo "$scripts/gutsy"
    else
        echo "$scripts/sid"
    fi
}

# build/fresh/SUITE.tar, unless it is there.
make_base() {
    local suite=$1 mirror tree=$scratch/base

    [ ! -e "$folder/$suite.tar" ] || return 0
    need_tools "$suite"
    mirror=$(mirror_of "$suite")
    say "debootstrap $suite from $mirror"
    # in a mount namespace of its own, so that no mount can stay behind
    unshare --mount --propagation private -- debootstrap --variant=minbase \
        --keyring="$(keyring_of "$suite")" "$suite" "$tree" "$mirror" \
        "$(script_of "$suite")" \
        >"$scratch/log" 2>&1 || {
        tail -n 3 "$scratch/log" >&2
        fail "debootstrap failed"
    }
    write_apt "$mirror" "$suite" "$tree"
    rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*
    tar --create --numeric-owner --one-file-system --file "$scratch/base.tar" \
        --directory "$tree" .
    mv "$scratch/base.tar" "$folder/$suite.tar"
    remove "$tree"
}

unpack_base() {
    mkdir "$2"
    tar --extract --numeric-owner --same-permissions --file "$folder/$1.tar" \
        --directory "$2"
    cat /etc/resolv.conf >"$2/etc/resolv.conf"
    echo fresh >"$2/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 fresh\n' >"$2/etc/hosts"
}
