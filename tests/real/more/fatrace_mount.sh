#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fatrace: reads events of fanotify about one mount
# packages: fatrace
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir m; mount -t tmpfs none m
	spawn fatrace sh -c 'cd "$1/m" && exec fatrace -c' _ "$D"; sleep 0.5; target $SPAWNED
}
do_load() { bounded $SECS bash -c 'while :; do echo x > m/f; read -r l < m/f; sleep 0.02; done'; [ $? = 124 ]; }
do_stop() { generic_stop; umount -l $D/m; }
main "$@"
