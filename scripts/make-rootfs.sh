#!/usr/bin/env bash
# Makes a root file system for the stages from 6 on.
#
#   make-rootfs.sh DIR            from this machine's own programs and the
#                                 libraries that ldd(1) names for them
#   make-rootfs.sh DIR ARCHIVE    from a .tar, .tar.gz, .tar.xz or .tar.zst
#   make-rootfs.sh DIR FOLDER     from a folder
#   make-rootfs.sh DIR debian     with debootstrap(8); SUITE and MIRROR may be
#                                 given, else they are this machine's
#
# It is built in a folder beside DIR and moved there at the end, so a failure
# leaves nothing half-made. What it replaces must have been made by this
# script. hosts, hostname and resolv.conf are put in DIR/../conf if missing.

set -euo pipefail
umask 022
export LC_ALL=C
# each of these would change what ldd or tar does
unset LD_PRELOAD LD_LIBRARY_PATH TAR_OPTIONS POSIXLY_CORRECT CDPATH
# the distribution's programs, not a user's own of the same name
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:$PATH

# A file with this name in a root file system says that it may be replaced.
mark=.made-by-make-rootfs

# Without these a chapter would miss something: a missing one is reported.
needed_programs=(
    bash sh cat chgrp chmod chown chroot clear cp cut date dd df du echo env
    false find findmnt free grep head hostname id ip ipcmk ipcrm ipcs kill ln
    ls lsns mkdir mkfifo mknod mktemp mount mountpoint mv nproc nsenter od
    pgrep ps pwd readlink realpath rm rmdir sed seq setpriv setsid sleep sort
    stat stty sync tail tee timeout top touch tr true tty umount uname uniq
    unshare uptime wc whoami xargs
)
# Nice to have.
more_programs=(
    '[' arch awk base64 basename capsh cmp comm diff dirname dmesg egrep
    expand expr fgrep file flock fold getent getopt getpcaps groups gzip
    hexdump hostid infocmp install ionice keyctl killall less link logname lsmod
    lsof md5sum more namei nc nice nl nohup paste pidof ping pkill printenv
    printf prlimit pstree pwdx renice reset rev script sha1sum sha256sum shuf
    split ss strace su sum swapon sysctl tac tar taskset test tput tset
    truncate unlink users vmstat watch which who yes
)
terminals=(
    alacritty ansi dumb foot foot-extra linux putty rxvt rxvt-unicode
    rxvt-unicode-256color screen screen-256color screen.xterm-256color st
    st-256color tmux tmux-256color vt100 vt102 vt220 xterm xterm-256color
    xterm-color xterm-ghostty xterm-kitty "${TERM:-dumb}"
)

say() {
    printf 'rootfs: %s\n' "$*"
}

fail() {
    printf 'rootfs: %s\n' "$*" >&2
    exit 1
}

have() {
    type -P "$1" >/dev/null
}

is_root() {
    [ "$(id -u)" = 0 ]
}

# Deletes a folder, but nothing that is mounted in it, and no link's target.
remove() {
    is_root || chmod -R u+rwX "$1" 2>/dev/null || true
    rm -rf --one-file-system -- "$1"
}

# ---- where it goes --------------------------------------------------------

# Fails if something is mounted on the folder $1 or below it.
refuse_mounts() {
    local line where

    while read -r -a line; do
        where=$(printf '%b' "${line[4]//\\/\\0}") # a space is written \040
        case $where/ in
        "$1"/*) fail "$where is mounted: umount it first" ;;
        esac
    done </proc/self/mountinfo
}

# Fails if a process, one in a container say, has $1 as its root. Without
# root only one's own processes can be seen.
refuse_processes() {
    local place process

    place=$(stat -c %d:%i -- "$1")
    process=$(stat -L -c '%d:%i %n' /proc/[0-9]*/root 2>/dev/null |
        sed -n "s|^$place /proc/\([0-9]*\)/root\$|\1|p" | head -n 1) || true
    [ -z "$process" ] ||
        fail "$1 is the root of process $process: leave that container first"
}

