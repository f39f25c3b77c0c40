#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: python3 ruby
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	spawn app ruby "$HERE/app.rb" "$D/up"
	wait_for "[ -s $D/up ]" && target "$SPAWNED"
}
main "$@"
