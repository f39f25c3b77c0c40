#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio sync engine, buffered writes with fsync every 4: blocking
# packages: fio
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/fio.inc"
do_start() { fio_start --filename=w --rw=write --bs=16k --size=256m --ioengine=sync --fsync=4; }
do_load() { sleep $SECS; }
main "$@"
