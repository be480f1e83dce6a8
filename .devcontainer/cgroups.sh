#!/bin/sh
# Makes room for cgroups in a container that has its own cgroup v2 namespace:
# a cgroup may have processes or children with limits, not both. So the
# processes that are in it move to a group of their own, once at each start.

top=${1:-/sys/fs/cgroup}

if [ ! -e "$top/cgroup.type" ]; then
    exit 0 # the real root of v2, or cgroup v1: neither has that rule
fi
mkdir -p "$top/init" || exit
# more than once: they may have started others meanwhile
for _ in 1 2 3; do
    while read -r pid; do
        # one may have ended since; 0 is a process that we cannot see
        echo "$pid" >"$top/init/cgroup.procs" || true
    done <"$top/cgroup.procs" 2>/dev/null
done
if grep -q . "$top/cgroup.procs"; then
    echo "cgroups.sh: processes are left in $top, so it cannot hand on" \
        "controllers" >&2
    exit 1
fi
