#!/usr/bin/env bash
# Docker command lines that people know by heart, each typed twice: to docker,
# with dockerd's own runtime, and to stage-8 alone. What they print and their
# exit statuses should be the same. At the end stands a table of all lines, and
# how many are equal.
#
# Not compared: ids, times, numbers of processes, addresses, the words of
# messages (only that there is one).

# shellcheck source=tests/clients/lib.sh
. "$(dirname "$0")/lib.sh"

sides=(docker stage-8)

[ "$RUNTIME" = stage-8 ] || {
    record skipped "all" "$RUNTIME has no command line of docker's"
    exit 0
}

# ---- lines ---------------------------------------------------------------------

# A line begins in the first column; what stands behind "# " at its end is the
# reason for a difference that is meant. Lines that begin with "." are not
# compared: they are what has to be so before.
lines() {
    cat <<'END'
docker load -i image.tar
docker images
docker images -q
docker run --rm box echo hi
docker run --rm box sh -c 'echo out; echo error >&2; exit 7'
echo hello | docker run -i --rm box cat
in_terminal sh -c 'stty rows 33 cols 99; docker run -it --rm box sh -c "tty; until stty size 2>/dev/null | grep [1-9]; do sleep 0.1; done; exit 6"'
docker run --rm -e WORD=hello -e HOME -w /tmp -u 1000:50 -h here box sh -c 'echo $WORD $HOME; pwd; id -u; id -g; hostname'
docker run --rm --env-file variables -h here box env | sort
docker run --rm --read-only --tmpfs /data box sh -c 'touch /data/file && touch /file'
docker run --rm -v "$PWD/volume:/mnt:ro" box sh -c 'cat /mnt/word && touch /mnt/file'
docker run --rm --memory 64m --cpus 0.5 --pids-limit 50 box limits
docker run --rm --ulimit nofile=99 box sh -c 'ulimit -n'
docker run --rm box grep Cap /proc/self/status
docker run --rm --cap-drop ALL --cap-add CHOWN box grep Cap /proc/self/status
docker run --rm box sh -c 'ls /dev; ls -A /' # no file /.dockerenv: it is not docker
docker run --rm box
docker run --rm box pwd
docker run --rm --sysctl kernel.msgmax=9999 --shm-size 1m box sh -c 'cat /proc/sys/kernel/msgmax; df -k /dev/shm | tail -n 1'
docker run --rm --add-host db:10.1.2.3 box grep db /etc/hosts
docker run --rm --network none box ip addr # ::1 is there as well
docker run --rm --group-add 56 -u root box id -G
docker run --rm --device /dev/null:/dev/nothing box ls /dev/nothing
docker run --rm --tmpfs /data:size=1m box sh -c 'head -c 2000000 /dev/zero >/data/file'
docker run --rm -v nowhere:/mnt:bad box true
docker run --rm -m 1 box true # no least size: the command is killed, 137
docker run --rm --entrypoint /bin/echo box one two
docker run --rm box no-such-command
docker run --rm box /etc
docker run --rm no-such-image true
docker run --rm --no-such-flag box true
docker run -d --name web --memory 100m box service
.within 20 docker exec web test -e /ready
docker run --name web box true
docker ps
docker ps -q
docker logs web
docker logs --tail 1 web 2>&1
docker exec web ls /
docker exec web sh -c 'exit 9'
docker exec -e A=b -u 1000 -w /tmp web sh -c 'echo $A; id -u; pwd'
echo hello | docker exec -i web cat
in_terminal docker exec -it web tty
docker exec web no-such-command # 127 as for run
docker exec nobody true
.docker exec web sh -c 'rm -r /home; echo new >/root/new; echo x >>/etc/group'
docker diff web | sort
docker top web | head -n 2
docker stats --no-stream web | sed -E 's/[0-9.]+(%|[kKMG]?i?B)/N/g; s/[0-9]+ *$/N/'
docker inspect -f '{{.State.Status}} {{.State.Running}} {{.State.ExitCode}} {{.Name}}' web
docker inspect -f '{{json .Config.Cmd}}' web
docker inspect --format json web | tr , '\n' | tr -d ' ' | grep -E '"(Paused|OOMKilled|Path|RestartCount|Tty|OpenStdin)"' | sort
docker inspect nobody # a message alone, and no empty list
docker update --memory 100m --memory-swap 200m web
docker commit web changed
docker run --rm changed cat /root/new
docker rmi changed
docker pause web
docker ps --filter status=paused
docker ps -f status=paused --format '{{.Names}} {{.State}}'
docker exec web true
docker unpause web
docker kill -s HUP web
.within 20 eval 'docker logs web 2>&1 | grep hangup'
docker rm web
docker stop -t 10 web
docker ps
docker ps -a
docker wait web
docker exec web true
docker start web
docker restart -t 10 web
docker kill web
docker wait web
docker kill web
docker ps -a --filter status=exited
docker logs nobody
docker rm web
docker rm web
docker rm -f web
docker run --name hog --memory 32m --memory-swap 32m box tail /dev/zero # says that memory ran out
docker inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' hog
docker run -d --name deaf --label side=left --stop-signal USR1 box sleep 1000
docker ps -q --filter label=side
docker ps -l --format '{{.Names}}: {{.Image}} {{.Command}}'
docker exec -d deaf touch /touched
.within 20 docker exec deaf test -e /touched
docker stop -t 0 deaf
docker inspect -f '{{.State.ExitCode}}' deaf
docker rm hog deaf
docker run --name short box sh -c 'for i in 1 2 3; do echo $i; done; exit 3'
docker start -a short
docker logs -f --tail 2 short
docker ps -aq
docker rm short
docker run -d --name again --restart on-failure:2 box sh -c 'echo once more; exit 3'
.within 20 eval 'docker ps -a --filter status=exited | grep again'
docker logs again
docker inspect -f '{{.RestartCount}} {{.State.ExitCode}} {{.State.Status}}' again
docker ps -a --filter name=again
docker rm -f again
docker run -d --name shy -it box sh
attached shy 'echo is-$((6 * 7))' is-42 '\020\021' # who leaves has not failed
docker ps --filter name=shy
attached shy 'exit 5' '' ''
docker ps -a --filter name=shy
docker rm shy
docker run -d --name server --network bridge -p "$port:80" box httpd -f -h /etc
.within 20 curl -sS -m 2 -o /dev/null "http://127.0.0.1:$port/group"
curl -sS -m 5 "http://127.0.0.1:$port/group"
docker ps # IPv4 alone
docker inspect -f '{{.NetworkSettings.IPAddress}}' server
docker rm -f server
docker inspect -f '{{json .Config.Cmd}} {{.Os}}' box
docker rmi no-such-image
docker rmi box
docker images -q
END
}

