#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fetch-kernels.sh [SERIES...]      SERIES: 6.1 6.12 7.2 (6.1 if none is named)
#
# Fetches Debian kernels and unpacks them, ready for run-vm.sh, to $DIR/<series>/, where
# DIR is ${IOMODEL_CACHE:-/var/cache/iomodel}/kernels:
#   vmlinux      the uncompressed kernel: QEMU enters it by its PVH note, with no
#                firmware, no boot loader and no decompression under emulation
#   release      what `uname -r` says in the guest
#   busybox      a static one, for run-vm.sh's initrd
#   lib/modules  the modules (depmod has been run); the configuration is in boot/ or,
#                in newer packages, in lib/modules/RELEASE/
#   build        what a module is built against (build-module); its parts are in headers/
# Nothing is installed and the machine's own apt lists and caches are not used: apt
# runs with a private configuration, in a folder that is removed at the end. Only the
# mirror and the keyring are the machine's. Needs the packages kmod, binutils, xz-utils
# and, for newer kernels, zstd. Root is not needed where DIR can be written.
set -euo pipefail

die() { echo "fetch-kernels: $*" >&2; exit 1; }
case ${1:-} in -*) die "usage: fetch-kernels.sh [6.1|6.12|7.2 ...]" ;; esac
[ $# -gt 0 ] || set -- 6.1
dir=${IOMODEL_CACHE:-/var/cache/iomodel}/kernels
mkdir -p "$dir"; dir=$(cd "$dir" && pwd)

work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror is whatever /etc/apt uses, asked of apt itself: that reads both formats
# of sources, and no host's name needs to stand in a file of ours.
# shellcheck disable=SC2016 # apt expands it
targets=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' | sort -u)
uri_of() { awk -v s="$1" '$1 == s { print $2; exit }' <<<"$targets"; }
main=$(uri_of bookworm); security=$(uri_of bookworm-security)
[ -n "$main" ] || die "no source for bookworm in /etc/apt"

# pick SUITE...: a fresh private apt that knows these suites and nothing else. An empty
# status file, so that what is installed here is no candidate; no preferences, so that
# no pin decides.
pick() {
	rm -rf "$work/apt"; mkdir -p "$work"/apt/{lists/partial,cache/archives/partial}
	: >"$work/apt/status"
	local suite uri
	for suite; do
		uri=$main; [ "$suite" != bookworm-security ] || uri=$security
		[ -z "$uri" ] || echo "deb [arch=amd64 signed-by=$keyring] $uri $suite main"
	done >"$work/apt/sources.list"
	APT=(-o Dir::State::lists="$work/apt/lists" -o Dir::State::status="$work/apt/status"
		-o Dir::Cache="$work/apt/cache"
		-o Dir::Etc::sourcelist="$work/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
		-o Acquire::Languages=none -o APT::Architecture=amd64
		-o APT::Sandbox::User=root) # user _apt may not enter our folder
	apt-get "${APT[@]}" -qq update
}

# newest PATTERN: the newest linux-image-RELEASE-amd64 whose release begins so. The
# release has no "-" but before a number, which leaves out -cloud, -rt, -unsigned, -dbg.
newest() {
	apt-cache "${APT[@]}" pkgnames linux-image- |
		grep -E "^linux-image-$1[^-]*(-[0-9]+)?-amd64\$" | sort -V | tail -n 1
}

# vmlinux_of BZIMAGE: the compressed kernel lies where the boot header says (setup_sects
# at 0x1f1, payload_offset at 0x248, payload_length at 0x24c): surer than a search for a
# magic number. Its last 4 bytes are the size of the result, so that tools which dislike
# bytes after the end may complain: the size is what is checked.
vmlinux_of() {
	local f=$1 sects off len want tool
	num() { od -An -v -t "u$2" -j "$1" -N "$2" "$f" | tr -d ' '; }
	sects=$(num 497 1); [ "$sects" -gt 0 ] || sects=4
	off=$(((sects + 1) * 512 + $(num 584 4))); len=$(num 588 4)
	want=$(num $((off + len - 4)) 4)
	case $(od -An -v -t x1 -j "$off" -N 4 "$f" | tr -d ' ') in
	fd377a58) tool="xz -dc --single-stream" ;;
	28b52ffd) tool="zstd -dcq" ;;
	1f8b08*) tool="gzip -dc" ;;
	02214c18) tool="lz4 -dcq" ;;
	5d0000*) tool="xz -dc --format=lzma" ;;
	425a68*) tool="bzip2 -dc" ;;
	*) die "$f: unknown compression" ;;
	esac
	tail -c +$((off + 1)) "$f" | head -c $((len - 4)) | $tool >"$2" || true
	[ "$(stat -c %s "$2")" = "$want" ] || die "$f: unpacked to the wrong size"
	# Note "Xen", type 18 (PHYS32_ENTRY), is the PVH entry QEMU jumps to.
	readelf -hn "$2" 2>/dev/null | grep -qE 'Xen.*(0x0*12\b|PHYS32_ENTRY)' || die "$f: no PVH note"
}

