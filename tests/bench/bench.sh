#!/usr/bin/env bash
# make bench: what a container costs, of stage-8 and of those of crun and runc
# that are installed: wall time (hyperfine) and peak memory of each verb, with
# the bundle that `spec` writes and a static program that does nothing. "floor"
# is what the kernel takes at least (floor.c).
#
#   ROUNDS=N [10]   RUNS=N [10]   so many rounds of so many runs
#   RUNTIMES='NAME=PROGRAM...'    others than ./stage-8, crun and runc
#
# The runtimes take turns in each round, so that what else the machine does
# hits all. A time is the median of all runs; a ratio the median of the rounds'
# ratios to crun. It measures only: nothing fails because it is slow.

set -euo pipefail
export LC_ALL=C

cd "$(dirname "$0")/../.."
build=$PWD/build/bench
work=/run/toy-docker-bench
verbs='run create start exec delete'
declare -A programs

# ---- where it runs ------------------------------------------------------------

# In namespaces of its own, whose first process reaps what create leaves.
# crun does not start where v1 and v2 are mixed: v1 alone is shown then.
enter_namespaces() {
    exec unshare --mount --pid --fork --kill-child --mount-proc \
        --propagation private "$0" --inside
}

show_v1_alone() {
    local view=$work/view folder

    if [ ! -d /sys/fs/cgroup/unified ] || [ -e /sys/fs/cgroup/cgroup.procs ]; then
        return
    fi
    mkdir "$view"
    mount -t tmpfs -o mode=755 cgroup "$view"
    for folder in /sys/fs/cgroup/*; do
        if [ -L "$folder" ]; then
            cp -P "$folder" "$view"
        elif [ "${folder##*/}" != unified ]; then
            mkdir "$view/${folder##*/}"
            mount --bind "$folder" "$view/${folder##*/}"
        fi
    done
    mount --move "$view" /sys/fs/cgroup
}

# ---- the runtimes and the bundle ------------------------------------------------

find_runtimes() {
    local one

    for one in ${RUNTIMES:-stage-8=$PWD/stage-8 crun=crun runc=runc}; do
        if type -P "${one#*=}" >/dev/null; then
            programs[${one%%=*}]=$(type -P "${one#*=}")
            names+=("${one%%=*}")
        else
            echo "bench: no ${one#*=} here" >&2
        fi
    done
}

# make_bundle FOLDER ARGS: an older crun knows no newer specification than 1.0
make_bundle() {
    mkdir -p "$1/rootfs"/{proc,dev,sys}
    cp "$build/noop" "$1/rootfs/noop"
    ./stage-8 spec --bundle "$1"
    sed -i -e 's/"ociVersion": *"[^"]*"/"ociVersion": "1.0.2"/' \
        -e 's/"terminal": *true/"terminal": false/' -e "s|\"sh\"|$2|" \
        -e 's|"linux": *{|"linux": {"cgroupsPath": "/toy-docker/bench",|' \
        "$1/config.json"
}

# ---- the verbs -------------------------------------------------------------------

# The runtime $1 with the arguments behind it.
runtime() {
    local name=$1
    shift
    "$program" --root "$work/state/$name" "$@" </dev/null
}

status_of() {
    runtime "$1" state box 2>/dev/null | grep -o '"status": *"[a-z]*"' || true
}

# What has to be there before the verb $2 of the runtime $1 is measured; $3 is
# its program.
prepare() {
    program=$3
    if [ "$2" = exec ] && [[ $(status_of "$1") = *running* ]]; then
        return
    fi
    runtime "$1" delete --force box >/dev/null 2>&1 || true
    case $2 in
    start) runtime "$1" create --bundle "$work/ends" box ;;
    exec)
        runtime "$1" create --bundle "$work/waits" box
        runtime "$1" start box
        ;;
    delete)
        runtime "$1" create --bundle "$work/ends" box
        runtime "$1" start box
        until [[ $(status_of "$1") = *stopped* ]]; do sleep 0.005; done
        ;;
    esac
}

# The command line of the verb $2 of the runtime $1.
command_of() {
    local root="${programs[$1]} --root $work/state/$1"

    case $2 in
    run | create) echo "$root $2 --bundle $work/ends box" ;;
    exec) echo "$root exec box /noop" ;;
    *) echo "$root $2 box" ;;
    esac
}

