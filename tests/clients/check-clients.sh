#!/usr/bin/env bash
# make check-clients: podman, containerd and dockerd, from Debian's packages,
# drive stage-8. One check for each of their operations; each client has a
# stand-in host of its own (host.sh).
#
#   RUNTIME='stage-8 crun runc'   the same with others; then a table compares
#   CLIENTS='podman docker'       some of podman containerd docker swarm
#                                 kubernetes forty images, the files of checks here
#   ONLY='docker: exec*'          some of the checks
#   V=1                           a line for each check, not only for failures
#
# At the end stands "N passed, N failed, N skipped"; with results of more than
# one runtime, a table. The exit status is 0 if nothing has failed.

set -euo pipefail
export LC_ALL=C

cd "$(dirname "$0")/../.."
top=$PWD
store=$top/build/clients

fail() {
    printf 'check-clients: %s\n' "$*" >&2
    exit 1
}

# Where is the runtime $1, and where has it its states when nobody says?
find_runtime() {
    case $1 in
    stage-8) RUNTIME_PATH=${STAGE_DIR:-$top}/stage-8 STATES=/run/toy-docker ;;
    *) RUNTIME_PATH=$(type -P "$1") STATES=/run/$1 ;;
    esac
    [ -x "$RUNTIME_PATH" ] || fail "there is no $1: sudo make deps GROUP=clients"
    RUNTIME_PATH=$(realpath "$RUNTIME_PATH")
}

# A root file system of busybox alone, and two programs that live on until
# SIGTERM: counter says in /count that it runs.
make_image() {
    local root=$store/image program

    rm -rf "$root"
    mkdir -p "$root"/{bin,etc,dev,proc,sys,root,home,run,var}
    mkdir -m 1777 "$root/tmp"
    cp "$(type -P busybox)" "$root/bin/busybox"
    busybox --list | grep -vx busybox | while read -r program; do
        ln -s busybox "$root/bin/$program"
    done
    echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
    echo 'root:x:0:' >"$root/etc/group"
    cat >"$root/bin/counter" <<-'END'
	#!/bin/sh
	trap 'exit 15' TERM
	n=0
	while :; do
	    n=$((n + 1))
	    echo $n >/count
	    sleep 0.1
	done
	END
    cat >"$root/bin/pause" <<-'END'
	#!/bin/sh
	trap 'exit 0' TERM INT
	while :; do
	    sleep 1000 &
	    wait $!
	done
	END
    chmod 755 "$root/bin/counter" "$root/bin/pause"
    tar -C "$root" --owner 0 --group 0 -cf "$store/image.tar" .
    rm -r "$root"
}

# A line for each operation, a column for each runtime.
print_table() {
    awk -F '\t' '
        FILENAME != file { file = FILENAME; runtimes[++count] = file
            sub(/.*\//, "", runtimes[count]) }
        !($2 in known) { known[$2] = 1; names[++lines] = $2 }
        { result[$2, count] = $1
          if ($1 == "skipped") reason[$2] = $3 }
        END {
            printf "| operation |"
            for (i = 1; i <= count; i++) printf " %s |", runtimes[i]
            printf "\n|---|"
            for (i = 1; i <= count; i++) printf "---|"
            print ""
            for (l = 1; l <= lines; l++) {
                printf "| %s |", names[l]
                for (i = 1; i <= count; i++)
                    printf " %s |", result[names[l], i]
                print ""
            }
            for (l = 1; l <= lines; l++)
                if (reason[names[l]] != "")
                    printf "%s: %s\n", names[l], reason[names[l]]
        }' "$@"
}

count() { # OUTCOME
    cat "${results[@]}" | grep -c "^$1	" || true
}

[ "$(id -u)" = 0 ] || fail "needs root"
mkdir -p "$store"
make_image
export RUNTIME RUNTIME_PATH STATES RESULTS IMAGE=$store/image.tar
runtimes=${RUNTIME:-stage-8}
results=()
for RUNTIME in $runtimes; do
    find_runtime "$RUNTIME"
    RESULTS=$store/$RUNTIME
    : >"$RESULTS"
    results+=("$RESULTS")
    for client in ${CLIENTS:-podman containerd docker swarm kubernetes forty images}; do
        if ! tests/clients/host.sh "$top/tests/clients/$client.sh"; then
            grep -q "^failed	$client: " "$RESULTS" ||
                printf 'failed\t%s: all\tended early\n' "$client" >>"$RESULTS"
        fi
    done
done
if [ ${#results[@]} -gt 1 ]; then
    print_table "${results[@]}"
fi
echo "check-clients: $(count passed) passed, $(count failed) failed," \
    "$(count skipped) skipped"
[ "$(count passed)" != 0 ] || fail "nothing was checked"
[ "$(count failed)" = 0 ]
