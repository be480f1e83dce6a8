#!/usr/bin/env bash
# Asks containerd what Kubernetes' kubelet would ask it, by the Container
# Runtime Interface. A request is text in protobuf's text format (see
# cri.proto); so is the answer.
#
#   cri.sh SOCKET METHOD [REQUEST]
#   cri.sh /run/containerd/containerd.sock StopPodSandbox 'pod_sandbox_id: "1"'
#
# gRPC is HTTP/2 with messages that have five bytes before them: not
# compressed, and the length.

set -euo pipefail
export LC_ALL=C

socket=$1 method=$2 request=${3-}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

as() { # encode|decode TYPE
    protoc "--$1=runtime.v1.$method$2" -I "$here" "$here/cri.proto"
}

as encode Request <<<"$request" >"$work/message"
length=$(printf '%08x' "$(stat -c %s "$work/message")")
{
    # shellcheck disable=SC2001,SC2059 # \x for each two digits
    printf "\\x00$(sed 's/../\\x&/g' <<<"$length")"
    cat "$work/message"
} >"$work/request"
curl -sS --http2-prior-knowledge --unix-socket "$socket" \
    -H 'Content-Type: application/grpc' -H 'TE: trailers' \
    --data-binary "@$work/request" -D "$work/headers" -o "$work/response" \
    "http://localhost/runtime.v1.RuntimeService/$method"
if ! grep -q '^grpc-status: 0' "$work/headers"; then
    printf 'cri.sh: %s: ' "$method" >&2
    sed -n 's/^grpc-message: //p' "$work/headers" >&2
    exit 1
fi
tail -c +6 "$work/response" | as decode Response
