#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# zstd -T2 of a file: I/O done with blocking reads, compression in worker threads (futex)
# packages: zstd
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { textfile $SHARED/text256 256; spawn zstd zstd -q -12 -T2 -f $SHARED/text256 $SHARED/text256 $SHARED/text256 -o $D/o.zst; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