check_target() {
    [ ! -L "$target" ] || fail "$target is a symbolic link: remove it first"
    [ -e "$target" ] || return 0
    [ -d "$target" ] || fail "$target is not a folder"
    if [ ! -f "$target/$mark" ] && [ -n "$(ls -A "$target")" ]; then
        fail "$target was not made by make rootfs, so it is not replaced:" \
            "choose another folder with ROOTFS=DIR"
    fi
    if ! is_root && [ "$(stat -c %u "$target")" = 0 ]; then
        fail "$target belongs to root: sudo make rootfs"
    fi
    refuse_mounts "$target"
    refuse_processes "$target"
}

# Moves the finished folder to its place, and the former one away.
move_into_place() {
    rm -rf -- "${new:?}/$mark" # an archive may bring a link of that name
    : >"$new/$mark"
    check_target
    if [ -e "$target" ]; then
        mv -T -- "$target" "$work/old"
    fi
    mv -T -- "$new" "$target"
}

# ---- from this machine ----------------------------------------------------

# The file that a script's first line starts, "" for a binary.
interpreter() {
    local first

    IFS= read -r -n 200 first <"$1" 2>/dev/null || true
    case ${first-} in
    '#!'*)
        read -r first _ <<<"${first#??}"
        if [ "${first##*/}" = env ]; then
            return 0
        fi
        printf '%s\n' "$first"
        ;;
    esac
} 2>/dev/null

declare -A copies # real file -> where its first copy is
programs=0

# Copies the program $1 with the name that it has on this machine. Several
# names of one file (a multi-call binary) become hard links.
copy_program() {
    local name=$1 path real to

    path=$(type -P "$name") || return 1
    real=$(readlink -f "$path")
    [ -r "$real" ] || return 1
    case $path in
    */sbin/*) to=$new/usr/sbin/${name##*/} ;;
    *) to=$new/usr/bin/${name##*/} ;;
    esac
    [ ! -e "$to" ] || return 0
    if [ -n "${copies[$real]-}" ]; then
        ln "${copies[$real]}" "$to"
    else
        cp -- "$real" "$to" || fail "$path cannot be copied (about 40 MB" \
            "are needed in all)"
        chmod 755 "$to" # not setuid
        copies[$real]=$to
        real=$(interpreter "$real")
        [ -z "$real" ] || copy_program "$real" || true
    fi
    programs=$((programs + 1))
}

# The files that the loader would load for the programs given.
libraries_of() {
    local file

    for file; do
        ldd "$file" 2>/dev/null || true # a script, or linked statically
    done | sed -n -e 's|.*=> \(/[^ ]*\) (.*|\1|p' \
        -e 's|^[ \t]*\(/[^ ]*\) =>.*|\1|p' \
        -e 's|^[ \t]*\(/[^ ]*\) (.*|\1|p' | sort -u
}

# Copies the file $1 to the same path, following links.
copy_same_path() {
    [ ! -e "$new$1" ] || return 0
    mkdir -p "$new${1%/*}"
    cp -L -- "$1" "$new$1" || fail "$1 cannot be copied (about 40 MB are" \
        "needed in all)"
}

copy_libraries() {
    local library nss

    for library in $(libraries_of "${!copies[@]}"); do
        copy_same_path "$library"
        chmod 755 "$new$library"
        # glibc before 2.34 loads this to read /etc/passwd
        nss=${library%/*}/libnss_files.so.2
        if [ -e "$nss" ]; then
            copy_same_path "$nss"
        fi
    done
    if [ -r /etc/ld.so.cache ]; then # libraries in unusual folders
        copy_same_path /etc/ld.so.cache
    fi
}

copy_terminals() {
    local folder name file

    for folder in /etc/terminfo /lib/terminfo /usr/lib/terminfo \
        /usr/share/terminfo; do
        for name in "${terminals[@]}"; do
            file=$folder/${name:0:1}/$name
            if [ -r "$file" ]; then
                copy_same_path "$file"
            fi
        done
    done
}

# Links the names that are still missing to busybox, if that is here.
fill_in_with_busybox() {
    local path

    copy_program busybox || return 0
    for path in $(busybox --list-full); do
        case ${path##*/} in
        # would act on the machine, or are no commands
        busybox | halt | init | linuxrc | poweroff | reboot | run-init | \
            switch_root) continue ;;
        esac
        if [ -e "$new/usr/bin/${path##*/}" ] ||
            [ -e "$new/usr/sbin/${path##*/}" ]; then
            continue
        fi
        case $path in
        */sbin/* | sbin/*) ln -s ../bin/busybox "$new/usr/sbin/${path##*/}" ;;
        *) ln -s busybox "$new/usr/bin/${path##*/}" ;;
        esac
        programs=$((programs + 1))
    done
}

