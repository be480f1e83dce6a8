#!/usr/bin/env bash
# The system calls of a stage, as strace(1) sees them; those that make the
# container, and no others.
#
#   workshop/trace.sh N [ARG...]    your stage N if you have one, else the project's
#   workshop/trace.sh diff N        what the project's stage N adds to N-1

cd "$(dirname "$0")/.." || exit 2
# shellcheck source=workshop/lib.sh
. workshop/lib.sh

calls=clone,clone3,unshare,setns,sethostname,mount,umount2,pivot_root,chroot,\
chdir,open_tree,move_mount,prctl,mkdir,rmdir,openat,execve

# The first process is the parent. Of the files that are opened, those that are
# written to are of interest; of execve, the one that works.
filter() {
    awk '
    !parent { parent = $1 }
    /exited with|killed by|= \?|resumed>/ { next }
    /execve\(.* = -1/ || (/execve\(/ && $1 == parent) { next }
    /openat\(/ && !/O_WRONLY/ { next }
    /mkdir\(.* = -1 EEXIST/ { next }
    {
        who = $1 == parent ? "parent   " : "container"
        $1 = ""
        sub(/ +=/, " =")
        sub(/ <unfinished .*/, ")")
        print who $0
    }'
}

# What differs from run to run goes; each side is a story of its own.
normalize() {
    sed -E -e 's/(child_stack=|\], )0x[0-9a-f]+/\1.../g' -e "s,$PWD,.,g" \
        -e 's/stage-7-[0-9-]+/stage-7-PID/g' -e 's/ = [0-9]+$//' \
        -e 's/move_mount\([0-9]+/move_mount(FD/' -e 's/ \/\* [0-9]+ vars \*\///' |
        sort -s -r -k 1,1
}

trace() { # PROGRAM [ARG...]
    as_root strace -f -q -e signal=none -e "trace=$calls" -o "|cat >&3" "$@" \
        3>&1 >/dev/null | filter
}

program_of() { # N
    make -s "stage-$1" >/dev/null
    echo "./stage-$1"
}

type -P strace >/dev/null ||
    refuse no_strace
if [ "${1-}" = diff ]; then
    need_stage "${2-}"
    [ "$2" -gt 1 ] || refuse first
    make_work
    for n in "$(($2 - 1))" "$2"; do
        trace "$(program_of "$n")" -- true | normalize >"$state/trace-$n"
    done
    give_back "$state"
    diff -U 2 --color=auto "$state/trace-$(($2 - 1))" "$state/trace-$2"
    [ $? -le 1 ]
    exit
fi
need_stage "${1-}"
stage=$1
shift
if [ -e "$(file_of "$stage")" ]; then
    build_stage "$stage" "$(file_of "$stage")" build/work || exit 1
    program=build/work/stage-$stage
else
    program=$(program_of "$stage")
fi
[ $# -gt 0 ] || set -- -- true
say "$program $*:"
trace "$program" "$@"
