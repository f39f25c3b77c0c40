#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: nodejs python3
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
prepare() { mkfifo "$D/out"; }
do_start() {
	spawn slow "$PY" "$HERE/slow.py" "$D/out"
	OUT=$D/out spawn node node "$HERE/app.js"
	wait_port 24104 && target "$SPAWNED"
}
do_load() { "$PY" "$HERE/client.py" "$SECS"; }
main "$@"
