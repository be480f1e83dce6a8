#!/usr/bin/env bash
# Are the checks any good? Each patch in tests/mutants breaks one stage in a
# way that learners do, and names the check that must catch it:
#
#   Caught-by: NAME
#   Stage: N
#
# For each, that check is run against the true stage, where it must pass, and
# against the broken one, where it must fail. Two go on at a time.
#
#   sudo tests/mutants.sh              all of them
#   sudo STAGE=8 tests/mutants.sh      those of one stage
#   sudo tests/mutants.sh 09 12        those whose names begin so

set -uo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 1

check=build/tests/check
: "${CC:=cc}"

# The first word after "NAME: " in the patch's header.
header() {
    sed -n "s/^$2: //p;/^--- /q" "$1"
}

# What stage 8 is compiled and linked with, as the Makefile names it.
pkg_flags() {
    local names

    read -ra names < <(sed -n 's/^LIBRARIES_8 := //p' Makefile)
    pkg-config --cflags --libs "${names[@]}"
}

# The sources of stage $1.
sources_of() {
    if [ "$1" = 8 ]; then
        echo 08-full/*.c common/*.c
    else
        echo "0$1"-*/container.c common/*.c
    fi
}

# Compiles the source $2 of folder $1 to $3.
compile() {
    "$CC" -std=gnu11 -D_GNU_SOURCE -w -O1 "${flags[@]}" -c -o "$3" "$1/$2"
}

object_of() {
    printf '%s' "${1//\//-}.o"
}

# The objects of stage $1 as it is: a mutant has most of them.
build_objects() {
    local folder=build/mutants/objects-$1 source sources

    mkdir -p "$folder"
    read -ra sources < <(sources_of "$1")
    for source in "${sources[@]}"; do
        while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
            wait -n
        done
        compile . "$source" "$folder/$(object_of "$source")" &
    done
    wait
}

# Copies stage $2 to folder $1, applies the patch $3, and builds it there: what
# the patch changes anew, or everything if that is a header.
build_mutant() {
    local folder=$1 stage=$2 patch=$3 sources source changed objects=() \
        common=build/mutants/objects-$2 libraries=()

    rm -rf "$folder"
    mkdir -p "$folder"
    cp -r "0$stage"-* common "$folder" || return 1
    patch -s -p1 -d "$folder" <"$patch" || return 1
    changed=$(sed -n 's#^+++ b/\([^[:blank:]]*\).*#\1#p' "$patch")
    read -ra sources < <(sources_of "$stage")
    for source in "${sources[@]}"; do
        if [[ $changed == *.h* ]] || grep -qx "$source" <<<"$changed"; then
            objects+=("$folder/$(object_of "$source")")
            compile "$folder" "$source" "${objects[-1]}" || return 1
        else
            objects+=("$common/$(object_of "$source")")
        fi
    done
    [ "$stage" != 8 ] || libraries=("${flags[@]}")
    "$CC" -o "$folder/stage-$stage" "${objects[@]}" "${libraries[@]}"
}

# Runs the check $1 for stage $2 with the stages of folder $3; its output goes
# to the file $4.
run_check() {
    STAGE_DIR=$3 STAGE=$2 ONLY=$1 "$check" >"$4" 2>&1
}

# Whether the check $1 holds for stage $2 of folder $3 three times: a mistake in
# what goes on at the same time does not show each time. Counts in $tries.
survives() {
    for ((tries = 1; tries <= 3; tries++)); do
        run_check "$1" "$2" "$3" "$3.false" || return 1
    done
}

# Prints what became of the mutant: "killed", or what is wrong.
try_mutant() {
    local patch=$1 folder=$2 name stage tries

    name=$(header "$patch" Caught-by)
    stage=$(header "$patch" Stage)
    if ! build_mutant "$folder" "$stage" "$patch" >"$folder.log" 2>&1; then
        echo "DOES NOT BUILD ($folder.log)"
    elif ! run_check "$name" "$stage" . "$folder.true"; then
        echo "FAILS WITHOUT THE MISTAKE ($folder.true)"
    elif ! grep -q '^0 skipped' "$folder.true"; then
        echo "cannot be tried here: $(grep -m 1 '^SKIP' "$folder.true")"
    elif survives "$name" "$stage" "$folder"; then
        echo "SURVIVED ($folder.false)"
    elif ! grep -q ":[FE]:stage-$stage:" "$folder.false"; then
        echo "WAS NOT RUN ($folder.false)"
    else
        echo "killed$([ "$tries" = 1 ] || echo " at try $tries")"
    fi
}

is_wanted() { # PATCH [PREFIX...]
    local name=${1##*/} prefix

    [ -z "$only" ] || [ "$(header "$1" Stage)" = "$only" ] || return 1
    shift
    [ $# = 0 ] && return 0
    for prefix; do
        [[ $name == "$prefix"* ]] && return 0
    done
    return 1
}

# Tries one, and prints its line of the table.
show_mutant() { # PATCH
    local name result

    name=$(basename "$1" .patch)
    result=$(try_mutant "$1" "build/mutants/$name")
    echo "$result" >"build/mutants/$name.result"
    printf '%-28s %-30s %s\n' "$name" "$(header "$1" Caught-by)" "$result"
}

count_results() { # PATTERN
    cat build/mutants/*.result 2>/dev/null | grep -c "$1"
}

if [ "$(id -u)" != 0 ]; then
    echo "mutants need root: sudo make mutants" >&2
    exit 1
fi
only=${STAGE-}
rm -rf build/mutants
mkdir -p build/mutants
read -ra flags < <(pkg_flags)
patches=()
for patch in tests/mutants/*.patch; do
    if is_wanted "$patch" "$@"; then
        patches+=("$patch")
    fi
done
while read -r stage; do
    build_objects "$stage"
done < <(sed -n 's/^Stage: //p' "${patches[@]}" /dev/null | sort -u)
printf '%-28s %-30s %s\n' mutant 'must be caught by' result
for patch in "${patches[@]}"; do
    [ "$(jobs -rp | wc -l)" -lt "${JOBS:-2}" ] || wait -n
    show_mutant "$patch" &
done
wait
killed=$(count_results '^killed')
others=$(($(count_results .) - killed - $(count_results '^cannot')))
echo "$killed killed, $others not"
[ "$others" = 0 ] && [ "$killed" -gt 0 ]
