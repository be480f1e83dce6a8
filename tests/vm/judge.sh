# shellcheck shell=bash
# Sourced by nested.sh and delegated.sh: comparing, and counting what differs.

about=$(basename "$0" .sh) # what a failure's line begins with
passed=0
failed=0

# judge NAME EXPECTED ACTUAL: EXPECTED is a pattern.
judge() {
    # shellcheck disable=SC2053 # a pattern
    if [[ $3 == $2 ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: %s: expected %s, but: %s\n' "$about" "$1" "$2" \
            "${3//$'\n'/ | }"
    fi
}

# The command's output and at the end its exit status, on one line.
run() {
    local output status=0

    output=$("$@" 2>&1 </dev/null) || status=$?
    printf '%s [%d]' "${output//$'\n'/ | }" "$status"
}
