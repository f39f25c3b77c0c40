#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: gcc liburing-dev openssl
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
prepare() { big_file && build -luring; }
do_start() {
	spawn app "$B/app" "$BIG" "$D/up"
	wait_for "[ -s $D/up ]" && target "$SPAWNED"
}
main "$@"
