#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio posixaio: glibc aio_read = helper threads doing blocking pread64, main waits in aio_suspend
# packages: fio
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/fio.inc"
do_start() { fio_start --filename=$SHARED/big1g --readonly --rw=randread --bs=4k --size=1g --ioengine=posixaio --direct=1 --iodepth=8; }
do_load() { sleep $SECS; }
main "$@"
