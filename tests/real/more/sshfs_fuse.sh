#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sshfs: threads asleep in read of /dev/fuse, one in read of the connection
# packages: fuse3 openssh-sftp-server socat sshfs
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir src m; head -c 8M $SHARED/big64 > src/f
	spawn sftp socat TCP-LISTEN:22039,bind=127.0.0.1,reuseaddr,fork EXEC:/usr/lib/openssh/sftp-server; wait_port 22039
	spawn sshfs sshfs -f 127.0.0.1:$D/src $D/m -o directport=22039; T=$SPAWNED
	local i; for i in $(seq 100); do mountpoint -q m && break; sleep 0.1; done; target $T
}
do_load() { bounded $SECS bash -c 'while :; do dd if=m/f of=/dev/null bs=64k count=20 iflag=direct status=none || exit 1; ls m; sleep 0.05; done'; [ $? = 124 ]; }
do_stop() { fusermount3 -u $D/m || umount -l $D/m; }
main "$@"
