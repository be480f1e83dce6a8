#!/usr/bin/env bash
# Are the checks any good? Each patch in tests/mutants breaks one stage in a
# way that learners do, and names the check that must catch it:
#
#   Caught-by: NAME
#   Stage: N
#
# For each, that check is run against the true stage, where it must pass, and
# against the broken one, where it must fail.
#
#   sudo tests/mutants.sh              all of them
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

# What the linker needs for stage 8, as the Makefile names it.
pkg_libraries() {
    local names

    read -ra names < <(sed -n 's/^LIBRARIES_8 := //p' Makefile)
    pkg-config --cflags --libs "${names[@]}"
}

# Copies stage $2 to folder $1, applies the patch $3, and builds it there.
build_mutant() {
    local folder=$1 stage=$2 patch=$3 sources libraries=()

    rm -rf "$folder"
    mkdir -p "$folder"
    cp -r "0$stage"-* common "$folder" || return 1
    patch -s -p1 -d "$folder" <"$patch" || return 1
    sources=("$folder/0$stage"-*/container.c)
    if [ "$stage" = 8 ]; then
        sources=("$folder"/08-full/*.c)
        mapfile -t libraries < <(pkg_libraries |
            tr ' ' '\n' | grep .)
    fi
    "$CC" -std=gnu11 -D_GNU_SOURCE -w -O1 -o "$folder/stage-$stage" \
        "${sources[@]}" "$folder"/common/*.c "${libraries[@]}"
}

# Runs the check $1 for stage $2 with the stages of folder $3; its output goes
# to the file $4.
run_check() {
    STAGE_DIR=$3 STAGE=$2 ONLY=$1 "$check" >"$4" 2>&1
}

# Prints what became of the mutant: "killed", or what is wrong.
try_mutant() {
    local patch=$1 folder=$2 name stage

    name=$(header "$patch" Caught-by)
    stage=$(header "$patch" Stage)
    if ! build_mutant "$folder" "$stage" "$patch" >"$folder.log" 2>&1; then
        echo "DOES NOT BUILD ($folder.log)"
    elif ! run_check "$name" "$stage" . "$folder.true"; then
        echo "FAILS WITHOUT THE MISTAKE ($folder.true)"
    elif ! grep -q '^0 skipped' "$folder.true"; then
        echo "cannot be tried here: $(grep -m 1 '^SKIP' "$folder.true")"
    elif run_check "$name" "$stage" "$folder" "$folder.false"; then
        echo "SURVIVED ($folder.false)"
    elif ! grep -q ":[FE]:stage-$stage:" "$folder.false"; then
        echo "WAS NOT RUN ($folder.false)"
    else
        echo killed
    fi
}

is_wanted() {
    local name=$1 prefix
    shift

    [ $# = 0 ] && return 0
    for prefix; do
        [[ $name == "$prefix"* ]] && return 0
    done
    return 1
}

if [ "$(id -u)" != 0 ]; then
    echo "mutants need root: sudo make mutants" >&2
    exit 1
fi
mkdir -p build/mutants
killed=0 others=0
printf '%-28s %-30s %s\n' mutant 'must be caught by' result
for patch in tests/mutants/*.patch; do
    name=$(basename "$patch" .patch)
    is_wanted "$name" "$@" || continue
    result=$(try_mutant "$patch" "build/mutants/$name")
    printf '%-28s %-30s %s\n' "$name" "$(header "$patch" Caught-by)" "$result"
    case $result in
    killed) killed=$((killed + 1)) ;;
    cannot*) ;;
    *) others=$((others + 1)) ;;
    esac
done
echo "$killed killed, $others not"
[ "$others" = 0 ] && [ "$killed" -gt 0 ]
