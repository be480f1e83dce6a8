#!/usr/bin/env bash
# What check-vm.sh runs in each virtual machine: the checks that the kernel or
# the layout of the cgroups can change. VM is the machine's name (see run.sh),
# EXCEPT says which checks of the suite are left out.

set -u
cd "$(dirname "$0")/../.." || exit 125
case $VM in v1) layout=v1 ;; *) layout=v2 ;; esac
failed=0

# As the table of run.sh has it? A check of the machine itself: if it is not
# what its name says, all that follows means nothing.
check_machine() {
    local types

    types=$(awk '$3 ~ /^cgroup/ { print $3 }' /proc/mounts | sort -u)
    case $layout:${types//$'\n'/ } in
    v1:cgroup | v2:cgroup2) ;;
    *)
        echo "FAIL this machine has the file systems $types, not $layout"
        exit 125
        ;;
    esac
    grep -q ' / / .* shared:' /proc/self/mountinfo ||
        { echo "FAIL / is not shared" && exit 125; }
}

# A tmpfs for what the suite writes: the machine's overlayfs takes no whiteouts,
# no mapped ids and no other overlayfs.
make_room() {
    cp build/tests/check /tmp/ &&
        mount -t tmpfs -o mode=755 tests build/tests &&
        mv /tmp/check build/tests/ || exit 125
}

# Time limits are for an ordinary machine, where a program starts in 1 ms.
measure_slowness() {
    local before after i

    before=$(date +%s%N)
    for ((i = 0; i < 40; i++)); do
        /bin/true
    done
    after=$(date +%s%N)
    # some more, for what else runs; and a stray pause is no measure
    SLOWNESS=$(((after - before) / 40 / 1000000 + 8))
    SLOWNESS=$((SLOWNESS < 40 ? SLOWNESS : 40))
    export SLOWNESS CK_TIMEOUT_MULTIPLIER=$SLOWNESS
    echo "time limits: $SLOWNESS times an ordinary machine's"
}

# Puts the time in seconds before each line.
stamp() {
    local line

    while IFS= read -r line; do
        echo "$EPOCHREALTIME $line"
    done
}

# The suite prints its results at the end: if it is stopped, say where it was;
# and what took longest, since these machines are slow (all with VM_SLOW=1000).
run_suite() {
    local names=/tmp/names said=/tmp/said

    trap 'echo "stopped after $SECONDS s, in $(tail -n 1 '$names')"
        exit 124' TERM
    V=1 tests/steadily.sh 2> >(stamp >$names) >$said || failed=1
    trap - TERM
    cat $said
    grep -v '^[0-9.]* [a-z_0-9]*_in_stage_[1-8]$' $names
    echo "$EPOCHREALTIME end" >>$names
    awk '{ if (NR > 1) print $1 - since, name; since = $1; name = $2 }' $names |
        sort -rn | awk -v most="${VM_SLOW:-8}" \
            'NR <= most { printf "slow: %.1f s for %s\n", $1, $2 }'
}

# run_mutant NAME LAYOUT: the mutant must work with the layout that it believes
# in, or it would be caught for some other reason, and must be caught else.
run_mutant() {
    local folder=build/vm/mutants/$1 check output outcome expected=caught

    check=$(cat "$folder/caught-by")
    output=$(STAGE_DIR=$folder STAGE=7 ONLY=$check EXCEPT='' \
        build/tests/check 2>&1)
    case $output in
    *SKIP*) outcome=skipped ;;
    *'100%: Checks: 1, '*) outcome=works ;;
    *'0%: Checks: 1, '*) outcome=caught ;;
    *) outcome=broken ;;
    esac
    if [ "$layout" = "$2" ]; then
        expected=works
    fi
    if [ $outcome = $expected ]; then
        echo "mutant $1: $outcome ($check)"
    else
        echo "FAIL mutant $1: $outcome, not $expected ($check): $output"
        failed=1
    fi
}

check_machine
make_room
measure_slowness
run_suite
run_mutant v1-paths v1
run_mutant v2-paths v2
if [ "$layout" = v2 ]; then
    tests/vm/nested.sh stage-7 stage-8 || failed=1
    tests/vm/delegated.sh || failed=1
fi
exit "$failed"
