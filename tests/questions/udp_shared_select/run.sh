#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: gcc python3
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
prepare() { build; }
do_start() {
	spawn app "$B/app" "$D/up"
	wait_for "[ \$(wc -l < $D/up) -ge 2 ]" || return
	target "$SPAWNED"
	target "$(grep -v "^$SPAWNED$" "$D/up")"
}
do_load() { "$PY" "$HERE/client.py" "$SECS"; }
main "$@"
