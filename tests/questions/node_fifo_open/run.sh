#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: nodejs python3
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
prepare() { mkfifo "$D/fifo0" "$D/fifo1" "$D/fifo2" "$D/fifo3"; }
do_start() {
	spawn node node "$HERE/app.js" "$D"
	wait_port 24103 && target "$SPAWNED"
}
do_load() { "$PY" "$HERE/client.py" "$SECS"; }
main "$@"
