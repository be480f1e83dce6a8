#!/usr/bin/env bash
# What kubelet does: it asks containerd, by the Container Runtime Interface,
# for pods of a RuntimeClass. containerd gets the lines of docs/cluster.md.

# shellcheck source=tests/clients/lib.sh
. "$(dirname "$0")/lib.sh"

states=/run/containerd/runc/k8s.io
export CONTAINERD_ADDRESS=$folder/socket

# The first block of that language in the document.
block() { # LANGUAGE
    sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/ { /^\`\`\`/d; p }" "$here/../../docs/cluster.md"
}

# After "version", which the document's lines begin with, come ours.
{
    block toml | sed "s|/usr/local/bin/stage-8|$RUNTIME_PATH|"
    cat <<-END
	[plugins."io.containerd.grpc.v1.cri"]
	sandbox_image = "localhost/pause:latest"
	restrict_oom_score_adj = true
	[plugins."io.containerd.grpc.v1.cri".cni]
	bin_dir = "/usr/lib/cni"
	conf_dir = "$folder/cni"
	[grpc]
	address = "$folder/socket"
	END
} >config.toml
mkdir -p cni pods
cat >cni/pods.conflist <<END
{
    "cniVersion": "0.4.0",
    "name": "pods",
    "plugins": [{
        "type": "bridge", "bridge": "pods", "isGateway": true,
        "ipam": {"type": "host-local", "subnet": "10.77.0.0/16",
                 "dataDir": "$folder/addresses"}
    }]
}
END

cri() {
    limited "$here/cri.sh" "$folder/socket" "$@"
}

# The value of a member that is there once, in protobuf's text format.
member() { # NAME
    sed -n "s/^ *$1: //p" | sed 's/^"\(.*\)"$/\1/'
}

pod_config() {
    cat <<-END
	metadata { name: "web" uid: "1234" namespace: "default" }
	hostname: "web"
	log_directory: "$folder/pods"
	linux {
	  cgroup_parent: "/kubepods/pod1234"
	  security_context { seccomp { profile_type: RuntimeDefault } }
	}
	END
}

# Sets pod, its id.
run_pod() { # HANDLER
    pod=$(cri RunPodSandbox "config { $(pod_config) }
        runtime_handler: \"$1\"" | member pod_sandbox_id)
    like "$pod" '?*'
}

# A container of the pod, and what its security context has besides. Sets id.
run_container() { # COMMAND [TEXT]
    id=$(cri CreateContainer "pod_sandbox_id: \"$pod\"
        config {
          metadata { name: \"main\" }
          image { image: \"localhost/test:latest\" }
          command: \"sh\" command: \"-c\" command: \"$1\"
          log_path: \"main.log\"
          linux {
            resources { memory_limit_in_bytes: 104857600 }
            security_context { namespace_options { pid: CONTAINER } ${2-} }
          }
        }
        sandbox_config { $(pod_config) }" | member container_id)
    like "$id" '?*'
    cri StartContainer "container_id: \"$id\""
}

# Runs COMMAND in the container; as text in the answer is what it printed.
run_in() { # COMMAND
    cri ExecSync "container_id: \"$id\" timeout: 30
        cmd: \"sh\" cmd: \"-c\" cmd: \"$1\""
}

status_is() { # STATE
    [ "$(cri ContainerStatus "container_id: \"$id\"" | member state)" = \
        "CONTAINER_$1" ]
}

clean_up() {
    local container

    rm -f pods/*
    for pod in $(ctr -n k8s.io container ls -q); do
        cri StopPodSandbox "pod_sandbox_id: \"$pod\"" &&
            cri RemovePodSandbox "pod_sandbox_id: \"$pod\""
    done
    for container in $(ctr -n k8s.io container ls -q); do
        cri RemoveContainer "container_id: \"$container\""
    done
}

# ---- checks -------------------------------------------------------------------

pod_runs() {
    run_pod stage-8
    status=$(cri PodSandboxStatus "pod_sandbox_id: \"$pod\"")
    like "$status" '*ip: "10.77.*'
    like "$status" '*runtime_handler: "stage-8"*'
    is "$("$RUNTIME_PATH" --root $states list -q)" "$pod"
}

unknown_handler() {
    exits 1 run_pod none
    like "$output" '*no runtime for*none*'
}

container_runs() {
    token=$(make_token)
    run_pod stage-8
    run_container "echo $token; hostname; exit 7"
    within 10 status_is EXITED
    like "$(cri ContainerStatus "container_id: \"$id\"")" '*exit_code: 7*'
    like "$(cat pods/main.log)" "*stdout F $token*stdout F web"
}

namespaces() {
    run_pod stage-8
    run_container "exec /bin/counter"
    sandbox=$(pid_of "$pod")
    main=$(pid_of "$id")
    for kind in net ipc uts; do
        is "$(readlink "/proc/$main/ns/$kind")" \
            "$(readlink "/proc/$sandbox/ns/$kind")"
    done
    [ "$(readlink "/proc/$main/ns/pid")" != \
        "$(readlink "/proc/$sandbox/ns/pid")" ]
}

pid_of() { # CONTAINER
    ctr -n k8s.io task ls | awk -v id="$1" '$1 == id { print $2 }'
}

exec_sync() {
    token=$(make_token)
    run_pod stage-8
    run_container "exec /bin/counter"
    like "$(run_in "echo $token")" "stdout: \"$token*"
    like "$(run_in 'exit 9')" '*exit_code: 9*'
}

limit_is() { # BYTES
    find /sys/fs/cgroup -path "*kubepods/pod1234/$id*" \
        \( -name memory.limit_in_bytes -o -name memory.max \) \
        -exec cat {} + | grep -x "$1"
}

limits() {
    run_pod stage-8
    run_container "exec /bin/counter"
    limit_is 104857600
    cri UpdateContainerResources "container_id: \"$id\"
        linux { memory_limit_in_bytes: 209715200 }"
    limit_is 209715200
}

statistics() {
    run_pod stage-8
    run_container "exec /bin/counter"
    like "$(cri ContainerStats "container_id: \"$id\"")" \
        '*working_set_bytes*value: [1-9]*'
}

security() {
    run_pod stage-8
    run_container "exec /bin/pause" 'run_as_user { value: 12 }
        readonly_rootfs: true no_new_privs: true
        seccomp { profile_type: RuntimeDefault }'
    like "$(run_in 'id -u; touch /tmp/file; cd /proc/self; grep NoNew status')" \
        'stdout: "12?nNoNewPrivs:?t1?n"*Read-only file system*'
    like "$(run_in 'grep Seccomp: /proc/self/status')" 'stdout: "Seccomp:?t2*'
}

stop() {
    run_pod stage-8
    run_container "exec /bin/counter"
    within 5 run_in 'test -e /count'
    cri StopContainer "container_id: \"$id\" timeout: 20"
    like "$(cri ContainerStatus "container_id: \"$id\"")" '*exit_code: 15*'
    cri RemoveContainer "container_id: \"$id\""
    cri StopPodSandbox "pod_sandbox_id: \"$pod\""
    cri RemovePodSandbox "pod_sandbox_id: \"$pod\""
    is "$(ctr -n k8s.io container ls -q)" ''
}

restart() {
    run_pod stage-8
    run_container "exec /bin/counter"
    stop_daemon "${daemons[0]}" KILL
    start
    within 20 status_is RUNNING
    like "$(run_in 'echo here')" 'stdout: "here*'
}

# --------------------------------------------------------------------------------

start() {
    start_daemon containerd containerd --config "$folder/config.toml" \
        --root "$folder/root" --state "$folder/state"
    within 20 cri Version
}

for name in test pause; do
    # shellcheck disable=SC2153 # of the environment
    "$here/oci-image.sh" "$IMAGE" "localhost/$name:latest" /bin/pause \
        >"$name.tar"
done
start || give_up containerd "containerd does not answer by CRI"
for name in test pause; do
    ctr -n k8s.io image import "$name.tar" >import.log 2>&1 ||
        give_up import "image import"
done

check "a pod by its runtime handler" pod_runs
check "an unknown handler is refused" unknown_handler
check "a container, its log and exit code" container_runs
check "namespaces of the pod, and of the container" namespaces
check "exec, as probes do it" exec_sync
check "limits, and their update" limits
check "statistics" statistics
check "user, read-only root, seccomp" security
check "stop and remove" stop
check "pods outlive their containerd" restart
clean_up >/dev/null 2>&1
check "nothing is left behind" nothing_is_left "$states" "$full_id"
stop_daemons
