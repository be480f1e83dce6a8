#!/usr/bin/env bash
# Removes what a killed stage, test or make may have left on this machine,
# found by this project's own names, and nothing else:
#
#   cgroups   toy-docker/{stage,check,doctor}-* of each hierarchy, if nobody
#             holds a lock on them (their owner is dead) and no process is in;
#             container-ID too, if it is empty for a minute and has no state
#   mounts    on ./rootfs, in the mount namespace of the caller
#   networks  stage 8's bridge, its links and nft table, in the network
#             namespace of the caller, and addresses that no runtime holds
#   states    in /run/toy-docker (or STATES=DIR), of stage 8's containers that
#             have ended, with the cgroups that they name
#
# No process is ended: where one is left, its number is shown.
#
#   sudo scripts/clean-host.sh            DRY=1: only show what would be done
#
# Exit status: 0 if nothing is left but what is in use, 1 otherwise.

set -uo pipefail
export LC_ALL=C

top=$(cd "$(dirname "$0")/.." && pwd -P)
dry=${DRY:-}
states=${STATES:-/run/toy-docker}
stage=${STAGE_DIR:-$top}/stage-8
found=0
left=0
removable=0 # in the hierarchy that is being cleaned

say() {
    found=$((found + 1))
    printf '%s\n' "$*"
}

