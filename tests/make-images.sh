#!/usr/bin/env bash
# Makes images in the current folder, by tar, gzip, zstd and sha256sum alone:
#
#   make-images.sh [bad] [hostile]
#
#   layout/       an OCI layout: test:v1, three layers (gzip, zstd, plain), and
#                 test:gz, the same without zstd
#   saved.tar     the same, as docker save writes it
#
# and if asked for:
#
#   bad-*/        the layout with one mistake: each must be refused
#   hostile/*.tar layers that try to write outside: each must be refused
#   odd/*.tar     strange ones that are to be taken
#
# base/ may be there already, with files whose attributes a script cannot set.

set -euo pipefail
export LC_ALL=C

pack() { # FOLDER FILE [ENTRY...]
    local folder=$1 file=$2
    shift 2
    tar --format=pax --xattrs --xattrs-include='*' --sort=name -C "$folder" \
        -cf "$file" "${@-.}"
}

digest() {
    local sum
    sum=$(sha256sum <"$1")
    echo "sha256:${sum%% *}"
}

# ---- three layers -----------------------------------------------------------
mkdir -p base/bin base/etc base/dir/sub base/opaque base/turns base/tmp
cp "$(command -v busybox)" base/bin/busybox
for name in sh cat ls id echo touch rm; do
    ln -s busybox base/bin/$name
done
echo root:x:0:0::/root:/bin/sh >base/etc/passwd
echo web:x:33:44::/srv:/bin/sh >>base/etc/passwd
echo keep >base/dir/keep
echo gone >base/dir/gone
echo below >base/dir/sub/below
echo hidden >base/opaque/hidden
echo file >base/turns/into-folder
echo "$RANDOM$RANDOM" >base/one
ln base/one base/two
echo linked >base/three
ln base/three base/dir/four
mkfifo base/pipe
mknod base/null c 1 3
ln -s /etc/passwd base/link
echo name >$'base/\303\274'
echo raw >$'base/\377'
mkdir -p "base/$(printf 'long%.0s' {1..50})"
touch "base/$(printf 'long%.0s' {1..50})/$(printf 'name%.0s' {1..50})"
cp base/bin/busybox base/setuid
chown 1234:5678 base/one base/dir
chmod 4755 base/setuid
chmod 1777 base/tmp
chmod 751 base/dir/sub
touch -h -d '2001-02-03 04:05:06.5' base/one base/link base/dir/sub base/pipe
pack base 1.tar

mkdir -p second/dir second/opaque second/turns/into-folder
touch second/dir/.wh.gone second/dir/.wh.sub second/opaque/.wh..wh..opq
echo shown >second/opaque/shown
echo inside >second/turns/into-folder/inside
chown 1234:5678 second/dir
touch -d '2002-02-03 04:05:06' second/dir second/turns
pack second 2.tar

mkdir -p third/dir/sub third/srv
echo again >third/dir/sub/again
chown 33:44 third/srv
touch third/.wh.two
pack third 3.tar

# ---- as an OCI layout ---------------------------------------------------------
add_blob() { # FILE TYPE: prints its descriptor
    local sum
    sum=$(digest "$1")
    cp "$1" "layout/blobs/sha256/${sum#*:}"
    printf '{"mediaType":"application/vnd.oci.image.%s","digest":"%s","size":%d' \
        "$2" "$sum" "$(stat -c %s "$1")"
}

mkdir -p layout/blobs/sha256
gzip -nk 1.tar
zstd -q 2.tar
cat >image.json <<END
{"created":"2020-01-02T03:04:05Z","architecture":"$(uname -m |
    sed 's/x86_64/amd64/; s/aarch64/arm64/')","os":"linux",
"config":{"User":"web","Env":["PATH=/bin","GREETING=hello"],
"Entrypoint":["echo","from-entrypoint"],"Cmd":["from-cmd"],"WorkingDir":"/srv",
"ExposedPorts":{"80/tcp":{},"53/udp":{},"9/sctp":{},"8000:8000/tcp":{}}},
"rootfs":{"type":"layers","diff_ids":["$(digest 1.tar)","$(digest 2.tar)",
"$(digest 3.tar)"]}}
END
cat >manifest.json <<END
{"schemaVersion":2,"config":$(add_blob image.json config.v1+json)},
"layers":[$(add_blob 1.tar.gz layer.v1.tar+gzip)},
$(add_blob 2.tar.zst layer.v1.tar+zstd)},$(add_blob 3.tar layer.v1.tar)}]}
END
# the same without zstd, which umoci 0.4 does not know
gzip -nk 2.tar
cat >manifest-gz.json <<END
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
"config":$(add_blob image.json config.v1+json)},
"layers":[$(add_blob 1.tar.gz layer.v1.tar+gzip)},
$(add_blob 2.tar.gz layer.v1.tar+gzip)},$(add_blob 3.tar layer.v1.tar)}]}
END
cat >layout/index.json <<END
{"schemaVersion":2,"manifests":[$(add_blob manifest.json manifest.v1+json),
"annotations":{"org.opencontainers.image.ref.name":"test:v1"}},
$(add_blob manifest-gz.json manifest.v1+json),
"annotations":{"io.containerd.image.name":"docker.io/library/test:gz",
"org.opencontainers.image.ref.name":"gz"}}]}
END
echo '{"imageLayoutVersion":"1.0.0"}' >layout/oci-layout
tar -C layout -czf layout.tar.gz .