make_folders() {
    local name

    mkdir -p "$new"/usr/{bin,sbin,lib,lib64,share} "$new"/var/{log,tmp} \
        "$new"/{dev,etc,home,mnt,opt,proc,root,run,srv,sys,tmp}
    for name in bin sbin lib lib64; do
        ln -s usr/$name "$new/$name"
    done
    ln -s ../run "$new/var/run"
    chmod 1777 "$new/tmp" "$new/var/tmp"
    chmod 700 "$new/root"
}

write_etc() {
    local shell=/bin/sh

    if [ -e "$new/bin/bash" ]; then
        shell=/bin/bash
    fi
    cat >"$new/etc/passwd" <<END
root:x:0:0:root:/root:$shell
user:x:1000:1000:user:/home/user:$shell
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
END
    cat >"$new/etc/group" <<'END'
root:x:0:
tty:x:5:
users:x:100:
user:x:1000:
nogroup:x:65534:
END
    cat >"$new/etc/nsswitch.conf" <<'END'
passwd: files
group:  files
shadow: files
hosts:  files dns
END
    cat >"$new/etc/profile" <<'END'
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
PS1='\u@\h:\w\$ '
END
    cp "$new/etc/profile" "$new/root/.bashrc"
    cat >"$new/etc/os-release" <<'END'
NAME="toy_docker"
ID=toy_docker
PRETTY_NAME="toy_docker rootfs"
END
    printf '/bin/sh\n%s\n' "$shell" | sort -u >"$new/etc/shells"
    ln -s /proc/self/mounts "$new/etc/mtab"
    touch "$new"/etc/{hosts,hostname,resolv.conf} # conf/ is bound over these
    mkdir "$new/home/user"
    if is_root; then
        chown 1000:1000 "$new/home/user"
    fi
}

