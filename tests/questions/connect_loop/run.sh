#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: python3
# quick
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	spawn full "$PY" "$HERE/full.py" "$D/up"
	wait_for "[ -s $D/up ]" || return
	spawn app "$PY" "$HERE/app.py"
	wait_port 24117 && target "$SPAWNED"
}
do_load() { "$PY" "$LIB/echo_client.py" 24117 "$SECS"; }
main "$@"
