#!/usr/bin/env bash
# The attacker's side: what still works in stage N, and no longer in N+1.
#
#   workshop/attack.sh N
#
# The first time it makes work/attacks/attack-N.c, whose head is the task. From
# then on it builds that, and lets the checks try it in both of the project's
# stages, each in a stand-in host.

cd "$(dirname "$0")/.." || exit 2
# shellcheck source=workshop/lib.sh
. workshop/lib.sh

# The row of tests/properties.c that this attack is for.
properties=(. rename_host read_memory kill_process mount_on_host read_file
    fork_bomb use_descriptor)

start_attack() { # FILE
    make_work
    mkdir -p work/attacks
    cp "workshop/attacks/${1##*/}" "$1"
    give_back work
    tell yours "$bold$1$plain"
    say ''
    sed -n '2,/\*\//s/^ \*\/\{0,1\} \{0,1\}//p' "$1"
    tell write_it "$stage" "$stage" "$((stage + 1))"
}

# Static where that works: from stage 6 on the container has its own libraries.
build_attack() { # FILE
    local words

    read -ra words <<<"$FLAGS"
    mkdir -p build/work/attacks
    "$CC" "${words[@]}" -static -o "build/work/attacks/attack-$stage" "$1" -lrt \
        2>/dev/null ||
        "$CC" "${words[@]}" -o "build/work/attacks/attack-$stage" "$1" -lrt
    local status=$?
    give_back build/work
    return $status
}

# Tries it in the stage $1, where it should do what the message $2 says.
try_in() { # STAGE NAME
    local kind words

    IFS=$'\t' read -r _ kind _ _ words < <(as_root env "STAGE=$1" PATIENCE=5 \
        "SLOWNESS=${SLOWNESS-1}" "ATTACK_DIR=$PWD/build/work/attacks" \
        "ONLY=attack/${properties[$stage]}_in_stage_$1" \
        build/tests/check --report)
    case ${kind-} in
    held) say "$green✓ $(tell "$2" "$1")$plain" ;;
    skipped) say "$yellow- $(tell untried "$1" "$words")$plain" ;;
    failed)
        say "$red✗ $(tell "not_$2" "$1")$plain"
        show observed "$(printf '%b' "$words" | head -n 5 | cut -c 1-300)"
        failed=1
        ;;
    *) refuse not_run ;;
    esac
}

need_stage "${1-}"
stage=$1 failed=0
[ "$stage" != 8 ] || refuse no_attack
file=work/attacks/attack-$stage.c
if [ ! -e "$file" ]; then
    start_attack "$file"
    exit
fi
build_attack "$file" || exit 1
make -s "stage-$stage" "stage-$((stage + 1))" >/dev/null || exit 2
try_in "$stage" works
# what does not work where it should says nothing about the next stage
[ "$failed" = 1 ] || try_in "$((stage + 1))" stopped
if [ "$failed" = 0 ]; then
    tell own_attack "${folders[stage]}/attack.c"
fi
exit "$failed"