clear_box() {
    program=${programs[$1]}
    runtime "$1" delete --force box >/dev/null 2>&1 || true
}

# ---- measuring -------------------------------------------------------------------

# measure NAME VERB COMMAND [PREPARE]: appends the times in seconds, and their
# median for this round.
measure() {
    local json=$work/times.json out=$work/results/$1.$2

    hyperfine --shell=none --style=none --warmup 1 --runs "${RUNS:-10}" \
        ${4:+--prepare "$4"} --export-json "$json" "$3" \
        >"$work/hyperfine" 2>&1 || {
        cat "$work/hyperfine" >&2
        return 1
    }
    sed -n '/"times"/,/\]/p' "$json" | grep -o '[0-9][0-9.e-]*' >"$work/times"
    cat "$work/times" >>"$out.times"
    median <"$work/times" >>"$out.rounds"
}

median() {
    sort -g | awk '{ v[NR] = $1 }
        END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

measure_round() {
    local verb name

    for verb in $verbs; do
        for name in "${turns[@]}"; do
            measure "$name" "$verb" "$(command_of "$name" "$verb")" \
                "$0 --prepare $name $verb ${programs[$name]}"
            clear_box "$name"
        done
        if [ "$verb" = run ]; then
            measure floor run "$build/floor $work/ends/rootfs /noop"
        fi
    done
    # the first one of a round is another one each time
    turns=("${turns[@]:1}" "${turns[0]}")
}

measure_memory() {
    local verb name i

    for ((i = 0; i < 5; i++)); do
        for verb in $verbs; do
            for name in "${names[@]}"; do
                "$0" --prepare "$name" "$verb" "${programs[$name]}"
                # shellcheck disable=SC2046 # words
                "$build/peak" "$work/results/$name.$verb.memory" \
                    $(command_of "$name" "$verb") </dev/null >/dev/null
                clear_box "$name"
            done
        done
        "$build/peak" "$work/results/floor.run.memory" \
            "$build/floor" "$work/ends/rootfs" /noop
    done
}

# ---- the table --------------------------------------------------------------------

# The median of the quotients of two files' lines; "-" without the second.
ratio() {
    if [ -e "$2" ]; then
        paste "$1" "$2" | awk '{ print $1 / $2 }' | median |
            awk '{ printf "%.2f\n", $1 }'
    else
        echo -
    fi
}

print_row() {
    local of=$work/results/$1.$2 crun=$work/results/crun.$2

    printf '%-8s %-8s %9.2f %9s %9.1f %9s\n' "$2" "$1" \
        "$(median <"$of.times" | awk '{ print $1 * 1000 }')" \
        "$(ratio "$of.rounds" "$crun.rounds")" \
        "$(median <"$of.memory" | awk '{ print $1 / 1024 }')" \
        "$(ratio "$of.memory" "$crun.memory")"
}

print_table() {
    local verb name

    for name in "${names[@]}"; do
        echo "$name: $("${programs[$name]}" --version | head -n 1)"
    done
    printf '\n%-8s %-8s %9s %9s %9s %9s\n' verb runtime ms '/ crun' MiB '/ crun'
    for verb in $verbs; do
        for name in "${names[@]}"; do
            print_row "$name" "$verb"
        done
        if [ "$verb" = run ]; then
            print_row floor run
        fi
    done
}

# ---- main -------------------------------------------------------------------------

clean_up() {
    local name

    for name in "${names[@]}"; do
        clear_box "$name"
    done
    rmdir /sys/fs/cgroup/toy-docker /sys/fs/cgroup/*/toy-docker 2>/dev/null
    cd / && umount -l "$work" && rmdir "$work"
}

inside() {
    local round

    # in memory, as /run is on most machines
    mkdir -p "$work"
    mount -t tmpfs -o mode=700 tmpfs "$work"
    mkdir "$work/results" "$work/state"
    names=()
    trap 'clean_up || true' EXIT
    show_v1_alone
    find_runtimes
    turns=("${names[@]}")
    make_bundle "$work/ends" '"/noop"'
    make_bundle "$work/waits" '"/noop", "wait"'
    for ((round = 1; round <= ${ROUNDS:-10}; round++)); do
        echo "round $round of ${ROUNDS:-10}" >&2
        measure_round
    done
    measure_memory
    print_table
}

case ${1-} in
--prepare) prepare "${@:2}" ;;
--inside) inside ;;
*) enter_namespaces ;;
esac
