#!/usr/bin/env bash
# make check-vm: the checks in virtual machines with other kernels and other
# layouts of cgroups than this machine's. VM=v2 takes one of them, VM='v1 v2'
# two, VM=oldest Linux 5.10, which is not among the three taken without it. See
# run.sh for what they are, checks.sh for what is run in each, left-out for what
# is not.
#
# All run at the same time; each line of output begins with the machine's name.
# The exit status is 0 only if each machine came up and all in it passed.

set -euo pipefail
export LC_ALL=C

cd "$(dirname "$0")/../.."
logs=build/vm/logs
mutants=build/vm/mutants
failed=0

# ---- what will run --------------------------------------------------------------

# Prints the patterns of left-out, for the suite's EXCEPT, and says on stderr
# how many checks each reason leaves out.
read_left_out() {
    local pattern reason all
    local -A counts

    all=$(build/tests/check --list | wc -l)
    while IFS='|' read -r pattern reason; do
        pattern=${pattern%% *}
        reason=${reason# }
        case $pattern in '' | '#'*) continue ;; esac
        printf '%s ' "$pattern"
        counts[$reason]=$((${counts[$reason]-0} +
            $(ONLY=$pattern build/tests/check --list | wc -l)))
    done <tests/vm/left-out
    for reason in "${!counts[@]}"; do
        echo "check-vm: left out of $all checks: ${counts[$reason]}," \
            "$reason" >&2
    done
}

# A mutant's patch says in its first line which check must catch it.
build_mutant() {
    local patch=$1 folder

    folder=$mutants/$(basename "$patch" .patch)
    mkdir -p "$folder"
    cp -r 07-cgroups common "$folder"
    patch -s -p 1 -d "$folder" <"$patch"
    sed -n 's/^Caught-by: //p' "$patch" >"$folder/caught-by"
    "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -w -o "$folder/stage-7" \
        "$folder"/07-cgroups/container.c "$folder"/common/*.c
}

# Fetches the kernels, one after the other. What cannot be had
# of the newest and the oldest is left out, in plain sight; the 6.1 of Debian 12
# must be there.
choose_machines() {
    local machine kernel older='' status

    for machine in ${VM:-v2 v1 newest}; do
        status=0
        case $machine in
        v1 | v2) kernel=$(tests/vm/kernel.sh 6.1) || status=$? ;;
        newest) kernel=$(tests/vm/kernel.sh newest) || status=$? ;;
        oldest) kernel=$(tests/vm/kernel.sh 5.10) || status=$? ;;
        *)
            echo "check-vm: VM=v1, v2, newest or oldest, not $machine" >&2
            exit 2
            ;;
        esac
        if [ "$status" != 0 ] && [ "$machine" = oldest ]; then
            echo "SKIP oldest: Linux 5.10 of Debian 11 could not be fetched"
            continue
        fi
        if [ "$status" != 0 ]; then
            echo "check-vm: no kernel for $machine" >&2
            exit 1
        fi
        kernel=${kernel##*$'\n'}
        if [ "$machine" = newest ] && [ "$kernel" = "$older" ]; then
            echo "SKIP $machine: apt has no newer kernel than $older"
            continue
        fi
        older=$kernel
        machines+=("$machine")
        kernels[$machine]=$kernel
    done
}

# ---- running ------------------------------------------------------------------------

title() {
    case $1 in
    v1) echo "${kernels[$1]} v1" ;;
    *) echo "${kernels[$1]} v2" ;;
    esac
}

# Its output goes to a log, and with its name before each line to ours.
run_machine() {
    local status=0 start=$SECONDS

    EXCEPT=$except VM_VARIABLES='EXCEPT VM_SLOW' VM_SECONDS=${VM_SECONDS:-1200} \
        tests/vm/run.sh "$1" tests/vm/checks.sh 2>&1 |
        tee "$logs/$1" | sed -u "s/^/[$(title "$1")] /" || status=$?
    echo "$status $((SECONDS - start))" >"$logs/$1.status"
}

# With Ctrl-C the machines must end, too: each has its process group.
# shellcheck disable=SC2317 # by trap
stop_machines() {
    local group

    for group in $(jobs -p); do
        kill -- "-$group" 2>/dev/null || true
    done
    wait
}

# The sum of the numbers that stand for `N` in a pattern, over the log $1.
sum() {
    sed -n "s/$2/\\1/p" "$logs/$1" | awk '{ n += $1 } END { print n + 0 }'
}

# What failed on the machine $1, once more: three machines' lines are many.
show_failures() {
    awk -v title="[$(title "$1")] " '
        /^[a-z_\/]*\.c:[0-9]*:[FE]:/ || /^(FAIL|unsteady:)/ { shown = 1 }
        /^[a-z]*: .*: expected .*, but: / { shown = 1 }
        /^(slow|mutant|nested|delegated): / && !/: expected / { shown = 0 }
        /^[0-9.]* / { shown = 0 }
        shown { print title $0 }' "$logs/$1"
}

# A line on the machine $1, from its log.
report() {
    local status duration checks bad skipped nested unsteady

    read -r status duration <"$logs/$1.status"
    checks=$(sum "$1" '^[0-9]*%: Checks: \([0-9]*\),.*')
    bad=$(($(sum "$1" '^[0-9]*%:.* Failures: \([0-9]*\),.*') +
        $(sum "$1" '^[0-9]*%:.* Errors: \([0-9]*\)$') +
        $(sum "$1" '^nested: .* \([0-9]*\) failed$') +
        $(grep -c '^FAIL' "$logs/$1" || true)))
    unsteady=$(grep -c '^unsteady: ' "$logs/$1" || true)
    nested=$(sum "$1" '^nested: .* \([0-9]*\) passed.*')
    skipped=$(sum "$1" '^\([0-9]*\) skipped$')
    case $status in
    0) status='' ;;
    124) status=', took too long' ;;
    125) status=', the machine failed' ;;
    *) status=", exit status $status" ;;
    esac
    if [ "$checks" = 0 ]; then
        status="$status, RAN NO CHECK"
    fi
    bad=$((bad - unsteady))
    echo "$(title "$1"): $checks checks and $nested nested, $bad failed," \
        "$unsteady unsteady, $skipped skipped, in $duration s$status"
    total_checks=$((total_checks + checks + nested))
    total_bad=$((total_bad + bad))
    total_skipped=$((total_skipped + skipped))
    if [ -n "$status" ] || [ "$bad" != 0 ]; then
        failed=1
    fi
    show_failures "$1"
}

# ---- main -----------------------------------------------------------------------------

machines=()
declare -A kernels
choose_machines
rm -rf "$mutants" "$logs"
mkdir -p "$mutants" "$logs"
for patch in tests/vm/mutants/*.patch; do
    build_mutant "$patch"
done
except=$(read_left_out)
set -m
trap 'stop_machines; exit 130' INT
trap 'stop_machines; exit 143' TERM HUP
for machine in "${machines[@]}"; do
    echo "check-vm: $machine is Linux $(title "$machine")"
    run_machine "$machine" &
done
wait
trap - INT TERM HUP

if [ ${#machines[@]} = 0 ]; then
    echo "check-vm: no machine was run" >&2
    exit 1
fi
total_checks=0
total_bad=0
total_skipped=0
for machine in "${machines[@]}"; do
    report "$machine"
done
echo "check-vm: ${#machines[@]} machines, $total_checks checks," \
    "$total_bad failed, $total_skipped skipped"
exit "$failed"
