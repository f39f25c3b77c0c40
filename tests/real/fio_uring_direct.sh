#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio io_uring O_DIRECT QD16
# packages: fio
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/fio.inc"
do_start() { fio_start --filename=$SHARED/big1g --readonly --rw=randread --bs=4k --size=1g --ioengine=io_uring --direct=1 --iodepth=16; }
do_load() { sleep $SECS; }
main "$@"