# ---- both sides ----------------------------------------------------------------

# What "docker" is, in a folder for PATH.
make_sides() {
    local toy=$folder/toy

    mkdir -p "$folder"/bin/{docker,stage-8}
    ln -s "$(type -P docker)" "$folder/bin/docker/docker"
    cat >"$folder/bin/stage-8/docker" <<-END
	#!/bin/sh
	exec "$RUNTIME_PATH" --data-root "$toy" "\$@"
	END
    chmod 755 "$folder/bin/stage-8/docker"
}

# Types a line, waits for its answer, and types the keys.
attached() { # NAME LINE ANSWER KEYS
    local - status=0 typist
    set +x

    rm -f keys
    mkfifo keys
    limited script -qefc "docker attach $1" /dev/null <keys >screen 2>&1 &
    typist=$!
    exec 9>keys
    printf '%s\n' "$2" >&9
    [ -z "$3" ] || within 20 grep -o "$3" screen
    # shellcheck disable=SC2059 # \020 and the like
    printf "$4" >&9
    wait "$typist" || status=$?
    exec 9>&-
    [ -z "$3" ] || grep -o "$3" screen
    return $status
}

# Runs the line as the side's user would; files out, err and status tell.
type_line() { # SIDE LINE
    local status=0

    (
        cd "$folder/work" || exit 125
        PATH=$folder/bin/$1:$PATH
        # neither has the other's port
        export HOME=/home/somebody port=808${#1}
        eval "$2"
    ) >"$folder/$1.out" 2>"$folder/$1.err" </dev/null || status=$?
    echo "$status" >"$folder/$1.status"
}

# What differs from run to run, and between two daemons' machines.
normalize() { # FILE
    sed -E \
        -e 's/\^@//g' -e 's/\r$//' \
        -e 's/\b(sha256:)?[0-9a-f]{64}\b/ID/g' \
        -e 's/\b[0-9a-f]{12}\b/ID/g' \
        -e 's/\b(About an?|Less than a|[0-9]+) (second|minute)s?( ago)?/TIME\3/g' \
        -e 's/^(root +)[0-9]+ +[0-9]+ +[0-9]+ +[0-9:]+ /\1PID PPID C TIME /' \
        -e 's/\b(172|10)(\.[0-9]+){3}\b/ADDRESS/g' \
        -e 's/:808[0-9]->/:PORT->/g' \
        -e 's/ +/ /g' -e 's/ $//' "$1"
}

# One for all that docker's and our own messages say.
normalize_error() { # FILE
    normalize "$1" | sed -E \
        -e '/^$/d' \
        -e 's/^(docker|Error|OCI|Unable|Run|See|unknown|stage-8|hint|Usage)\b.*/(a message)/' |
        uniq
}

# Our own failures are 125; those of docker's program 1, but for run's.
normalize_status() { # SIDE LINE
    local status

    status=$(cat "$folder/$1.status")
    case $2 in
    *'docker run '*) ;;
    *) [ "$status" != 125 ] || status=1 ;;
    esac
    echo "$status"
}

