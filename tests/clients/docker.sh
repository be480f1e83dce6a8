#!/usr/bin/env bash
# dockerd calls the runtime by containerd, which it starts, and its shims.

# shellcheck source=tests/clients/lib.sh
. "$(dirname "$0")/lib.sh"

export DOCKER_BUILDKIT=0
states=$folder/run/runtime-runc/moby

docker() {
    limited docker "$@"
}

clean_up() {
    local ids

    ids=$(docker ps -aq)
    # shellcheck disable=SC2086 # a list
    [ -z "$ids" ] || docker rm -f $ids
}

inspect() { # FORMAT
    docker inspect -f "{{$1}}" it
}

# As in podman.sh.
start_counter() { # [FLAG...]
    docker run -d --name it --network none "$@" test /bin/counter
}

run() {
    token=$(make_token)
    is "$(docker run --rm --network none test echo "$token")" "$token"
    exits 7 docker run --rm --network none test sh -c 'exit 7'
}

run_default() {
    start_counter
    is "$(inspect .HostConfig.Runtime)" toy
    is "$("$RUNTIME_PATH" --root "$states" list -q)" "$(inspect .Id)"
}

run_added() {
    token=$(make_token)
    is "$(docker run --rm --runtime toy --network none test echo "$token")" \
        "$token"
}

run_terminal() {
    exits 6 in_terminal docker run -it --rm --network none test \
        sh -c 'tty; exit 6'
    like "$output" '*/dev/pts/0*'
}

run_detached() {
    token=$(make_token)
    docker run -d --name it --network none test \
        sh -c "echo $token; echo other >&2; exit 5"
    is "$(docker wait it)" 5
    is "$(docker logs it 2>/dev/null)" "$token"
    is "$(docker logs it 2>&1 >/dev/null)" other
}

run_errors() {
    exits 127 docker run --rm --network none test no-such-command
    like "$output" '*no-such-command*'
    exits 126 docker run --rm --network none test /etc/passwd
    like "$output" '*ermission denied*'
}

exec_command() {
    start_counter
    token=$(make_token)
    is "$(docker exec it echo "$token")" "$token"
    exits 9 docker exec it sh -c 'exit 9'
    is "$(echo "$token" | docker exec -i it cat)" "$token"
    is "$(docker exec --user 12:34 --workdir /tmp --env "WORD=$token" it \
        sh -c 'id -u; id -g; pwd; echo $WORD' | paste -s -d ' ')" \
        "12 34 /tmp $token"
    # the status that shells have for it is in docker since 23
    exits 12[67] docker exec it no-such-command
    like "$output" '*no-such-command*'
}

exec_terminal() {
    start_counter
    exits 4 in_terminal docker exec -it it sh -c 'tty; exit 4'
    like "$output" '*/dev/pts/*'
}

exec_detached() {
    start_counter
    token=$(make_token)
    docker exec -d it sh -c "echo $token >/tmp/word"
    within 5 docker exec it grep "$token" /tmp/word
}

stop() {
    start_counter
    within 5 docker exec it test -e /count
    docker stop -t 20 it
    is "$(inspect .State.ExitCode)" 15
}

kill_it() {
    start_counter
    docker kill it
    is "$(docker wait it)" 137
}

counts() {
    local root before

    root=/proc/$(inspect .State.Pid)/root
    before=$(cat "$root/count")
    sleep $((slowness > 1 ? 4 : 1))
    [ "$(cat "$root/count")" != "$before" ]
}

pause() {
    start_counter
    within 5 counts
    docker pause it
    is "$(inspect .State.Status)" paused
    exits 1 counts
    docker unpause it
    is "$(inspect .State.Status)" running
    counts
}

top() {
    start_counter
    like "$(docker top it)" '*counter*'
}

stats() {
    start_counter --memory 100m
    like "$(docker stats --no-stream --format '{{.PIDs}} {{.MemUsage}}' it)" \
        '[1-9]* / 100MiB'
}

memory_limit_is() { # BYTES
    find /sys/fs/cgroup -path "*$(inspect .Id)*" \
        \( -name memory.limit_in_bytes -o -name memory.max \) \
        -exec cat {} + | grep -x "$1"
}

update() {
    start_counter --memory 200m
    memory_limit_is $((200 * 1024 * 1024))
    docker update --memory 100m --memory-swap 100m --pids-limit 50 it
    memory_limit_is $((100 * 1024 * 1024))
}

restart() {
    docker run -d --name it --network none --restart on-failure:2 test \
        sh -c 'exit 3'
    within 20 restarted_twice
}

restarted_twice() {
    [ "$(inspect .RestartCount) $(inspect .State.Status)" = '2 exited' ]
}

restart_always() {
    start_counter --restart always
    before=$(inspect .State.Pid)
    kill -KILL "$before"
    within 10 runs_anew "$before"
}

runs_anew() { # OLD-PID
    [ "$(inspect .State.Running)" = true ] && [ "$(inspect .State.Pid)" != "$1" ]
}

build() {
    token=$(make_token)
    mkdir -p context
    echo "$token" >context/file
    cat >context/Dockerfile <<-'END'
	FROM test
	COPY file /file
	RUN cat /file /file >/twice && test "$(id -u)" = 0
	USER 12
	RUN test "$(id -u)" = 12
	CMD ["cat", "/twice"]
	END
    docker build --network none -t built context
    is "$(docker run --rm --network none built | paste -s -d ' ')" \
        "$token $token"
    echo 'RUN exit 3' >>context/Dockerfile
    exits 3 docker build --network none context
    like "$output" '*returned a non-zero code: 3*'
}

