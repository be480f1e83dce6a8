#!/usr/bin/env bash
# podman calls the runtime by conmon, a process for each container: create,
# start, exec, kill, delete. It keeps no daemon.

# shellcheck source=tests/clients/lib.sh
. "$(dirname "$0")/lib.sh"

# The machine may not raise its limits, and podman asks for higher ones.
cat >containers.conf <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
log_driver = "k8s-file"
[network]
network_backend = "netavark"
network_config_dir = "$folder/networks"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "toy"
[engine.runtimes]
toy = ["$RUNTIME_PATH"]
END
cat >storage.conf <<END
[storage]
driver = "overlay"
runroot = "$folder/runroot"
graphroot = "$folder/root"
END
export CONTAINERS_CONF=$folder/containers.conf
export CONTAINERS_STORAGE_CONF=$folder/storage.conf

podman() {
    limited podman --tmpdir "$folder/tmp" "$@"
}

clean_up() {
    podman pod rm -fa -t 0
    podman rm -fa -t 0
}

state_of() { # CONTAINER
    podman inspect -f '{{.State.Status}}' "$1"
}

# A container that lives: it answers SIGTERM, and counts in /count.
start_counter() { # NAME [FLAG...]
    local name=$1
    shift

    podman run -d --name "$name" --network none "$@" test /bin/counter
}

# ---- run -----------------------------------------------------------------------

run() {
    token=$(make_token)
    is "$(podman run --rm --network none test echo "$token")" "$token"
    exits 7 podman run --rm --network none test sh -c 'exit 7'
    is "$(podman ps -aq)" ''
}

run_detached() {
    token=$(make_token)
    podman run -d --name it --network none test sh -c "echo $token; exit 5"
    is "$(podman wait it)" 5
    is "$(podman logs it)" "$token"
    is "$(state_of it)" exited
}

run_terminal() {
    exits 6 in_terminal podman run -it --rm --network none test \
        sh -c 'tty; stty size; exit 6'
    like "$output" '*/dev/pts/0*'
}

run_errors() {
    exits 127 podman run --rm --network none test no-such-command
    like "$output" '*no-such-command*'
    exits 126 podman run --rm --network none test /etc/passwd
    like "$output" '*ermission denied*'
}

# For podman a runtime that is called crun writes its errors as JSON.
run_as_crun() {
    mkdir -p named
    ln -sf "$RUNTIME_PATH" named/crun
    token=$(make_token)
    is "$(podman --runtime "$folder/named/crun" run --rm --network none test \
        echo "$token")" "$token"
    exits 127 podman --runtime "$folder/named/crun" run --rm --network none \
        test no-such-command
    like "$output" '*no-such-command*'
}

# ---- a container that runs --------------------------------------------------------

exec_command() {
    start_counter it
    token=$(make_token)
    is "$(podman exec it echo "$token")" "$token"
    exits 9 podman exec it sh -c 'exit 9'
    is "$(echo "$token" | podman exec -i it cat)" "$token"
    is "$(podman exec --user 12:34 --workdir /tmp --env "WORD=$token" it \
        sh -c 'id -u; id -g; pwd; echo $WORD' | paste -s -d ' ')" \
        "12 34 /tmp $token"
    exits 127 podman exec it no-such-command
}

exec_terminal() {
    start_counter it
    exits 4 in_terminal podman exec -it it sh -c 'tty; exit 4'
    like "$output" '*/dev/pts/*'
}

exec_detached() {
    start_counter it
    token=$(make_token)
    podman exec -d it sh -c "echo $token >/tmp/word"
    within 5 podman exec it grep "$token" /tmp/word
}

logs() {
    token=$(make_token)
    podman run -d --name it --network none test \
        sh -c "echo $token; echo other >&2; sleep 100"
    within 5 podman logs it
    within 5 grep_logs "$token"
    is "$(podman logs it 2>/dev/null)" "$token"
}

grep_logs() {
    podman logs it 2>/dev/null | grep "$1"
}

stop() {
    start_counter it
    within 5 podman exec it test -e /count
    podman stop -t 20 it
    is "$(podman inspect -f '{{.State.ExitCode}}' it)" 15 # its own
}

kill_it() {
    start_counter it
    podman kill it
    podman wait it
    is "$(podman inspect -f '{{.State.ExitCode}}' it)" 137
}

