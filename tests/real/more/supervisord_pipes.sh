#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# supervisord (Python): poll over the outputs of its children
# packages: supervisor
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf '[supervisord]\nnodaemon=true\nlogfile=%s/s.log\npidfile=%s/s.pid\nchildlogdir=%s\nuser=root\n[program:a]\ncommand=bash -c "while :; do echo line; sleep 0.01; done"\nstdout_logfile=%s/a.out\n' "$D" "$D" "$D" "$D" > s.conf
	spawn supervisor supervisord -n -c $D/s.conf; sleep 2; target $SPAWNED
}
do_load() { sleep $SECS; }
main "$@"
