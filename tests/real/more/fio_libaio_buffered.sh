#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio libaio without O_DIRECT: the submission does all the work
# packages: fio
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/fio.inc"
do_start() { fio_start --filename=$SHARED/big1g --readonly --rw=randread --bs=64k --size=1g --ioengine=libaio --direct=0 --iodepth=8 --invalidate=1 --rate=100m; }
do_load() { sleep $SECS; }
main "$@"
