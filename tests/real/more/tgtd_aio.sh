#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tgtd: an iSCSI target; epoll for sessions, libaio for the image, an eventfd between
# packages: libiscsi-bin tgt
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	cp $SHARED/big64 disk
	spawn tgtd unshare -m sh -c 'mkdir run && mount --bind run /run && exec tgtd -f -C 0 --iscsi portal=127.0.0.1:22044'; T=$SPAWNED; wait_port 22044
	local i a="nsenter -m -t $T tgtadm"
	for i in $(seq 50); do $a --lld iscsi --mode target --op new --tid 1 -T iqn.2000-01.test:d && break; sleep 0.1; done >adm.log 2>&1
	{ $a --lld iscsi --mode logicalunit --op new --tid 1 --lun 1 --bstype aio --backing-store $D/disk && $a --lld iscsi --mode target --op bind --tid 1 -I ALL; } >>adm.log 2>&1
	target $T
}
do_load() { bounded $SECS iscsi-perf -m 4 -b 8 -r iscsi://127.0.0.1:22044/iqn.2000-01.test:d/1; [ $? = 124 ]; }
main "$@"