make_answer() { # SIDE LINE
    {
        normalize "$folder/$1.out"
        normalize_error "$folder/$1.err"
        echo "status $(normalize_status "$@")"
    } >"$folder/$1.answer"
}

# ---- one line --------------------------------------------------------------------

# The beginning of an answer, for the table.
cell() { # SIDE
    sed '$!s/$/;/' "$folder/$1.answer" | paste -s -d ' ' | cut -c 1-60 |
        sed 's/|/\\|/g'
}

same_line() { # LINE REASON
    local - side
    set +x

    for side in "${sides[@]}"; do
        make_answer "$side" "$1"
    done
    if diff "$folder/docker.answer" "$folder/stage-8.answer"; then
        [ -z "$2" ] || differs "the same" "other, for a reason: $2"
    else
        [ -n "$2" ]
    fi
}

compare() { # LINE
    local line=${1%% # *} reason='' same=no side

    [ "$line" = "$1" ] || reason=${1##* # }
    for side in "${sides[@]}"; do
        type_line "$side" "$line"
    done
    check "$line" same_line "$line" "$reason"
    if diff "$folder/docker.answer" "$folder/stage-8.answer" >/dev/null; then
        same=yes equal=$((equal + 1))
    fi
    count=$((count + 1))
    # shellcheck disable=SC2016 # Markdown's
    printf '| `%s` | %s | %s | %s |\n' "${line//|/\\|}" "$(cell docker)" \
        "$(cell stage-8)" "$same${reason:+: $reason}" >>"$folder/table"
}

# As it has to be before the next line, on both sides.
prepare() { # LINE
    local side

    for side in "${sides[@]}"; do
        type_line "$side" "$1"
        [ "$(cat "$folder/$side.status")" = 0 ] || {
            record failed "$1" "on the side of $side"
            cat "$folder/$side.err"
        }
    done
}

clean_up() {
    true # what a line leaves behind is for the next
}

# ---- the image -------------------------------------------------------------------

# What it is to be compared with has no reason to be large: $IMAGE and two
# programs. service lives until SIGTERM, and knows SIGHUP; limits prints its own.
make_image() {
    mkdir -p image work/volume
    tar -C image -xf "$IMAGE"
    cat >image/bin/service <<-'END'
	#!/bin/sh
	trap 'exit 15' TERM
	trap 'echo hangup' HUP
	echo started
	sleep 0.3 # two pipes: what is written at once comes in any order
	echo trouble >&2
	: >/ready
	while :; do sleep 0.1; done
	END
    cat >image/bin/limits <<-'END'
	#!/bin/sh
	cd /sys/fs/cgroup || exit
	cat memory.max memory/memory.limit_in_bytes pids.max pids/pids.max \
	    cpu.max cpu/cpu.cfs_quota_us 2>/dev/null
	END
    chmod 755 image/bin/service image/bin/limits
    tar -C image -cf image.tar .
    docker import -c 'CMD ["sh"]' -c 'ENV FLAVOUR=plain' image.tar box
    docker save -o work/image.tar box
    docker rmi box
    echo word >work/volume/word
    printf 'ONE=1\n# none\nTWO=two words\n' >work/variables
}

# ---- docker ----------------------------------------------------------------------

equal=0 count=0
make_sides
start_dockerd ""
make_image >image.log 2>&1 || give_up image "no image"
while IFS= read -r line; do
    case $line in
    .*) prepare "${line#.}" ;;
    *) compare "$line" ;;
    esac
done < <(lines)
check "nothing is left behind" nothing_is_left /run/toy-docker \
    "container-$full_id"
[ -n "${ONLY-}" ] || {
    echo '| line | docker | stage-8 | same |'
    echo '|---|---|---|---|'
    cat "$folder/table"
    echo "$equal of $count lines are equal"
}
stop_daemons
