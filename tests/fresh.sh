#!/usr/bin/env bash
# make check-fresh: what a new user meets. Makes a minimal Debian or Ubuntu,
# adds nothing but git, make and sudo, clones what is committed here, and runs
# README.md's commands in it, word for word, as a user who may use sudo.
#
#   SUITE=bookworm       which release: also trixie, noble, jammy...
#   MIRROR=URL           from where; else apt's mirror, for Ubuntu its archive
#   KEYRING=FILE         with which keys it is signed; else the package's
#   FRESH=quick          without `sudo make check`
#   FRESH=all            with `sudo make check-vm`, which takes the longest
#   FRESH=devcontainer   only .devcontainer/, see fresh/devcontainer.sh
#
# The release as debootstrap makes it is kept in build/fresh/SUITE.tar, and
# what each command prints in build/fresh/SUITE.log.

set -euo pipefail
export LC_ALL=C
umask 022
cd "$(dirname "$0")/.."
# shellcheck source=tests/fresh/base.sh
. tests/fresh/base.sh

user=learner
failed=()
passed=0

# ---- the machine ---------------------------------------------------------

as_root() {
    tests/fresh/enter.sh "$root" root "$1" </dev/null
}

# What any installation has beyond the packages of minbase.
add_user() {
    local rights=$root/etc/sudoers.d/$user

    as_root "apt-get update -q && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends git make sudo &&
        useradd --create-home --shell /bin/bash $user" &&
        echo "$user ALL=(ALL) NOPASSWD: ALL" >"$rights" &&
        chmod 440 "$rights"
}

# Only what is committed, as anybody else would get it.
bring_repository() {
    local bare=$root/srv/toy_docker.git

    git clone -q --bare --no-local . "$bare"
    chown -R --reference="$root/home/$user" "$bare"
    tests/fresh/enter.sh "$root" $user "git clone -q /srv/toy_docker.git"
}

list_packages() {
    # shellcheck disable=SC2016
    as_root 'dpkg-query -W -f "\${Package}\n"' | sort
}

# ---- the commands --------------------------------------------------------

# The lines of README.md's sh blocks, without comments.
readme_commands() {
    # shellcheck disable=SC2016 # no expansion is meant
    sed -n '/^```sh$/,/^```$/p' README.md |
        sed -e '/^```/d' -e 's/ *#.*//' -e '/^$/d'
}

# What else is promised: the list of targets first, on a machine that has no
# compiler yet; each stage; and that nothing is left in a user's way.
commands() {
    local command n

    echo "make"
    while IFS= read -r command; do
        case $mode:$command in
        quick:"sudo make check" | quick:*check-vm | full:*check-vm | \
            *:*check-fresh | *:*check-clients | *:*bench)
            say "left out: $command" >&2
            ;;
        *) echo "$command" ;;
        esac
    done < <(readme_commands)
    for n in 1 2 3 4 5 6 7 8; do
        echo "make stage-$n && sudo ./stage-$n"
    done
    # what the checks of root have made, root removes
    if [ "$mode" = quick ]; then
        echo "make clean"
    else
        echo "sudo make clean"
    fi
}

# A container's shell gets a line to run; its answer shows that it ran.
expected_of() {
    case $1 in
    *'sudo ./stage-'[1-8]) echo "answer 42" ;;
    'sudo make check') echo "100%: Checks: " ;;
    esac
}

run() {
    local start=$SECONDS status=0 expected output=$scratch/output

    if [[ $1 == *FROM=alpine-minirootfs.tar.gz ]]; then
        # the README's user has downloaded one
        tests/fresh/enter.sh "$root" $user "cd toy_docker &&
            sudo tar -C rootfs -czf alpine-minirootfs.tar.gz ." || true
    fi
    # shellcheck disable=SC2016
    echo 'echo answer $((6 * 7))' |
        tests/fresh/enter.sh "$root" $user "cd toy_docker && $1" \
            >"$output" 2>&1 || status=$?
    printf '\n$ %s\n' "$1" | cat - "$output" >>"$log"
    expected=$(expected_of "$1")
    if [ $status = 0 ] && [[ $(<"$output") == *"$expected"* ]]; then
        echo "fresh: ok: $1 ($((SECONDS - start)) s)"
        passed=$((passed + 1))
    else
        echo "fresh: FAILED: $1 (status $status, $((SECONDS - start)) s)"
        tail -n 40 "$output" | sed 's/^/    /'
        failed+=("$1")
    fi
    grep -E '^SKIP|^[0-9]+%: Checks' "$output" | sed 's/^/    /' || true
}

run_all() {
    local list

    mapfile -t list < <(commands)
    # else the README says something else now, and this would test nothing
    for needed in "sudo make demo" "sudo make check"; do
        readme_commands | grep -qxF "$needed" ||
            fail "README.md has no command '$needed'"
    done
    for command in "${list[@]}"; do
        run "$command"
    done
}

# ---- main ----------------------------------------------------------------

suite=${SUITE:-bookworm}
mode=${FRESH:-full}
log=$folder/$suite.log
case $mode in
full | quick | all | devcontainer) ;;
*) fail "FRESH=quick, all or devcontainer, not $mode" ;;
esac
[ "$(id -u)" = 0 ] || fail "needs root"
begin

if [ "$mode" != devcontainer ]; then
    root=$scratch/root
    make_base "$suite"
    unpack_base "$suite" "$root"
    say "git, make and sudo for it"
    add_user >"$log" 2>&1 ||
        { tail "$log" >&2 && fail "the machine could not be prepared"; }
    bring_repository
    list_packages >"$scratch/before"
    run_all
    list_packages >"$scratch/after"
    say "installed by the commands: $(comm -13 "$scratch/before" \
        "$scratch/after" | tr '\n' ' ')"
    remove "$root"
fi
if [ "$suite" = bookworm ] && [ "$mode" != quick ]; then
    if tests/fresh/devcontainer.sh; then
        passed=$((passed + 1))
    else
        failed+=(".devcontainer")
    fi
fi
say "$suite: $passed passed, ${#failed[@]} failed, $SECONDS s"
[ ${#failed[@]} = 0 ]