counts() { # CONTAINER: does /count change?
    local root before

    root=/proc/$(podman inspect -f '{{.State.Pid}}' "$1")/root
    before=$(cat "$root/count")
    sleep $((slowness > 1 ? 4 : 1))
    [ "$(cat "$root/count")" != "$before" ]
}

pause() {
    start_counter it
    within 5 counts it
    podman pause it
    is "$(state_of it)" paused
    exits 1 counts it
    podman unpause it
    is "$(state_of it)" running
    counts it
}

top() {
    start_counter it
    like "$(podman top it args)" '*counter*'
    like "$(podman top it -o pid,comm)" '*counter*'
}

stats() {
    start_counter it
    like "$(podman stats --no-stream --format '{{.Name}} {{.PIDs}}' it)" \
        'it [1-9]*'
}

update() {
    start_counter it --memory 200m
    within 5 memory_limit_is it $((200 * 1024 * 1024))
    podman update --memory 100m it
    memory_limit_is it $((100 * 1024 * 1024))
}

memory_limit_is() { # CONTAINER BYTES
    local id

    id=$(podman inspect -f '{{.Id}}' "$1")
    find /sys/fs/cgroup -path "*libpod-$id*" \
        \( -name memory.limit_in_bytes -o -name memory.max \) \
        -exec cat {} + | grep -x "$2"
}

healthcheck() {
    podman run -d --name it --network none --health-cmd 'test -e /healthy' \
        --health-interval disable test /bin/counter
    exits 1 podman healthcheck run it
    podman exec it touch /healthy
    podman healthcheck run it
}

restart() {
    podman run -d --name it --network none --restart on-failure:2 test \
        sh -c 'exit 3'
    within 20 restarted_twice
}

restarted_twice() {
    [ "$(podman inspect -f '{{.RestartCount}} {{.State.Status}}' it)" = \
        '2 exited' ]
}

# ---- what it may do, and what it sees ----------------------------------------------

userns() {
    like "$(podman run --rm --network none --uidmap 0:100000:1000 \
        --gidmap 0:100000:1000 test sh -c 'cat /proc/self/uid_map; id -u' |
        tr -s ' ' | paste -s)" ' 0 100000 1000*0'
}

userns_detached() {
    start_counter it --uidmap 0:100000:1000 --gidmap 0:100000:1000
    is "$(stat -c %u "/proc/$(podman inspect -f '{{.State.Pid}}' it)")" 100000
    is "$(podman exec it id -u)" 0
}

# podman takes a range of its own user's ids, as large as the image needs.
userns_auto() {
    local file

    cat /etc/subuid >ids
    echo 'containers:200000:70000' >>ids
    for file in /etc/subuid /etc/subgid; do
        mount --bind ids "$file"
    done
    token=$(podman run --rm --network none --userns auto test \
        sh -c 'touch /made && cat /proc/self/uid_map')
    umount /etc/subuid /etc/subgid
    read -r inside outside _ <<<"$token"
    is "$inside" 0
    [ "$outside" -ge 200000 ]
}

userns_volume() {
    printf '%s\n' 6.3 "$(uname -r)" | sort -C -V ||
        skip "tmpfs, which the folder is on, maps no ids before Linux 6.3"
    mkdir -p mapped
    touch mapped/file
    chown 5:6 mapped/file
    like "$(podman run --rm --network none --uidmap 0:100000:1000 \
        --gidmap 0:100000:1000 -v "$PWD/mapped:/v:idmap" test \
        ls -ln /v)" '* 5 * 6 *'
}

# podman 4.3 forbids all devices in a pod's cgroup of v2, and so no runtime can
# make a container in it. For its pods there is a way around.
pod_flags=()
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    pod_flags=(--share-parent=false)
fi

userns_pod() {
    podman pod create "${pod_flags[@]}" --name pod --uidmap 0:100000:1000 \
        --gidmap 0:100000:1000 --infra-image test --infra-command /bin/pause
    podman run -d --pod pod --name it test /bin/counter
    like "$(podman exec it cat /proc/self/uid_map | tr -s ' ')" \
        ' 0 100000 1000*'
}

init() {
    is "$(podman run --rm --network none --init test cat /proc/1/comm)" \
        podman-init
}

pid_host() {
    is "$(podman run --rm --network none --pid host test \
        readlink /proc/self/ns/pid)" "$(readlink /proc/self/ns/pid)"
}

