#!/usr/bin/env bash
# One machine is not enough: two dockerd, each on a machine of its own (as far
# as namespaces go), joined in a Swarm. A service has six replicas; one machine
# is killed, and the other takes over its replicas.

# shellcheck source=tests/clients/lib.sh
. "$(dirname "$0")/lib.sh"

# ---- machines ----------------------------------------------------------------

# The machine NAME has the address 10.99.0.NUMBER on the bridge.
connect() { # NAME NUMBER
    ip netns add "$1"
    ip link add "to-$1" type veth peer name eth0 netns "$1"
    ip link set "to-$1" master bridge up
    ip -n "$1" address add "10.99.0.$2/24" dev eth0
    ip -n "$1" link set eth0 up
    ip -n "$1" link set lo up
}

# Whatever runs on it ends with its first process, dockerd's parent.
start_machine() { # NAME
    local data=$folder/$1

    mkdir -p "$data"
    cat >"$data/daemon.json" <<-END
	{
	    "runtimes": {"toy": {"path": "$RUNTIME_PATH"}},
	    "default-runtime": "toy",
	    "data-root": "$data/root",
	    "exec-root": "$data/run",
	    "pidfile": "$data/pid",
	    "hosts": ["unix://$data/socket"],
	    "cgroup-parent": "/$1",
	    "default-ulimits":
	        {"nofile": {"Name": "nofile", "Soft": 1024, "Hard": 1024}},
	    "oom-score-adjust": 0
	}
	END
    start_daemon "$1" nsenter "--net=/run/netns/$1" \
        unshare --mount --uts --ipc --pid --fork --kill-child --mount-proc -- \
        sh -c "hostname $1; dockerd --config-file $data/daemon.json; exit"
}

on() { # NAME COMMAND...: docker there
    local name=$1
    shift

    limited docker --config "$folder/config" \
        -H "unix://$folder/$name/socket" "$@"
}

running_on() { # NAME: how many containers
    on "$1" ps -q | wc -l
}

# Counts what the runtime itself knows of.
runtime_knows() { # NAME
    "$RUNTIME_PATH" --root "$folder/$1/run/runtime-runc/moby" list -q | wc -l
}

replicas_are() { # REPLICAS, as "6/6"
    [ "$(on one service ls --format '{{.Replicas}}')" = "$1" ]
}

are() { # ON-ONE ON-TWO
    [ "$(running_on one) $(running_on two)" = "$1 $2" ]
}

clean_up() {
    :
}

# ---- checks -------------------------------------------------------------------

join() {
    on one swarm init --advertise-addr 10.99.0.1 --listen-addr 10.99.0.1
    on one swarm update --dispatcher-heartbeat 2s
    on two swarm join --advertise-addr 10.99.0.2 --listen-addr 10.99.0.2 \
        --token "$(on one swarm join-token -q worker)" 10.99.0.1:2377
    within 20 nodes_are Ready Ready
}

nodes_are() {
    [ "$(on one node ls --format '{{.Hostname}} {{.Status}}' | sort | paste -s)" = \
        "one $1	two $2" ]
}

create_service() {
    on one service create --name counting --replicas 6 --no-resolve-image \
        --network host --detach test:latest /bin/counter
    within 60 replicas_are 6/6
    within 10 are 3 3
    is "$(runtime_knows one) $(runtime_knows two)" '3 3'
}

replace_container() {
    local old

    old=$(on one ps -q | head -n 1)
    on one kill "$old"
    within 60 are 3 3
    exits 1 grep "$old" <(on one ps -q)
}

kill_machine() {
    stop_daemon "${daemons[1]}" KILL # and so all of its processes
    within 60 nodes_are Ready Down
    within 60 running_on_one_are 6
    is "$(runtime_knows one)" 6
}

running_on_one_are() {
    [ "$(running_on one)" = "$1" ]
}

scale() {
    on one service scale --detach counting=2
    within 60 running_on_one_are 2
}

remove_service() {
    on one service rm counting
    within 60 running_on_one_are 0
    within 30 knows_nothing
}

knows_nothing() {
    [ "$(runtime_knows one)" = 0 ]
}

# --------------------------------------------------------------------------------

ip link add bridge type bridge
ip link set bridge up
for name in one two; do
    case $name in one) number=1 ;; two) number=2 ;; esac
    connect "$name" "$number"
    start_machine "$name"
done
for name in one two; do
    within 60 on "$name" version || give_up "$name" "dockerd does not answer"
    on "$name" import "$IMAGE" test:latest >import.log 2>&1 ||
        give_up import "docker import"
done

check "two machines join" join
check "a service of six replicas" create_service
check "a killed container is replaced" replace_container
check "a machine is killed: six replicas on the other" kill_machine
check "scale" scale
check "the service is removed" remove_service
stop_daemon "${daemons[0]}" KILL
