#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: bpftrace
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
# A line by the ring a thousand times a second, and no tracepoint that a kernel may not have.
do_start() {
	spawn bt bpftrace -e 'interval:us:1000 { printf("%d %d\n", elapsed, pid); }'
	wait_for "[ \$(wc -l < $D/bt.log) -ge 2 ]" || return
	sleep 1
	target "$SPAWNED"
}
main "$@"
