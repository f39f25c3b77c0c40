#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio mmap engine: data by page faults and msync, no read/write system calls
# packages: fio
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/fio.inc"
do_start() { fio_start --filename=$SHARED/big1g --readonly --rw=randread --bs=4k --size=1g --ioengine=mmap; }
do_load() { sleep $SECS; }
main "$@"
