#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio psync: blocking pread64() through the page cache
# packages: fio
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/fio.inc"
do_start() { fio_start --filename=$SHARED/big1g --readonly --rw=randread --bs=4k --size=1g --ioengine=psync --rate_iops=5000; }
do_load() { sleep $SECS; }
main "$@"
