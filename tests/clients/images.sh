#!/usr/bin/env bash
# Images that others have made, with what is hard to copy: removed files,
# replaced folders, hard links, setuid programs, capabilities, attributes,
# devices. buildah writes an OCI layout, docker its own archive; stage-8 loads
# both. What a container of it sees is compared, file by file, with umoci's
# unpacking and with docker's own container. Then it is changed, committed and
# run again.

# shellcheck source=tests/clients/lib.sh
. "$(dirname "$0")/lib.sh"

[ "$RUNTIME" = stage-8 ] || {
    record skipped "all" "$RUNTIME knows no images"
    exit 0
}

stage_8() {
    limited "$RUNTIME_PATH" --data-root "$folder/store" "$@"
}

build() {
    limited buildah --root "$folder/buildah" --runroot "$folder/buildah.run" \
        --storage-driver vfs "$@"
}

# ---- what is in it ---------------------------------------------------------------

first_layer() { # FOLDER
    mkdir -p "$1"/{kept,gone/below,turns}
    echo gone >"$1/gone/below/file"
    echo gone >"$1/kept/gone"
    echo below >"$1/kept/file"
    echo file >"$1/turns/into-folder"
    echo linked >"$1/one"
    ln "$1/one" "$1/kept/two"
    ln -s /no/where "$1/dangling"
    cp "$1/bin/busybox" "$1/bin/setuid"
    chmod 4755 "$1/bin/setuid"
    cp --remove-destination "$1/bin/busybox" "$1/bin/ping"
    setcap cap_net_raw+ep "$1/bin/ping"
    setfattr -n user.note -v hello "$1/one"
    mknod "$1/null" c 1 3
    mkfifo "$1/pipe"
    echo name >"$1/"$'\303\274 and a blank'
    chown 1234:5678 "$1/kept/file"
    touch -d 2001-02-03T04:05:06 "$1/kept/file"
}

second_layer() { # FOLDER
    rm -r "$1/gone" "$1/kept/gone" "$1/turns/into-folder"
    mkdir "$1/turns/into-folder"
    echo new >"$1/turns/into-folder/new"
    echo more >>"$1/kept/file"
    ln "$1/bin/setuid" "$1/bin/other"
}

# All that can be seen of the files, but for what every container gets mounted
# and the times of folders, in which mount points are made.
look() { # FOLDER
    local - part
    set +x

    (
        cd "$1" || exit
        find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o \
            -path ./etc/hosts -o -path ./etc/hostname -o \
            -path ./etc/resolv.conf \) -prune -o -print0 | sort -z >"$folder/names"
        xargs -0 stat -c '%n %f %u %g %t:%T %N' <"$folder/names"
        while IFS= read -r -d '' part; do
            if [ ! -f "$part" ] || [ -L "$part" ]; then
                continue
            fi
            stat -c '%n %h %s %Y' "$part"
            cksum "$part"
            getcap "$part"
            getfattr -d -m user "$part"
        done <"$folder/names"
    )
}

# ---- buildah -----------------------------------------------------------------------

build_image() {
    local container root base

    container=$(build from scratch)
    root=$(build mount "$container")
    tar -C "$root" -xf "$IMAGE"
    first_layer "$root"
    build umount "$container"
    build config --cmd '["sh"]' --env FLAVOUR=plain --workingdir /root \
        "$container"
    base=$(build commit -q "$container")
    container=$(build from "$base")
    root=$(build mount "$container")
    second_layer "$root"
    build umount "$container"
    build commit -q "$container" "oci:$folder/layout:v1"
}

process_of() { # CONTAINER
    stage_8 inspect -f '{{.State.Pid}}' "$1"
}

made_by_buildah() {
    build_image
    umoci unpack --image layout:v1 unpacked
    stage_8 load -i layout --name made:1
    stage_8 run -d --name made made:1 sleep 1000
    look unpacked/rootfs >expected
    [ "$(wc -l <expected)" -gt 300 ]
    look "/proc/$(process_of made)/root" >actual
    diff expected actual
    # shellcheck disable=SC2016 # the container's
    is "$(stage_8 exec made sh -c 'echo $FLAVOUR; pwd')" $'plain\n/root'
}

changed_and_committed() {
    stage_8 exec made sh -c 'rm -r /kept; echo word >/word; ln /word /again'
    is "$(stage_8 diff made | sort)" $'A /again\nA /word\nD /kept'
    stage_8 commit made made:2
    stage_8 rm -f made
    is "$(stage_8 run --rm made:2 sh -c \
        'cat /again; ls -d /kept /turns/into-folder/new 2>/dev/null')" \
        $'word\n/turns/into-folder/new'
    # setuid and capabilities have come along
    stage_8 run -d --name second made:2 sleep 1000
    like "$(getcap "/proc/$(process_of second)/root/bin/ping")" '*cap_net_raw*'
    is "$(stage_8 exec -u 1000 second stat -c %a /bin/setuid)" 4755
    stage_8 rm -f second
    stage_8 rmi made:1 made:2
    is "$(ls store/layers)" ''
}

# ---- docker ------------------------------------------------------------------------

made_by_docker() {
    local root

    mkdir image
    tar -C image -xf "$IMAGE"
    first_layer image
    tar -C image --xattrs --xattrs-include='*' -c . | limited docker import \
        -c 'CMD ["sh"]' - first
    limited docker run -d --name work first sleep 1000
    root=/proc/$(docker inspect -f '{{.State.Pid}}' work)/root
    second_layer "$root"
    limited docker commit work second
    limited docker save -o saved.tar second
    stage_8 load -i saved.tar
    stage_8 run -d --name mine second sleep 1000
    # what docker adds of its own
    look "$root" | grep -Ev '\./(\.dockerenv|etc/mtab)' >expected
    look "/proc/$(process_of mine)/root" | grep -v '\./\.dockerenv' >actual
    diff expected actual
    stage_8 rm -f mine
    docker rm -f work
}

clean_up() {
    true # the next check goes on with it
}


check "made by buildah, as umoci unpacks it" made_by_buildah
check "changed, committed, run again" changed_and_committed
# buildah takes its configuration for its own
start_dockerd ""
check "made and saved by docker, as docker has it" made_by_docker
stop_daemons
