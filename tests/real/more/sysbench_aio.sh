#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sysbench fileio, asynchronous mode: libaio by two threads
# packages: sysbench
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { sysbench fileio --file-total-size=64M --file-num=4 prepare >prep.log 2>&1; spawn sb sysbench fileio --file-total-size=64M --file-num=4 --file-test-mode=rndrd --file-io-mode=async --file-extra-flags=direct --threads=2 --time=100 --rate=3000 run; sleep 1; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
