#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bindfs: a FUSE file system with one thread
# packages: bindfs fuse3
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir src m; head -c 8M $SHARED/big64 > src/f
	spawn bindfs bindfs -f --no-allow-other src m; T=$SPAWNED
	local i; for i in $(seq 100); do mountpoint -q m && break; sleep 0.1; done; target $T
}
do_load() { bounded $SECS bash -c 'while :; do dd if=m/f of=/dev/null bs=64k count=20 iflag=direct status=none || exit 1; ls m; sleep 0.05; done'; [ $? = 124 ]; }
do_stop() { fusermount3 -u $D/m || umount -l $D/m; }
main "$@"
