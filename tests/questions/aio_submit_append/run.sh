#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: gcc libaio-dev
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
prepare() { build -laio -lpthread; }
do_start() {
	spawn app "$B/app" "$D/file" "$D/up"
	wait_for "[ -s $D/up ]" && target "$SPAWNED"
}
main "$@"
