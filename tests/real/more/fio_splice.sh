#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio's splice engine: a file through a pipe
# packages: fio
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/fio.inc"
do_start() { fio_start --filename=$D/f --rw=write --bs=64k --size=64m --ioengine=splice --fsync=8 --rate=100m; }
do_load() { sleep $SECS; }
main "$@"
