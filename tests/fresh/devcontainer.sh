#!/usr/bin/env bash
# Does .devcontainer/ do what it should? Follows its Dockerfile in a Debian of
# debootstrap's, and then devcontainer.json, each step in a container of
# ./stage-8's instead of Docker's.

set -euo pipefail
export LC_ALL=C
umask 022
cd "$(dirname "$0")/../.."
# shellcheck source=tests/fresh/base.sh
. tests/fresh/base.sh

keys='build name postCreateCommand postStartCommand privileged remoteUser'
dockerfile=.devcontainer/Dockerfile

# What `docker build` gives a RUN step: root, the network, no limits.
in_image() {
    ./stage-8 --rootfs "$root" --net host --memory max --cpus max --pids max \
        "$@" </dev/null
}

# step NAME COMMAND...: its output is shown only if it fails. Its first command
# that fails ends it, which it would not as the condition of an "if".
step() {
    local start=$SECONDS name=$1 status
    shift

    set +e
    (
        set -e
        "$@"
    ) >"$scratch/output" 2>&1
    status=$?
    set -e
    if [ $status != 0 ]; then
        tail -n 40 "$scratch/output" | sed 's/^/    /' >&2
        fail "devcontainer: $name failed"
    fi
    echo "fresh: ok: devcontainer: $name ($((SECONDS - start)) s)"
}

# COPY FILE... TARGET: from the checkout, by a volume.
copy() {
    local target=${*: -1} file

    for file in "${@:1:$#-1}"; do
        in_image -v "$PWD/$(dirname "$file"):/mnt:ro" \
            cp -r "/mnt/$(basename "$file")" "$target"
    done
}

follow_dockerfile() {
    local word rest runs=0

    # lines that end in a backslash go on
    while read -r word rest; do
        case $word in
        '' | '#'*) ;;
        FROM)
            [ "$rest" = debian:bookworm ] || fail "devcontainer: FROM $rest?"
            ;;
        RUN)
            runs=$((runs + 1))
            step "RUN $rest" in_image -e DEBIAN_FRONTEND=noninteractive \
                sh -c "$rest"
            ;;
        COPY)
            # shellcheck disable=SC2086 # words
            step "COPY $rest" copy $rest
            ;;
        *) fail "devcontainer: this test does not know $word" ;;
        esac
    done < <(sed -e ':more' -e '/\\$/{N;s/\\\n//;b more' -e '}' $dockerfile)
    [ $runs -gt 0 ] || fail "devcontainer: the Dockerfile has no RUN"
}

# What .devcontainer/devcontainer.json says for the jq expression $1.
setting() {
    in_image -v "$PWD/.devcontainer:/mnt:ro" \
        jq -r "$1" /mnt/devcontainer.json
}

expect_setting() {
    local found

    found=$(setting "$1")
    [ "$found" = "$2" ] ||
        fail "devcontainer.json: $1 is '$found', not '$2'"
}

# A tool reads it that knows JSON; keys are in the specification's spelling.
check_json() {
    in_image apt-get install -y -q --no-install-recommends jq
    expect_setting 'keys | join(" ")' "$keys"
    expect_setting .privileged true
    expect_setting .remoteUser root
    [ -e ".devcontainer/$(setting .build.dockerfile)" ]
    [ -e ".devcontainer/$(setting .build.context)/scripts/deps.sh" ]
}

# The repository is where the editor mounts it.
in_workspace() {
    in_image -v "$workspace:/workspaces/toy_docker" \
        --workdir /workspaces/toy_docker sh -c "$1"
}

# What it made is there, and runs.
check_stages() {
    local n

    for n in 1 2 3 4 5 6 7 8; do
        [ -x "$workspace/stage-$n" ]
        in_workspace "./stage-$n --help | grep -q '^usage: stage-$n '"
    done
}

begin
root=$scratch/devcontainer/rootfs
workspace=$scratch/devcontainer/workspace
make_base bookworm
mkdir -p "$scratch/devcontainer/conf"
cp /etc/resolv.conf "$scratch/devcontainer/conf"
unpack_base bookworm "$root"
git clone -q --no-local . "$workspace"
follow_dockerfile
step "devcontainer.json" check_json
create=$(setting .postCreateCommand)
start=$(setting .postStartCommand)
step "$create" in_workspace "$create"
step "all stages are built" check_stages
step "$start" in_workspace "$start"
