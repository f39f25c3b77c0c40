#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: gcc liburing-dev python3
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
prepare() { build -luring; }
do_start() {
	spawn app "$B/app" "$D/up"
	wait_for "[ -s $D/up ]" && target "$SPAWNED"
}
do_load() { "$PY" "$HERE/client.py" "$SECS"; }
main "$@"
