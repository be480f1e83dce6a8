#!/usr/bin/env bash
# make check-builds: each stage, built by each compiler and C library, is run.
#
#   gcc, clang       with glibc, all stages
#   musl-gcc         with musl, stages 1 to 7
#   arm64            cross-built and, with qemu-user, run as far as that can:
#                    it refuses clone(2) with any flag for a namespace, so a
#                    container starts in stage 1 only. Of stage 8 the files are
#                    compiled, not linked, as libcap for arm64 is not there.
#
# What is not installed is a line that begins with SKIP, and with CI set a
# failure.

set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

folder=build/builds
# each starts containers; what the compiler may break shows early
checks='exit_status signal_status shell_without_command silent help'
failed=0

report() { # NAME RESULT
    printf 'builds: %-8s  %s\n' "$1" "$2"
}

fails() { # NAME WHAT
    report "$1" "FAILED: $2"
    failed=$((failed + 1))
}

skip() { # NAME REASON
    echo "SKIP $1: $2 is not installed (make deps GROUP=builds)"
    if [ -n "${CI-}" ]; then
        failed=$((failed + 1))
    fi
}

# ---- this machine's processor --------------------------------------------

run_checks() { # COMPILER LAST_STAGE
    local n stages=() except='' output

    if ! type -P "$1" >/dev/null; then
        skip "$1" "$1"
        return
    fi
    for n in $(seq "$2"); do
        stages+=("$folder/$1/stage-$n")
    done
    if [ "$2" -lt 8 ]; then
        except='*/*_in_stage_8'
    fi
    if ! output=$(make --no-print-directory -s BUILD="$folder/$1" \
        OUT="$folder/$1/" CC="$1" "${stages[@]}" 2>&1); then
        echo "$output" >&2
        fails "$1" "does not build"
        return
    fi
    if output=$(STAGE_DIR="$folder/$1" ONLY="$checks" EXCEPT="$except" \
        build/tests/check 2>&1); then
        report "$1" "stages 1 to $2: ${output##*$'\n'}"
    else
        echo "$output" >&2
        fails "$1" "stages 1 to $2"
    fi
}

# ---- arm64 ---------------------------------------------------------------

cross() {
    aarch64-linux-gnu-gcc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 \
        "$@"
}

build_arm64() {
    local n file

    mkdir -p "$folder/arm64"
    for n in 1 2 3 4 5 6 7; do
        cross -static -o "$folder/arm64/stage-$n" 0"$n"-*/container.c \
            common/*.c || return
    done
    # libcap's header is the same for every processor
    for file in 08-full/*.c; do
        cross -idirafter /usr/include -c -o "$folder/arm64/object" "$file" ||
            return
    done
}

# emulated STATUS STAGE ARGUMENT...: runs it; does it end with that status?
emulated() {
    local status=0

    output=$(qemu-aarch64-static "$folder/arm64/stage-$2" "${@:3}" 2>&1 \
        </dev/null) || status=$?
    if [ $status != "$1" ]; then
        fails arm64 "stage-$2 ${*:3}: status $status, not $1: $output"
    fi
}

expect() { # PATTERN
    # shellcheck disable=SC2053 # a pattern
    if [[ $output != $1 ]]; then
        fails arm64 "expected '$1', but: $output"
    fi
}

run_arm64() {
    local n

    for n in 1 2 3 4 5 6 7; do
        emulated 0 "$n" --help
        expect "usage: stage-$n *"
        emulated 125 "$n" --no-such-flag
        expect "stage-$n: unknown flag --no-such-flag*"
    done
    emulated 7 1 -- sh -c 'echo it ran; exit 7'
    expect 'it ran'
    # shellcheck disable=SC2016
    emulated 137 1 -- sh -c 'kill -KILL $$'
    emulated 127 1 -- no-such-command
    for n in 2 3 4 5 6 7; do # else the head of this file is out of date
        if [ "$n" != 7 ]; then
            emulated 125 "$n" -- true
            expect "stage-$n: clone: Invalid argument (EINVAL)*"
        fi
    done
}

check_arm64() {
    local before=$failed output

    if ! type -P aarch64-linux-gnu-gcc >/dev/null; then
        skip arm64 aarch64-linux-gnu-gcc
        return
    fi
    if ! build_arm64; then
        fails arm64 "does not build"
        return
    fi
    if ! type -P qemu-aarch64-static >/dev/null; then
        report arm64 "stages 1 to 8 compile"
        skip "arm64, running" qemu-aarch64-static
        return
    fi
    run_arm64
    if [ $failed = "$before" ]; then
        report arm64 "stages 1 to 8 compile; 1 to 7 run under qemu-user as far\
 as it can"
    fi
}

# ---- main ----------------------------------------------------------------

mkdir -p $folder
run_checks gcc 8
run_checks clang 8
run_checks musl-gcc 7
check_arm64
[ $failed = 0 ]
