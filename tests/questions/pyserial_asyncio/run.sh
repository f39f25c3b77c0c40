#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: python3 python3-serial
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	spawn dev "$PY" "$HERE/dev.py" "$D/tty"
	wait_for "[ -e $D/tty ]" || return
	spawn app "$PY" "$HERE/app.py" "$D/tty"
	wait_port 24114 && target "$SPAWNED"
}
do_load() { "$PY" "$LIB/echo_client.py" 24114 "$SECS"; }
main "$@"
