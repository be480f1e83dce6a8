#!/usr/bin/env bash
# Makes archives in the current folder that try to write outside of the folder
# they are unpacked in, and some that do not: the checks give each to
# scripts/make-rootfs.sh. Nothing in out/ may change by that. GNU tar only.
#
# Those in refused/ must be refused, those in taken/ be unpacked.

set -euo pipefail

out=$PWD/out
mkdir -p tree/bin tree/etc out refused taken link file hard
echo secret >out/victim
cp "$(command -v busybox || command -v true)" tree/bin/sh
echo x >stray

# An archive that would be good but for what is then added to it.
begin() {
    tar -C tree -cf "$1" bin etc
}

# ---- names that lead outside
begin refused/absolute.tar
tar -P -rf refused/absolute.tar "$PWD/stray"
begin refused/dotdot.tar
tar -P -rf refused/dotdot.tar --transform 's|^stray|../stray2|' stray
begin refused/inner-dotdot.tar
tar -P -rf refused/inner-dotdot.tar --transform 's|^stray|bin/../../stray2|' \
    stray

# ---- a symbolic link to the outside, then a file through it
mkdir -p file/d
echo x >file/d/planted
ln -sfn "$out" link/d
begin refused/through-link.tar
tar -C link -rf refused/through-link.tar d
tar -C file -rf refused/through-link.tar d/planted
begin refused/through-dot-link.tar
tar -C link -rf refused/through-dot-link.tar ./d
tar -C file -rf refused/through-dot-link.tar \
    --transform 's|d/planted|./d/./planted|' d/planted
ln -sfn "../../../../../../../../../../../../${out#/}" link/d
begin refused/relative-link.tar
tar -C link -rf refused/relative-link.tar d
tar -C file -rf refused/relative-link.tar d/planted
ln -sfn "$out" link/d

# ---- a hard link to the outside, which would then be written through
echo y >hard/one
ln -f hard/one hard/two
begin refused/hard-absolute.tar
tar -C hard -rf refused/hard-absolute.tar -P \
    --transform "s|^one|$out/victim|RSh" one two
begin refused/hard-dotdot.tar
tar -C hard -rf refused/hard-dotdot.tar -P \
    --transform 's|^one|../../out/victim|RSh' one two
begin refused/hard-through-link.tar
tar -C link -rf refused/hard-through-link.tar d
tar -C hard -rf refused/hard-through-link.tar -P \
    --transform 's|^one|d/victim|RSh' one two

# ---- no root file systems
echo junk >refused/junk.tar
tar -C tree -cf refused/no-shell.tar etc
begin refused/whole.tar
head -c 100000 refused/whole.tar >refused/cut.tar
rm refused/whole.tar

# ---- strange, but harmless if one is careful
begin taken/links-at-our-places.tar
ln -sfn "$out/made" link/proc
ln -sfn "$out/marked" link/.made-by-make-rootfs
tar -C link -rf taken/links-at-our-places.tar proc .made-by-make-rootfs
mkdir -p odd
echo x >odd/$'new\nline'
echo x >'odd/a" -> "b'
echo x >'odd/back\slash'
begin taken/odd-names.tar
tar -C odd -rf taken/odd-names.tar .
mkdir -p nodes/dev
mknod nodes/dev/disk b 7 0
mknod nodes/dev/'n"u ll' c 1 3
cp tree/bin/sh nodes/suid
chmod 6755 nodes/suid
begin taken/nodes.tar
tar -C nodes -rf taken/nodes.tar dev suid
tar -C tree -czf taken/plain.tar.gz .