# headers_of RELEASE OUT SUITE: linux-headers-RELEASE and what it depends on, unpacked to
# OUT/headers; OUT/build leads to the tree that modules are built against.
headers_of() {
	local h=$2/headers usr p tree needs
	rm -rf "$h" "$work/debs"; mkdir -p "$h" "$work/debs"
	# The newest kbuild tools need a newer C library than this machine's: it comes along.
	mapfile -t needs < <(apt-cache "${APT[@]}" depends --important "linux-headers-$1" |
		sed -n 's/^ *Depends: \(linux-\(headers\|kbuild\)-.*\)/\1/p')
	[ ${#needs[@]} -gt 0 ] || die "linux-headers-$1: no such package"
	if [ "$3" = sid ]; then
		for p in libc6 libelf1t64 zlib1g libzstd1 liblzma5 libbz2-1.0 libssl3t64; do
			[ -z "$(apt-cache "${APT[@]}" pkgnames "$p")" ] || needs+=("$p")
		done
	fi
	(cd "$work/debs" && apt-get "${APT[@]}" -qq download "linux-headers-$1" "${needs[@]}")
	for p in "$work"/debs/*.deb; do dpkg-deb -x "$p" "$h"; done
	usr=$h/usr/src
	tree=$usr/linux-headers-$1
	# The packages name their places as if they were installed.
	grep -rlI --include=Makefile --include='.kernelvariables' '/usr/src/linux-' "$usr"/linux-headers-*/Makefile |
		xargs -r sed -i "s#\([^a-z]\)/usr/src/linux-#\1$usr/linux-#g"
	find "$tree" -maxdepth 1 -type l | while read -r p; do
		case $(readlink "$p") in /usr/*) ln -sfn "$h$(readlink "$p")" "$p" ;; esac
	done
	[ "$3" != sid ] || run_by_its_own_libc "$h"
	ln -sfn "headers/usr/src/linux-headers-$1" "$2/build"
	echo "$1" >"$2/headers-release" # last: it marks them as whole
}

# Every program of the kbuild package under $1 is put aside and run through the C
# library that came along. The package lacks a script that asks whether sparse works.
run_by_its_own_libc() {
	local ld libs f
	ld=$(find "$1" -name 'ld-linux-x86-64.so.2' | head -n 1)
	libs=$1/usr/lib/x86_64-linux-gnu
	find "$1"/usr/lib/linux-kbuild-* -type f -perm -100 | while read -r f; do
		[ "$(head -c 4 "$f" | tr -d '\0')" = $'\x7fELF' ] || continue
		mv "$f" "$f.elf"
		# shellcheck disable=SC2016 # the wrapper expands it
		printf '#!/bin/sh\nexec "%s" --argv0 "$0" --library-path "%s" "%s" "$@"\n' "$ld" "$libs" "$f.elf" >"$f"
		chmod 755 "$f"
	done
	for f in "$1"/usr/src/linux-headers-*-common/scripts; do
		[ -e "$f/checker-valid.sh" ] || printf '#!/bin/sh\necho 1\n' >"$f/checker-valid.sh"
		chmod 755 "$f/checker-valid.sh"
	done
}

for series; do
	re=${series//./\\.}'\.'
	suite=
	case $series in
	6.1) pick bookworm bookworm-security ;;
	6.12) pick bookworm-backports bookworm ;;
	*) pick sid; suite=sid ;;
	esac
	image=$(newest "$re" || true)
	if [ -z "$image" ]; then # sid moves on: take what it has, and file it under its own name
		case $series in 6.1 | 6.12) die "$series: no such kernel" ;; esac
		image=$(newest '[0-9]' || true); [ -n "$image" ] || die "$series: sid has no kernel"
		echo "fetch-kernels: no $series in sid: taking $image" >&2
	fi
	release=${image#linux-image-}
	series=$(cut -d. -f1,2 <<<"$release")
	out=$dir/$series
	if [ "$(cat "$out/release" 2>/dev/null)" = "$release" ]; then
		[ "$(cat "$out/headers-release" 2>/dev/null)" = "$release" ] || headers_of "$release" "$out" "$suite"
		echo "$out: already $release"; continue
	fi
	# In sid the kernel, its modules and its configuration are packages of their own.
	# busybox-static is for the initrd: one file, no libraries, and quick to start, which
	# counts under emulation.
	packages=("$image" busybox-static)
	for p in "linux-binary-$release" "linux-modules-$release" "linux-base-$release"; do
		! apt-cache "${APT[@]}" pkgnames "$p" | grep -qxF "$p" || packages+=("$p")
	done
	rm -rf "$out" "$work/debs"; mkdir -p "$out" "$work/debs"
	(cd "$work/debs" && apt-get "${APT[@]}" -qq download "${packages[@]}")
	for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$out"; done
	[ -e "$out/lib" ] || ln -s usr/lib "$out/lib" # newer packages: /usr/lib only
	vmlinuz=$out/boot/vmlinuz-$release
	[ -e "$vmlinuz" ] || vmlinuz=$out/lib/modules/$release/vmlinuz
	vmlinux_of "$vmlinuz" "$out/vmlinux"
	cp "$(find "$out" -path '*bin/busybox' -type f | head -n 1)" "$out/busybox"
	/sbin/depmod -b "$out" "$release" # so that modprobe can order modules
	headers_of "$release" "$out" "$suite"
	echo "$release" >"$out/release" # last: it marks the folder as whole
	echo "$out: $release"
done
