#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# s6-supervise: waits for signals and for orders in a FIFO
# packages: s6
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir sv; printf '#!/bin/sh\nexec sleep 1000\n' > sv/run; chmod +x sv/run
	spawn s6 s6-supervise $D/sv; local i; for i in $(seq 100); do [ -p sv/supervise/control ] && break; sleep 0.05; done; sleep 0.5; target $SPAWNED
}
do_load() { bounded $SECS bash -c 'while :; do s6-svc -c sv || exit 1; s6-svstat sv; sleep 0.02; done'; [ $? = 124 ]; }
main "$@"
