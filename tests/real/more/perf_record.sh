#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# perf record: waits in poll for rings shared with the kernel, writes a file
# packages: linux-perf
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { HOME=$D spawn perf perf record -q -e cpu-clock -F 999 -o $D/perf.data -- bash -c 'while :; do for i in 1 2 3 4 5 6 7 8 9; do for j in 1 2 3 4 5 6 7 8 9; do :; done; done; sleep 0.001; done'; sleep 1.5; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
