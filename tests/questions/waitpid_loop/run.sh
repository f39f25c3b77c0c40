#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: python3
# quick
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	spawn app "$PY" "$HERE/app.py"
	wait_port 24120 && target "$SPAWNED"
}
do_load() { "$PY" "$LIB/echo_client.py" 24120 "$SECS"; }
main "$@"
