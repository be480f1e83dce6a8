# shellcheck shell=dash source=/dev/null
# The virtual machine's first process in its own root: lays out the cgroups,
# runs the command, reports its exit status, and switches off.

b=/run/vm/busybox
. /run/vm/settings
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
cgroups=/sys/fs/cgroup

# As systemd does it: no process in the root, all controllers handed down, and
# a shell in a leaf of its own.
lay_out_v2() {
    $b mount -t cgroup2 -o nsdelegate,memory_recursiveprot cgroup2 $cgroups
    $b mkdir -p $cgroups/init.scope $cgroups/user.slice/session-1.scope
    echo 1 >$cgroups/init.scope/cgroup.procs
    for controller in $($b cat $cgroups/cgroup.controllers); do
        echo "+$controller" >$cgroups/cgroup.subtree_control
    done
    for controller in cpu memory pids; do
        echo "+$controller" >$cgroups/user.slice/cgroup.subtree_control
    done
    shell_cgroup=$cgroups/user.slice/session-1.scope
}

# As systemd did it: a hierarchy for each controller, but cpu and cpuacct
# together, with a link of each name.
lay_out_v1() {
    $b mount -t tmpfs -o mode=755 cgroup $cgroups
    for name in cpu,cpuacct memory pids devices freezer cpuset blkio \
        net_cls,net_prio perf_event hugetlb; do
        $b mkdir $cgroups/$name
        $b mount -t cgroup -o $name cgroup $cgroups/$name ||
            $b rmdir $cgroups/$name
        case $name in
        *,*)
            $b ln -s $name "$cgroups/${name%,*}"
            $b ln -s $name "$cgroups/${name#*,}"
            ;;
        esac
    done
    shell_cgroup=$cgroups/systemd/user.slice/session-1.scope
    $b mkdir $cgroups/systemd
    $b mount -t cgroup -o none,name=systemd cgroup $cgroups/systemd
    $b mkdir -p $shell_cgroup
}

prepare_machine() {
    $b mount --make-rshared / # as systemd does
    $b hostname "vm-$LAYOUT"
    $b ip link set lo up
    echo /run/vm/bin/modprobe >/proc/sys/kernel/modprobe
    $b mkdir -p "/lib/modules/$RELEASE"
    $b mount --bind "$KERNEL/lib/modules/$RELEASE" "/lib/modules/$RELEASE"
    $b modprobe loop # nothing asks the kernel for it
    "lay_out_$LAYOUT"
}

# The output is a pipe, as it would be in `make check | tee`; the serial line
# would also end lines its own way.
run_command() {
    $b stty -F /dev/ttyS1 raw -echo
    $b stty -F /dev/ttyS2 raw -echo
    $b mkfifo /run/vm/output
    $b cat /run/vm/output >/dev/ttyS1 &
    reader=$!
    (
        echo 0 >"$shell_cgroup/cgroup.procs"
        # a background job of sh ignores these two
        exec /usr/bin/env --default-signal=INT,QUIT \
            /usr/bin/setsid /usr/bin/timeout -k 5 "$SECONDS_ALLOWED" \
            /bin/bash /run/vm/command
    ) </dev/null >/run/vm/output 2>&1 &
    wait $!
    status=$?
    # what the command left running may hold the pipe open
    tries=0
    while [ $tries -lt 20 ] && kill -0 $reader 2>/dev/null; do
        $b usleep 50000
        tries=$((tries + 1))
    done
    echo "status=$status" >/dev/ttyS2
}

prepare_machine 2>/dev/console
run_command
$b poweroff -f
