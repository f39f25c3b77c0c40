#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio io_uring buffered: many requests punted to io-wq workers
# packages: fio
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/fio.inc"
do_start() { fio_start --filename=$SHARED/big1g --readonly --rw=randread --bs=4k --size=1g --ioengine=io_uring --direct=0 --iodepth=16 --invalidate=1; }
do_load() { sleep $SECS; }
main "$@"