network_none() {
    is "$(podman run --rm --network none test ls /sys/class/net)" lo
}

network_host() {
    is "$(podman run --rm --network host test readlink /proc/self/ns/net)" \
        "$(readlink /proc/self/ns/net)"
}

network_default() {
    token=$(make_token)
    podman run -d --name it -p 127.0.0.1:8080:80 test \
        sh -c "echo $token >/tmp/index.html; exec httpd -f -p 80 -h /tmp"
    address=$(podman inspect -f '{{.NetworkSettings.IPAddress}}' it)
    like "$address" '10.88.*'
    within 5 fetch "$address" 80
    like "$(fetch "$address" 80)" "*$token*"
    is "$(podman run --rm test wget -q -O - "http://$address/")" "$token"
    like "$(fetch 127.0.0.1 8080)" "*$token*"
}

read_only() {
    exits 1 podman run --rm --network none --read-only test touch /file
    like "$output" '*Read-only file system*'
    podman run --rm --network none --read-only test touch /tmp/file
}

tmpfs() {
    like "$(podman run --rm --network none --tmpfs /data:size=1m test \
        grep ' /data ' /proc/mounts)" 'tmpfs /data tmpfs *size=1024k*'
}

volume() {
    token=$(make_token)
    mkdir -p data
    echo "$token" >data/file
    is "$(podman run --rm --network none -v "$folder/data:/data:ro" test \
        cat /data/file)" "$token"
    exits 1 podman run --rm --network none -v "$folder/data:/data:ro" test \
        touch /data/other
    podman run --rm --network none -v "$folder/data:/data" test touch /data/new
    test -e data/new
    podman run --rm --network none -v named:/data test touch /data/new
}

device() {
    mknod here c 1 5 # as /dev/zero
    is "$(podman run --rm --network none --device "$folder/here:/dev/there" \
        test sh -c 'head -c 4 /dev/there | wc -c')" 4
    exits 1 podman run --rm --network none --cap-add MKNOD test \
        sh -c 'mknod /tmp/kmsg c 1 11 && head -c 4 /tmp/kmsg'
}

limits() {
    is "$(podman run --rm --network none --memory 64m --pids-limit 50 \
        --cpus 0.5 test sh -c 'cat /sys/fs/cgroup/memory*/memory.limit_in_bytes \
        /sys/fs/cgroup/memory.max 2>/dev/null')" 67108864
    exits 137 podman run --rm --network none --memory 32m test \
        sh -c 'exec tail /dev/zero'
}

seccomp_default() {
    is "$(podman run --rm --network none test grep -w Seccomp: \
        /proc/self/status | tr -s '\t ' ' ')" 'Seccomp: 2'
    is "$(podman run --rm --network none --security-opt seccomp=unconfined \
        test grep -w Seccomp: /proc/self/status | tr -s '\t ' ' ')" 'Seccomp: 0'
}

seccomp_profile() {
    cat >profile.json <<-'END'
	{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
	  {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO",
	   "errnoRet": 18}]}
	END
    exits 1 podman run --rm --network none \
        --security-opt "seccomp=$folder/profile.json" test mkdir /tmp/folder
    like "$output" '*ross-device link*' # EXDEV, from the profile alone
}

no_new_privileges() {
    is "$(podman run --rm --network none --security-opt no-new-privileges test \
        grep NoNewPrivs /proc/self/status | tr -s '\t ' ' ')" 'NoNewPrivs: 1'
    is "$(podman run --rm --network none test \
        grep NoNewPrivs /proc/self/status | tr -s '\t ' ' ')" 'NoNewPrivs: 0'
}

capabilities() {
    is "$(podman run --rm --network none --cap-drop all --cap-add chown test \
        grep CapEff /proc/self/status | tr -s '\t ' ' ')" \
        'CapEff: 0000000000000001'
}

user_and_more() {
    is "$(podman run --rm --network none --user 12:34 --group-add 56 \
        --hostname box --workdir /tmp --env WORD=hello --ulimit nofile=99:99 \
        --ulimit nproc=4096:4096 \
        --sysctl kernel.msgmax=9999 test sh -c 'id -u; id -G; hostname; pwd
            echo $WORD; ulimit -n; cat /proc/sys/kernel/msgmax' |
        paste -s -d ' ')" '12 34 56 box /tmp hello 99 9999'
}

