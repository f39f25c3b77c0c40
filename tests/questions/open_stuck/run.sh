#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: coreutils
# quick
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
prepare() { mkfifo "$D/p"; }
do_start() {
	spawn app cat "$D/p"
	sleep .3
	target "$SPAWNED"
}
main "$@"
