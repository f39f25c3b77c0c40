#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio io_uring with a polling thread of the kernel
# packages: fio
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/fio.inc"
do_start() { fio_start --filename=$SHARED/big1g --readonly --rw=randread --bs=4k --size=1g --ioengine=io_uring --direct=1 --iodepth=8 --sqthread_poll=1 --rate_iops=4000; }
do_load() { sleep $SECS; }
main "$@"
