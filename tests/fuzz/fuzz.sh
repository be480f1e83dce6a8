#!/usr/bin/env bash
# make fuzz: each target gets odd input until its time is over, and the input it
# fails on is kept. Each begins with what earlier runs have found.
#
#   FUZZ_SECONDS=N [60]

set -euo pipefail
cd "$(dirname "$0")/../.."
folder=build/fuzz
# what a stage allocates lives as long as the stage
export ASAN_OPTIONS=detect_leaks=0

make_seeds() {
    mkdir -p "$folder"/corpus/{config,layer}
    cp tests/fuzz/config.json "$folder/corpus/config"
    ./stage-8 spec --bundle "$folder"
    mv "$folder/config.json" "$folder/corpus/config/spec"
    grep -oh '"[A-Za-z_.]\{2,40\}"' 08-full/config_*.c | sort -u \
        >"$folder/words"
}

# In rounds, since the memory of an input that ended with exit(3) is lost.
fuzz() { # TARGET
    local log=$folder/$1.log end=$((SECONDS + ${FUZZ_SECONDS:-60})) inputs=0

    while ((SECONDS < end)); do
        if ! "$folder/$1" -max_total_time=$((end - SECONDS)) -runs=20000 \
            -rss_limit_mb=4096 -timeout=10 -close_fd_mask=2 \
            -dict="$folder/words" -artifact_prefix="$folder/$1-" \
            "$folder/corpus/$1" >"$log" 2>&1; then
            grep -a -A 20 'ERROR: \|runtime error: ' "$log" | head -n 30
            echo "fuzz: $1: FAILED after $inputs inputs;" \
                "$(grep -a 'written to' "$log")"
            return 1
        fi
        inputs=$((inputs + $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log")))
    done
    echo "fuzz: $1: $inputs inputs, none failed"
}

make_seeds
status=0
fuzz config || status=1
fuzz layer || status=1
exit "$status"