compose() {
    type -P docker-compose >/dev/null || skip "docker-compose is not installed"
    token=$(make_token)
    cat >docker-compose.yml <<-END
	version: "3"
	services:
	  web:
	    image: test
	    command: sh -c "echo $token >/tmp/index.html; exec httpd -f -h /tmp"
	  other:
	    image: test
	    command: /bin/counter
	    depends_on: [web]
	END
    docker-compose -p them up -d
    is "$(docker ps -q | wc -l)" 2
    is "$(docker-compose -p them exec -T other wget -q -O - http://web/)" \
        "$token"
    docker-compose -p them down -t 1
}

network_default() {
    token=$(make_token)
    docker run -d --name it -p 127.0.0.1:8080:80 test \
        sh -c "echo $token >/tmp/index.html; exec httpd -f -h /tmp"
    address=$(inspect .NetworkSettings.IPAddress)
    within 5 fetch "$address" 80
    is "$(fetch "$address" 80)" "$token"
    is "$(docker run --rm test wget -q -O - "http://$address/")" "$token"
    is "$(fetch 127.0.0.1 8080)" "$token"
}

fetch() { # ADDRESS PORT
    curl -sS -m 2 "http://$1:$2/"
}

init() {
    type -P tini-static >/dev/null || skip "tini-static is not installed"
    is "$(docker run --rm --network none --init test cat /proc/1/comm)" \
        'docker-init'
}

pid_host() {
    is "$(docker run --rm --network none --pid host test \
        readlink /proc/self/ns/pid)" "$(readlink /proc/self/ns/pid)"
}

read_only() {
    exits 1 docker run --rm --network none --read-only --tmpfs /data test \
        sh -c 'touch /data/file && touch /file'
    like "$output" '*Read-only file system*'
}

device() {
    mknod here c 1 5 # as /dev/zero
    is "$(docker run --rm --network none --device "$folder/here:/dev/there" \
        test sh -c 'head -c 4 /dev/there | wc -c')" 4
}

limits() {
    exits 137 docker run --name it --network none --memory 32m test \
        sh -c 'exec tail /dev/zero'
    is "$(inspect .State.OOMKilled)" true
    docker run --rm --network none --pids-limit 50 --cpus 0.5 --cpuset-cpus 0 \
        --blkio-weight 0 test true
}

seccomp_default() {
    is "$(docker run --rm --network none test grep -w Seccomp: \
        /proc/self/status | tr -s '\t ' ' ')" 'Seccomp: 2'
}

privileged() {
    has_all_capabilities || skip "root itself lacks capabilities here"
    # all that docker knows: 38 in Debian 12, of the kernel's 41
    like "$(docker run --rm --network none --privileged test grep CapEff \
        /proc/self/status)" '*fffffffff'
    start_counter
    like "$(docker exec --privileged it grep CapEff /proc/self/status)" \
        '*fffffffff'
}

user_and_more() {
    is "$(docker run --rm --network none --user 12:34 --group-add 56 \
        --hostname box --workdir /tmp --env WORD=hello --ulimit nofile=99:99 \
        --sysctl kernel.msgmax=9999 test sh -c 'id -u; id -G; hostname; pwd
            echo $WORD; ulimit -n; cat /proc/sys/kernel/msgmax' |
        paste -s -d ' ')" '12 34 56 box /tmp hello 99 9999'
}

health() {
    start_counter --health-cmd 'test -e /count' --health-interval 1s
    within 10 is_healthy
}

is_healthy() {
    [ "$(inspect .State.Health.Status)" = healthy ]
}

checkpoint() {
    start_counter
    exits 1 docker checkpoint create it one
    is "$(inspect .State.Running)" true
}

start_dockerd \
    "\"runtimes\": {\"toy\": {\"path\": \"$RUNTIME_PATH\"}}," \
    '"default-runtime": "toy",' \
    '"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1024, "Hard": 1024}},' \
    '"init-path": "/usr/bin/tini-static",' \
    '"experimental": true,'
docker import "$IMAGE" test >import.log 2>&1 || give_up import "docker import"

check "run" run
check "run, as the default runtime" run_default
check "run --runtime (--add-runtime)" run_added
check "run -it" run_terminal
check "run -d, wait, logs" run_detached
check "run: command not found, not executable" run_errors
check "exec" exec_command
check "exec -it" exec_terminal
check "exec -d" exec_detached
check "stop" stop
check "kill" kill_it
check "pause, unpause" pause
check "top" top
check "stats" stats
check "update" update
check "--restart on-failure" restart
check "--restart always" restart_always
check "build" build
check "compose up, exec, down" compose
check "the default network, -p" network_default
check "--init" init
check "--pid host" pid_host
check "--read-only, --tmpfs" read_only
check "--device" device
check "--memory, --pids-limit, --cpus" limits
check "the default seccomp profile" seccomp_default
check "--privileged" privileged
check "--user, --hostname, --ulimit, --sysctl" user_and_more
check "--health-cmd" health
check "checkpoint is refused" checkpoint
clean_up >/dev/null 2>&1
check "nothing is left behind" nothing_is_left "$states" "$full_id"
stop_daemons
