#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: puma python3
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	spawn puma puma -q -t 3:3 -b tcp://127.0.0.1:24123 "$HERE/config.ru"
	wait_port 24123 || return
	sleep .5
	target "$SPAWNED"
}
do_load() { "$PY" "$HERE/client.py" "$SECS"; }
main "$@"
