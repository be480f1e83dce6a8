#!/usr/bin/env bash
# containerd calls the runtime by its shim, a process for each container:
# create, start, exec, ps, kill, pause, update, delete.

# shellcheck source=tests/clients/lib.sh
. "$(dirname "$0")/lib.sh"

cat >config.toml <<END
version = 2
root = "$folder/root"
state = "$folder/state"
disabled_plugins = ["io.containerd.grpc.v1.cri",
    "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
    "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
address = "$folder/socket"
END
image=localhost/test:latest

export CONTAINERD_ADDRESS=$folder/socket

ctr() {
    limited ctr "$@"
}

# ctr run, with flags of its own up to --, then the id and the command.
run_it() { # FLAG... -- ID COMMAND...
    local - flags=()
    set +x

    while [ "$1" != -- ]; do
        flags+=("$1")
        shift
    done
    shift
    ctr run --runc-binary "$RUNTIME_PATH" "${flags[@]}" "$image" "$@"
}

clean_up() {
    ctr task resume it
    ctr task kill -s KILL it && within 5 task_is STOPPED
    ctr task delete it
    ctr container delete it
}

task_is() { # STATUS
    ctr task ls | grep -E "^it .* $1\$"
}

# As in podman.sh.
start_counter() { # [FLAG...]
    run_it -d "$@" -- it /bin/counter
}

pid_of_it() {
    ctr task ls | awk '$1 == "it" { print $2 }'
}

run() {
    token=$(make_token)
    is "$(run_it --rm -- it echo "$token")" "$token"
    exits 7 run_it --rm -- it sh -c 'exit 7'
    is "$(ctr container ls -q)" ''
}

run_default() {
    token=$(make_token)
    is "$(ctr run --rm "$image" it sh -c "echo $token")" "$token"
    ctr run -d "$image" it /bin/counter
    is "$("$RUNTIME_PATH" --root /run/containerd/runc/default list -q)" it
    ctr task exec --exec-id one it true
}

run_terminal() {
    exits 6 in_terminal ctr run --runc-binary "$RUNTIME_PATH" -t --rm "$image" \
        it sh -c 'tty; exit 6'
    like "$output" '*/dev/pts/0*'
}

run_errors() {
    exits 1 run_it --rm -- it no-such-command
    like "$output" '*no-such-command*'
}

exec_command() {
    start_counter
    token=$(make_token)
    is "$(ctr task exec --exec-id one it echo "$token")" "$token"
    exits 9 ctr task exec --exec-id two it sh -c 'exit 9'
    is "$(ctr task exec --exec-id three --user 12:34 --cwd /tmp it \
        sh -c 'id -u; pwd' | paste -s -d ' ')" '12 /tmp'
    exits 1 ctr task exec --exec-id four it no-such-command
}

exec_terminal() {
    start_counter
    exits 4 in_terminal ctr task exec -t --exec-id one it \
        sh -c 'tty; exit 4'
    like "$output" '*/dev/pts/*'
}

ps_it() {
    start_counter
    like "$(ctr task ps it)" "*$(pid_of_it)*"
}

metrics() {
    start_counter --memory-limit 100000000
    like "$(ctr task metrics it)" '*memory*'
}

counts() {
    local root before

    root=/proc/$(pid_of_it)/root
    before=$(cat "$root/count")
    sleep $((slowness > 1 ? 4 : 1))
    [ "$(cat "$root/count")" != "$before" ]
}

pause() {
    start_counter
    within 5 counts
    ctr task pause it
    task_is PAUSED
    exits 1 counts
    ctr task resume it
    task_is RUNNING
    counts
}

kill_it() {
    start_counter
    within 5 test -e "/proc/$(pid_of_it)/root/count"
    ctr task kill -s TERM it
    within 5 task_is STOPPED
    like "$(ctr task delete it 2>&1)" '*exit code 15*'
    ctr container delete it
}

delete_it() {
    start_counter
    ctr task rm -f it || test $? = 137
    is "$(ctr task ls -q)" ''
}

user_namespace() {
    like "$(run_it --rm --uidmap 0:100000:1000 --gidmap 0:100000:1000 \
        --snapshotter native -- it sh -c 'cat /proc/self/uid_map; id -u' |
        tr -s ' ' | paste -s)" ' 0 100000 1000*0'
}

read_only() {
    exits 1 run_it --rm --read-only -- it touch /file
    like "$output" '*Read-only file system*'
}

seccomp() {
    is "$(run_it --rm --seccomp -- it grep -w Seccomp: /proc/self/status |
        tr -s '\t ' ' ')" 'Seccomp: 2'
    cat >profile.json <<-'END'
	{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
	  {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO",
	   "errnoRet": 18}]}
	END
    exits 1 run_it --rm --seccomp --seccomp-profile "$folder/profile.json" -- it \
        mkdir /tmp/folder
    like "$output" '*ross-device link*'
}

device() {
    like "$(run_it --rm --device /dev/full -- it sh -c \
        'echo 2>&1 >/dev/full || echo full')" '*full'
}

mounts() {
    token=$(make_token)
    mkdir -p data
    echo "$token" >data/file
    like "$(run_it --rm --mount \
        "type=bind,src=$folder/data,dst=/data,options=rbind:ro" -- it \
        sh -c 'cat /data/file; touch /data/new || echo refused')" \
        "$token"*refused
}

memory_limit() {
    exits 137 run_it --rm --memory-limit 33554432 -- it tail /dev/zero
}

network_host() {
    is "$(run_it --rm --net-host -- it readlink /proc/self/ns/net)" \
        "$(readlink /proc/self/ns/net)"
}

privileged() {
    is "$(run_it --rm --privileged -- it grep CapEff /proc/self/status)" \
        "$(grep CapEff /proc/self/status)"
}

restart_daemon() {
    start_counter
    stop_daemon "${daemons[0]}" KILL
    start
    task_is RUNNING
    is "$(ctr task exec --exec-id one it echo here)" here
}

# As the shim knows its runtime by default: the first runc of its PATH.
start() {
    PATH=$folder/bin:$PATH start_daemon containerd \
        containerd --config "$folder/config.toml"
    within 20 ctr version
}

mkdir -p bin layout
ln -sf "$RUNTIME_PATH" bin/runc
start || give_up containerd "containerd does not answer"
# shellcheck disable=SC2153 # IMAGE and image
"$here/oci-image.sh" "$IMAGE" "$image" >image.tar
ctr image import image.tar >import.log 2>&1 || give_up import "image import"

check "run --runc-binary" run
check "run, as the shim's default runtime" run_default
check "run -t" run_terminal
check "run: command not found" run_errors
check "task exec" exec_command
check "task exec -t" exec_terminal
check "task ps" ps_it
check "task metrics" metrics
check "task pause, resume" pause
check "task kill" kill_it
check "task delete" delete_it
check "run --uidmap" user_namespace
check "run --read-only" read_only
check "run --seccomp" seccomp
check "run --device" device
check "run --mount" mounts
check "run --memory-limit" memory_limit
check "run --net-host" network_host
check "run --privileged" privileged
check "containers outlive their containerd" restart_daemon
clean_up >/dev/null 2>&1
check "nothing is left behind" nothing_is_left /run/containerd/runc/default it
stop_daemons
