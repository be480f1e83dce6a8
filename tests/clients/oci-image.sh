#!/usr/bin/env bash
# Writes an OCI image, as a tar archive, of one layer.
#
#   oci-image.sh LAYER.tar NAME [COMMAND] >IMAGE.tar

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/blobs/sha256"

# Stores the file $1, and prints how others refer to it: its type $2, name, size.
store() {
    local digest

    digest=$(sha256sum <"$1")
    digest=${digest%% *}
    cp "$1" "$work/blobs/sha256/$digest"
    printf '{"mediaType":"application/vnd.oci.image.%s","digest":"sha256:%s","size":%d%s}' \
        "$2" "$digest" "$(stat -c %s "$1")" "${3-}"
}

layer=$(store "$1" layer.v1.tar)
digest=$(sha256sum <"$1")
cat >"$work/config" <<END
{"architecture":"$(dpkg --print-architecture)","os":"linux",
"config":{"Env":["PATH=/bin"],"Cmd":["${3-sh}"]},
"rootfs":{"type":"layers","diff_ids":["sha256:${digest%% *}"]}}
END
config=$(store "$work/config" config.v1+json)
cat >"$work/manifest" <<END
{"schemaVersion":2,"config":$config,"layers":[$layer]}
END
name=',"annotations":{"io.containerd.image.name":"'$2'"}'
manifest=$(store "$work/manifest" manifest.v1+json "$name")
rm "$work/config" "$work/manifest"
printf '{"schemaVersion":2,"manifests":[%s]}' "$manifest" >"$work/index.json"
echo '{"imageLayoutVersion":"1.0.0"}' >"$work/oci-layout"
tar -C "$work" -c .