# ---- pods -----------------------------------------------------------------------------

pod() {
    podman pod create "${pod_flags[@]}" --name group --network none
    podman run -d --pod group --name one test /bin/counter
    podman run -d --pod group --name two test /bin/counter
    is "$(podman exec two readlink /proc/self/ns/net)" \
        "$(podman exec one readlink /proc/self/ns/net)"
    is "$(podman pod inspect -f '{{.State}}' group)" Running
    podman pod stop -t 1 group
    podman pod rm group
}

play_kube() {
    [ ${#pod_flags[@]} = 0 ] ||
        skip "podman 4.3 forbids all devices in a pod's cgroup of v2"
    token=$(make_token)
    cat >pod.yaml <<-END
	apiVersion: v1
	kind: Pod
	metadata: {name: web}
	spec:
	  restartPolicy: Never
	  containers:
	  - name: main
	    image: localhost/test
	    command: [sh, -c, 'echo $token; exec /bin/counter']
	    resources: {limits: {memory: 100Mi}}
	    securityContext: {readOnlyRootFilesystem: false}
	END
    podman play kube --network none pod.yaml
    within 5 kube_says "$token"
    is "$(podman pod inspect -f '{{.State}}' web)" Running
    podman play kube --down pod.yaml
}

kube_says() {
    podman logs web-main | grep "$1"
}

# What the reader types, with podman as it is but for the files that we named.
chapter() {
    # podman would mount this there, and leave it
    mount --bind root/overlay root/overlay
    CHAPTERS_BLOCKS=clients "$here/../chapters.sh" 08-full/README.md
}

# ---- what no runtime here can do --------------------------------------------------------

# What systemd has opened for a unit; a file stands for the socket.
# shellcheck disable=SC2016 # its own shells expand that
sockets() {
    echo secret >"$folder/socket"
    output=$(limited sh -c \
        'exec 3<"$0"; LISTEN_FDS=1 LISTEN_PID=$$ exec podman "$@"' \
        "$folder/socket" --tmpdir "$folder/tmp" run --rm --network none test \
        sh -c 'echo $LISTEN_FDS $LISTEN_PID; cat <&3')
    is "$output" $'1 1\nsecret'
}

checkpoint() {
    start_counter it
    exits 125 podman container checkpoint it
    like "$output" '*checkpoint*'
    is "$(state_of it)" running
}

# ------------------------------------------------------------------------------------------

fetch() { # ADDRESS PORT
    curl -sS -m 2 "http://$1:$2/"
}

podman import -q --change 'ENV PATH=/bin' "$IMAGE" localhost/test:latest >import.log 2>&1 ||
    give_up import "podman import"
podman tag localhost/test test >/dev/null 2>&1

check "run" run
check "run -d, wait, logs" run_detached
check "run -it" run_terminal
check "run: command not found, not executable" run_errors
check "run --runtime .../crun" run_as_crun
check "exec" exec_command
check "exec -it" exec_terminal
check "exec -d" exec_detached
check "logs" logs
check "stop" stop
check "kill" kill_it
check "pause, unpause" pause
check "top" top
check "stats" stats
check "update" update
check "healthcheck" healthcheck
check "--restart on-failure" restart
check "--uidmap" userns
check "--uidmap -d, exec" userns_detached
check "--userns auto" userns_auto
check "--uidmap, -v :idmap" userns_volume
check "pod --uidmap" userns_pod
check "--init" init
check "--pid host" pid_host
check "--network none" network_none
check "--network host" network_host
check "the default network, -p" network_default
check "--read-only" read_only
check "--tmpfs" tmpfs
check "--volume" volume
check "LISTEN_FDS" sockets
check "--device" device
check "--memory, --pids-limit, --cpus" limits
check "the default seccomp profile" seccomp_default
check "--security-opt seccomp=FILE" seccomp_profile
check "--security-opt no-new-privileges" no_new_privileges
check "--cap-drop, --cap-add" capabilities
check "--user, --hostname, --ulimit, --sysctl" user_and_more
check "pod create, run --pod" pod
check "play kube" play_kube
check "checkpoint is refused" checkpoint
if [ "$RUNTIME" = stage-8 ]; then
    check "the trace in chapter 08" chapter
fi
clean_up >/dev/null 2>&1
check "nothing is left behind" nothing_is_left "$STATES" 'libpod-[0-9a-f]*'
