#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# gocryptfs (Go): a FUSE file system; several threads asleep in read of /dev/fuse
# packages: fuse3 gocryptfs
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir c m; echo pw > pw; HOME=$D gocryptfs -q -init -scryptn 10 -passfile pw c >init.log 2>&1
	HOME=$D spawn gocryptfs gocryptfs -fg -q -passfile pw c m; GO=$SPAWNED
	local i; for i in $(seq 100); do mountpoint -q m && break; sleep 0.1; done; target $GO
}
do_load() { bounded $SECS bash -c 'i=0; while :; do i=$((i+1)); dd if='$SHARED'/big64 of=m/f$((i%5)) bs=64k count=8 status=none; dd if=m/f$((i%5)) of=/dev/null bs=64k iflag=direct status=none; sleep 0.05; done'; [ $? = 124 ]; }
do_stop() { fusermount3 -u $D/m || umount -l $D/m; }
main "$@"
