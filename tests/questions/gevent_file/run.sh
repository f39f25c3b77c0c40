#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: python3 python3-gevent
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	spawn app "$PY" "$HERE/app.py" "$D"
	wait_port 24105 && target "$SPAWNED"
}
do_load() { "$PY" "$HERE/client.py" "$SECS"; }
main "$@"