from_this_machine() {
    local name missing=()

    have ldd || fail "ldd is missing: it names a program's libraries"
    make_folders
    for name in "${needed_programs[@]}" "${more_programs[@]}"; do
        copy_program "$name" || true
    done
    fill_in_with_busybox
    copy_libraries
    copy_terminals
    write_etc
    for name in "${needed_programs[@]}"; do
        [ -e "$new/usr/bin/$name" ] || [ -e "$new/usr/sbin/$name" ] ||
            [ -L "$new/usr/bin/$name" ] || [ -L "$new/usr/sbin/$name" ] ||
            missing+=("$name")
    done
    [ -e "$new/bin/sh" ] || fail "this machine has no sh to copy"
    if [ ${#missing[@]} -gt 0 ]; then
        say "not on this machine, so left out: ${missing[*]}" \
            "(make deps brings most)"
    fi
    made_of="$programs programs of this machine"
}

# ---- from an archive or a folder ------------------------------------------

# shellcheck disable=SC2016
# Reads tar's listing, writes a line for each member that a file system made
# from it must not have: "refuse WHY: NAME" if it could lead outside, "skip
# NAME" for a device node.
judge_members='
function outside(name) {
    return name ~ /^\// || name ~ /(^|\/)\.\.(\/|$)/
}
function clean(name) {
    gsub(/\/+/, "/", name)
    while (sub(/^\.\//, "", name) || gsub(/\/\.\//, "/", name))
        ;
    sub(/\/\.?$/, "", name)
    return name
}
# -rw-r--r-- 0/0 123 2026-01-31 12:00 "name" -> "target"; in the quotes a
# backslash stands before a quote, a backslash and what cannot be printed
!match($0, /^[^ ]+ +[^ ]+ +[0-9,]+ [-0-9]+ [:0-9]+ "/) {
    print "refuse unreadable listing: " $0
    next
}
{
    type = substr($0, 1, 1)
    rest = substr($0, RLENGTH + 1)
    match(rest, /^([^"\\]|\\.)*/)
    name = substr(rest, 1, RLENGTH)
    target = substr(rest, RLENGTH + 2)
    if (type == "b" || type == "c") {
        print "skip " name
        next
    }
    if (outside(name))
        print "refuse member that leads outside: " name
    if (type == "h") {
        sub(/^ link to "/, "", target)
        sub(/"$/, "", target)
        if (outside(target))
            print "refuse hard link that leads outside: " name " -> " target
    }
    name = clean(name)
    if (type == "l")
        link[name] = 1
    names[++count] = name
    if (type == "h")
        names[++count] = clean(target)
}
END {
    for (i = 1; i <= count; i++) {
        above = names[i]
        while (sub(/\/[^\/]*$/, "", above))
            if (above in link) {
                print "refuse member behind a symbolic link: " names[i]
                break
            }
    }
}'

# Unpacks the archive $1 into the new folder. Three things keep it inside: GNU
# tar's own rules (the folder is empty, and links that could lead out are made
# last), nothing is unpacked when a member's name or link leads out, and
# neither device nodes nor setuid bits arrive, which would be as good as root
# for any user of the host.
unpack() {
    local archive=$1 verdict problem
    local options=(--force-local --warning=no-timestamp)

    [[ $(tar --version 2>/dev/null) == *GNU* ]] || fail "GNU tar is missing"
    # --absolute-names: show names and links as they stand in the archive
    tar "${options[@]}" --list --verbose --numeric-owner --quoting-style=c \
        --absolute-names --file "$archive" >"$work/list" ||
        fail "$archive cannot be read (for .xz, .zst: are xz, zstd there?)"
    verdict=$(awk "$judge_members" "$work/list")
    problem=$(grep -m 1 '^refuse ' <<<"$verdict" || true)
    [ -z "$problem" ] || fail "$archive has a ${problem#refuse }"

    # tar takes these names without the quotes' backslashes
    sed -n -e 's/\\\(["\]\)/\1/g' -e 's/^skip //p' <<<"$verdict" \
        >"$work/skip"
    if [ -s "$work/skip" ]; then
        say "left out: $(wc -l <"$work/skip") device nodes"
    fi
    if is_root; then
        options+=(--same-owner --numeric-owner --same-permissions)
    else
        options+=(--no-same-owner)
    fi
    tar "${options[@]}" --extract --file "$archive" --directory "$new" \
        --no-wildcards --anchored --exclude-from "$work/skip" ||
        fail "$archive could not be unpacked"
    find "$new" -xdev \( -type b -o -type c \) -delete
    find "$new" -xdev -type f -perm /6000 -exec chmod ug-s {} +
}

# What every stage mounts on must be there; a name that is taken stays.
add_missing_folders() {
    local name

    chmod u+rwx "$new" # of the archive's "./"
    if is_root; then
        chmod 755 "$new"
    fi
    for name in proc sys dev tmp run etc mnt root; do
        if [ ! -e "$new/$name" ] && [ ! -L "$new/$name" ]; then
            mkdir "$new/$name"
        fi
    done
    if [ ! -d "$new/bin" ] && [ ! -L "$new/bin" ] &&
        [ ! -d "$new/usr/bin" ]; then
        fail "$from has no bin and no usr/bin: not a root file system" \
            "(of an image? use docker export, not docker save)"
    fi
}

from_archive() {
    unpack "$from"
    add_missing_folders
    made_of=$from
}

from_folder() {
    local folder

    folder=$(readlink -f -- "$from")
    case $work/ in
    "${folder%/}"/*) fail "$from holds $target itself" ;;
    esac
    tar --create --one-file-system --file "$work/folder.tar" \
        --warning=no-file-ignored --directory "$from" . ||
        fail "$from cannot be read as this user (sudo make rootfs?)"
    unpack "$work/folder.tar"
    add_missing_folders
    made_of=$from
}

# ---- from the mirror ------------------------------------------------------

# The mirror that apt uses for the distribution's own packages.
apt_mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
        /etc/apt/sources.list.d/*.sources 2>/dev/null |
        sed -n -e 's|^deb \(\[[^]]*\] \)\?\([a-z]*://[^ ]*\).*|\2|p' \
            -e 's|^URIs: *\([^ ]*\).*|\1|p' |
        grep -E '/(debian|ubuntu|ubuntu-ports|raspbian)/?$' | head -n 1
}

from_debian() {
    local suite=${SUITE-} mirror=${MIRROR-} id='' codename='' proxy=''

    is_root || fail "FROM=debian needs root: sudo make rootfs FROM=debian"
    have debootstrap ||
        fail "debootstrap is missing; 'sudo make deps' brings it"
    # shellcheck disable=SC1091,SC2153
    eval "$(. /etc/os-release && printf 'id=%q codename=%q' "${ID-}" \
        "${VERSION_CODENAME-}")"
    case $id in
    debian | ubuntu | raspbian)
        : "${suite:=$codename}" "${mirror:=$(apt_mirror || true)}"
        ;;
    esac
    : "${suite:=stable}" "${mirror:=http://deb.debian.org/debian}"
    if have apt-config; then
        eval "$(apt-config shell proxy Acquire::http::Proxy)"
        if [ -n "$proxy" ]; then
            export http_proxy=$proxy
        fi
    fi
    say "debootstrap $suite from $mirror"
    # in a mount namespace of its own, so that no mount can stay behind
    unshare --mount --propagation private -- debootstrap --variant=minbase \
        --include=iproute2,procps "$suite" "$new" "$mirror" >"$work/log" 2>&1 ||
        fail "debootstrap failed: $(tail -n 3 "$work/log")"
    rm -rf "$new"/var/cache/apt/archives/*.deb "$new"/var/lib/apt/lists/*
    made_of="$suite of $mirror"
}

# ---- beside it ------------------------------------------------------------

# The files that the stages bind over those in /etc. A reader's own stay.
write_conf() {
    local conf=${target%/*}/conf name

    mkdir -p "$conf"
    [ -e "$conf/hostname" ] || echo container >"$conf/hostname"
    [ -e "$conf/hosts" ] || cat >"$conf/hosts" <<'END'
127.0.0.1 localhost
::1       localhost ip6-localhost ip6-loopback
127.0.1.1 container
END
    if [ ! -e "$conf/resolv.conf" ]; then
        cat /etc/resolv.conf >"$conf/resolv.conf" 2>/dev/null ||
            echo "# nameserver ADDRESS" >"$conf/resolv.conf"
    fi
    # with sudo, in somebody's checkout: theirs to edit
    if is_root; then
        for name in "$conf" "$conf"/{hosts,hostname,resolv.conf}; do
            chown -h --reference="${target%/*}" "$name"
        done
    fi
}

# ---- main -----------------------------------------------------------------

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    fail "usage: make-rootfs.sh DIR [FROM]"
fi
from=${2-}
made_of=''
parent=$(readlink -e -- "$(dirname -- "$1")") ||
    fail "$1: the folder that it should stand in is missing"
target=${parent%/}/$(basename -- "$1")
case ${target##*/} in
'' | . | .. | /) fail "$1 cannot be the root file system's folder" ;;
esac
check_target
[ -w "$parent" ] || fail "$parent cannot be written"

SECONDS=0
work=$(mktemp -d "$parent/.rootfs.XXXXXX")
trap 'remove "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
new=$work/new
mkdir "$new"

if [ -z "$from" ]; then
    from_this_machine
elif [ "$from" = debian ]; then
    from_debian
elif [ -d "$from" ]; then
    from_folder
elif [ -f "$from" ]; then
    from_archive
else
    fail "FROM=$from: there is no such file or folder (or say: debian)"
fi
size=$(du -sh "$new" | cut -f 1)
move_into_place
write_conf
say "$1 made from $made_of: $size, $SECONDS s"
