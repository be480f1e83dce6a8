#!/usr/bin/env bash
# Everything that can be said about the code without running it. A tool that
# is not installed is a line at the end and, with CI set, a failure.

set -uo pipefail
export LC_ALL=C

mapfile -t c_files < <(git ls-files -co --exclude-standard '*.c')
mapfile -t headers < <(git ls-files -co --exclude-standard '*.h')
mapfile -t scripts < <(git ls-files -co --exclude-standard '*.sh' .ci/run)
if [ ${#c_files[@]} = 0 ]; then
    echo "lint: no C files: is this a git checkout?" >&2
    exit 1
fi
failed=()
skipped=()

# Runs the command of $3... under the name $2 if the tool $1 is installed.
lint() {
    local tool=$1 name=$2
    shift 2

    if ! type -P "$tool" >/dev/null; then
        skipped+=("$tool")
        return
    fi
    echo "lint: $name"
    "$@" || failed+=("$name")
}

# Builds everything with the compiler given, warnings being errors.
build_with() {
    local folder=build/lint/$1

    make --no-print-directory -s -j "$(nproc)" "BUILD=$folder" "OUT=$folder/" \
        CC="$1" CFLAGS='-O2 -Werror' stages attacks "$folder/tests/check"
}

# Where the compiler for the C library musl is, the stages must build with it.
build_with_musl() {
    local n stages=()

    for n in 1 2 3 4 5 6 7; do
        stages+=("build/lint/musl-gcc/stage-$n")
    done
    make --no-print-directory -s -j "$(nproc)" BUILD=build/lint/musl-gcc \
        OUT=build/lint/musl-gcc/ CC=musl-gcc CFLAGS='-O2 -Werror' "${stages[@]}"
}

# What clang-tidy says on stderr is how many warnings of the system's headers
# it has hidden; it is shown when something failed.
# shellcheck disable=SC2016
tidy() {
    printf '%s\n' "${c_files[@]}" |
        xargs -P "$(nproc)" -n 1 sh -c 'out=$(clang-tidy --quiet "$@" -- \
            -std=gnu11 -D_GNU_SOURCE -I. 2>&1) || { echo "$out"; exit 1; }' sh
}

# cppcheck reads no system header, so it must be told what noreturn is.
static_check() {
    cppcheck --quiet --std=c11 -D_GNU_SOURCE -D__linux__ --inline-suppr \
        '-Dnoreturn=__attribute__((noreturn))' \
        --enable=warning,portability,performance --error-exitcode=1 \
        --suppressions-list=scripts/cppcheck.txt -j "$(nproc)" -I . \
        "${c_files[@]}"
}


lint gcc "gcc, warnings are errors" build_with gcc
lint clang "clang, warnings are errors" build_with clang
lint musl-gcc "musl-gcc, warnings are errors" build_with_musl
lint clang-tidy "clang-tidy" tidy
lint cppcheck "cppcheck" static_check
lint shellcheck "shellcheck" shellcheck "${scripts[@]}"
lint clang-format "clang-format (make format puts it right)" \
    clang-format --dry-run -Werror "${c_files[@]}" "${headers[@]}"

for tool in ${skipped[@]+"${skipped[@]}"}; do
    echo "lint: SKIPPED: $tool is not installed (make deps GROUP=lint)" >&2
done
if [ ${#failed[@]} -gt 0 ]; then
    printf 'lint: FAILED: %s\n' "${failed[@]}" >&2
    exit 1
fi
if [ ${#skipped[@]} -gt 0 ] && [ -n "${CI-}" ]; then
    exit 1
fi
echo "lint: ${#c_files[@]} C files, ${#scripts[@]} scripts: clean"