# ---- as docker save writes it ---------------------------------------------------
mkdir -p saved/l1 saved/l2 saved/l3
for i in 1 2 3; do
    cp $i.tar saved/l$i/layer.tar
done
config=$(digest image.json)
config=${config#*:}.json
cp image.json "saved/$config"
cat >saved/manifest.json <<END
[{"Config":"$config","RepoTags":["saved:v1","docker.io/library/saved:v2"],
"Layers":["l1/layer.tar","l2/layer.tar","l3/layer.tar"]}]
END
tar -C saved -cf saved.tar .

# ---- with a mistake -----------------------------------------------------------
change() { # NAME FILE: one byte of it is another
    cp -r layout "bad-$1"
    printf X | dd of="bad-$1/blobs/sha256/$(basename "$2")" bs=1 conv=notrunc \
        seek="${3-30}" status=none
}
blob_of() {
    local sum
    sum=$(digest "$1")
    echo "${sum#*:}"
}

make_bad() {
    change manifest "$(blob_of manifest.json)"
    change config "$(blob_of image.json)"
    change plain-layer "$(blob_of 3.tar)" 600
    change gzip-layer "$(blob_of 1.tar.gz)" 5000
    cp -r layout bad-missing
    rm "bad-missing/blobs/sha256/$(blob_of 2.tar.zst)"
    cp -r layout bad-cut
    truncate -s 3000 "bad-cut/blobs/sha256/$(blob_of 1.tar.gz)"
    # a layer with the manifest's digest, but not the configuration's
    cp -r saved bad-diff-id
    cp 3.tar bad-diff-id/l2/layer.tar
}

# ---- layers that mean harm ---------------------------------------------------------
begin() {
    tar -C third -cf "$1" srv
}

make_hostile() {
    mkdir -p hostile odd h/d link
    out=$PWD/out
    echo x >h/stray
    begin hostile/dotdot.tar
    tar -P -C h -rf hostile/dotdot.tar --transform 's|^stray|../../out/stray|' stray
    begin hostile/inner-dotdot.tar
    tar -P -C h -rf hostile/inner-dotdot.tar \
        --transform 's|^stray|srv/../../../out/stray|' stray
    begin hostile/hard-dotdot.tar
    ln -f h/stray h/other
    tar -P -C h -rf hostile/hard-dotdot.tar \
        --transform 's|^stray|../../out/victim|RSh' stray other
    begin hostile/hard-absolute.tar
    tar -P -C h -rf hostile/hard-absolute.tar --transform "s|^stray|$out/victim|RSh" \
        stray other
    ln -s "$out" link/d
    begin hostile/hard-through-link.tar
    tar -C link -rf hostile/hard-through-link.tar d
    tar -P -C h -rf hostile/hard-through-link.tar --transform 's|^stray|d/victim|RSh' \
        stray other
    for name in .wh. .wh.. .wh...; do
        begin "hostile/name$name.tar"
        tar -P -C h -rf "hostile/name$name.tar" --transform "s|^stray|srv/$name|" \
            stray
    done
    mknod h/whiteout c 0 0
    begin hostile/device-0-0.tar
    tar -C h -rf hostile/device-0-0.tar whiteout
    head -c 1000 3.tar >hostile/cut.tar
    echo junk >hostile/junk.tar

    # what would be written outside stays inside
    begin odd/absolute.tar
    tar -P -C h -rf odd/absolute.tar --transform "s|^stray|$out/stray|" stray
    begin odd/through-link.tar
    tar -C link -rf odd/through-link.tar d
    tar -C h -rf odd/through-link.tar --transform 's|^stray|d/stray|' stray
    begin odd/over-link.tar
    ln -s "$out/victim" link/stray
    tar -C link -rf odd/over-link.tar stray
    tar -C h -rf odd/over-link.tar stray
}

# outside of all layers
mkdir out
echo secret >out/victim
for part; do
    "make_$part"
done
