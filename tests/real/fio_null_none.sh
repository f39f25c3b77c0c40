#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio null engine: no I/O at all, CPU only
# packages: fio
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/fio.inc"
do_start() { fio_start --rw=randread --bs=4k --size=1g --ioengine=null --filename=x; }
do_load() { sleep $SECS; }
main "$@"