# In the variable $1, the octal numbers by which /proc/self/mounts writes white
# space. (Without a subshell: there may be hundreds of mounts.)
unescape() {
    local -n text=$1

    text=${text//\\040/ }
    text=${text//\\011/$'\t'}
    text=${text//\\012/$'\n'}
    text=${text//\\134/\\}
}

# ---- cgroups ---------------------------------------------------------------

# The processes in the cgroup $1 and those below it, in one line.
processes_in() {
    find "$1" -name cgroup.procs -exec cat {} + 2>/dev/null | paste -s -d ' '
}

# Processes of a container whose runtime was killed are about to end.
wait_until_empty() {
    for _ in {1..20}; do
        [ -n "$(processes_in "$1")" ] || return 0
        sleep 0.1
    done
    return 1
}

remove_cgroup() {
    local folder=$1

    if ! flock -n -x "$folder" true 2>/dev/null; then
        [ ! -d "$folder" ] || say "in use: cgroup $folder"
    elif ! wait_until_empty "$folder"; then
        say "NOT removed: cgroup $folder has no runtime, but" \
            "processes: $(processes_in "$folder")"
        left=1
    elif [ -n "$dry" ]; then
        say "would remove: cgroup $folder"
        removable=$((removable + 1))
    elif find "$folder" -depth -type d -exec rmdir {} +; then
        say "removed: cgroup $folder"
    else
        say "NOT removed: cgroup $folder"
        left=1
    fi
}

# Of a container whose state is gone, as that of a killed check's is. One that
# is only just being made has no process yet.
is_forgotten() {
    [ -d "$1" ] && [ ! -e "$states/${1##*/container-}" ] &&
        [ -z "$(processes_in "$1")" ] &&
        [ -n "$(find "$1" -maxdepth 0 -mmin +1)" ]
}

# Removes the folder of all our cgroups if none is left in it, or would be
# without DRY=1.
remove_parent() {
    local parent=$1

    if [ "$(compgen -G "$parent/*/" | wc -l)" != "$removable" ]; then
        return
    elif [ -n "$dry" ]; then
        say "would remove: cgroup $parent"
    elif rmdir "$parent"; then
        say "removed: cgroup $parent"
    fi
}

# Removes our cgroups below the mounted hierarchy $1. Its toy-docker/ is
# locked meanwhile: a stage that has made its cgroup, but holds no lock on it
# yet, has that one.
clean_hierarchy() {
    local parent=$1/toy-docker folder lock

    removable=0
    [ -d "$parent" ] && exec {lock}<"$parent" || return 0
    if flock -w 10 "$lock"; then
        for folder in "$parent"/{stage,check,doctor}-*; do
            [ ! -d "$folder" ] || remove_cgroup "$folder"
        done
        for folder in "$parent"/container-*; do
            ! is_forgotten "$folder" || remove_cgroup "$folder"
        done
        remove_parent "$parent"
    else
        say "NOT looked at: $parent is locked"
        left=1
    fi
    exec {lock}<&-
}

clean_cgroups() {
    local point type rest

    while read -r _ point type rest; do
        unescape point
        case $type in
        cgroup | cgroup2) clean_hierarchy "$point" ;;
        esac
    done </proc/self/mounts
}

# ---- mounts ---------------------------------------------------------------

# Is this a mount that we would make? One below rootfs/ is; one on rootfs/
# itself may be the user's, unless it is rootfs/ mounted onto itself.
is_ours() {
    local point=$1 root=$2

    case $point in
    "$top/rootfs/"*) return 0 ;;
    "$top/rootfs") [ "$root" != / ] && [[ $point = *"$root" ]] ;;
    *) return 1 ;;
    esac
}

# The last one mounted first: it may lie on another.
clean_mounts() {
    local root point rest

    while read -r _ _ _ root point rest; do
        unescape root
        unescape point
        if ! is_ours "$point" "$root"; then
            continue
        elif [ -n "$dry" ]; then
            say "would unmount: $point"
        elif umount -- "$point"; then
            say "unmounted: $point"
        else
            say "NOT unmounted: $point"
            left=1
        fi
    done < <(tac /proc/self/mountinfo)
}

# ---- states ---------------------------------------------------------------

clean_state() {
    local id=$1

    if ! "$stage" --root "$states" state "$id" | grep '"status": "stopped"' \
        >/dev/null; then
        say "in use: container $id in $states"
    elif [ -n "$dry" ]; then
        say "would delete: container $id in $states"
    elif "$stage" --root "$states" delete "$id"; then
        say "deleted: container $id in $states"
    else
        say "NOT deleted: container $id in $states"
        left=1
    fi
}

clean_states() {
    local folder

    for folder in "$states"/*/; do
        [ -d "$folder" ] || continue
        if [ ! -x "$stage" ]; then
            say "NOT looked at: $states (make stage-8 first)"
            left=1
            return
        fi
        folder=${folder%/}
        clean_state "${folder##*/}"
    done
    [ -n "$dry" ] || rmdir "$states" 2>/dev/null
}

# ---- networks --------------------------------------------------------------

# The folder $1 of an address, whose runtime is dead if nobody has it locked;
# $2: it is one of our own network namespace.
clean_address() {
    local folder=$1 own=$2

    if ! flock -n -x "$folder" true; then
        say "in use: network $folder"
    elif [ -n "$dry" ]; then
        say "would remove: network $folder"
    elif { ! $own || ! ip link show "toy-veth${folder##*.}" >/dev/null 2>&1 ||
        ip link del "toy-veth${folder##*.}"; } && rm -r "$folder"; then
        say "removed: network $folder"
    else
        say "NOT removed: network $folder"
        left=1
    fi
}

# The bridge and the rules, when no address is left.
clean_bridge() {
    if nft list table ip toy-docker >/dev/null 2>&1; then
        nft delete table ip toy-docker && say "removed: nft table toy-docker"
    fi
    if ip link show toy-docker0 >/dev/null 2>&1; then
        ip link del toy-docker0 && say "removed: link toy-docker0"
    fi
}

# The pool $1, a network namespace's folder of addresses; $2: it is our own's.
clean_pool() {
    local pool=$1 own=$2 folder lock

    exec {lock}<"$pool" || return 0
    if flock -w 10 "$lock"; then
        for folder in "$pool"/*/; do
            [ ! -d "$folder" ] || clean_address "${folder%/}" "$own"
        done
        if [ -z "$dry" ] && rmdir "$pool" 2>/dev/null && $own; then
            clean_bridge
        fi
    else
        say "NOT looked at: $pool is locked"
        left=1
    fi
    exec {lock}<&-
}

# As stage 8's pool.c has them.
clean_networks() {
    local pool own

    own=$(stat -L -c %i /proc/self/ns/net)
    for pool in "$states"/.network.*/; do
        [ -d "$pool" ] || continue
        pool=${pool%/}
        if [ "${pool##*.}" = "$own" ]; then
            clean_pool "$pool" true
        else
            clean_pool "$pool" false
        fi
    done
}

if [ "$(id -u)" != 0 ]; then
    echo "clean-host: this needs root: sudo make clean-host" >&2
    exit 125
fi
clean_mounts
clean_networks
clean_states
clean_cgroups
[ "$found" -gt 0 ] || echo "nothing of ours is left on this machine"
exit "$left"
