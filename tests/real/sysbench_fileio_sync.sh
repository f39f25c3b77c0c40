#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sysbench fileio, sync mode: 2 threads of blocking pread/pwrite/fsync
# packages: sysbench
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { cd $D; sysbench fileio --file-total-size=64M --file-num=4 prepare >/dev/null 2>&1; spawn sb sysbench fileio --file-total-size=64M --file-num=4 --file-test-mode=rndrw --file-io-mode=sync --threads=2 --time=100 run; sleep 1; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
