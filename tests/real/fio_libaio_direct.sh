#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio libaio O_DIRECT QD16: io_submit/io_getevents, truly asynchronous
# packages: fio
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/fio.inc"
do_start() { fio_start --filename=$SHARED/big1g --readonly --rw=randread --bs=4k --size=1g --ioengine=libaio --direct=1 --iodepth=16; }
do_load() { sleep $SECS; }
main "$@"
