#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: gcc
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
prepare() { build; }
do_start() {
	spawn app nice -n 19 "$B/app" "$D/up"
	wait_for "[ -s $D/up ]" && target "$SPAWNED"
}
main "$@"
