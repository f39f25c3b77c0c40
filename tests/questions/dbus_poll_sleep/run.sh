#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# packages: gcc libdbus-1-dev pkg-config dbus-daemon dbus-bin
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
prepare() {
	# shellcheck disable=SC2046 # several words
	build $(pkg-config --cflags --libs dbus-1)
}
do_start() {
	spawn bus dbus-daemon --session --nofork --address="unix:path=$D/bus" --nopidfile
	wait_for "[ -S $D/bus ]" || return
	spawn app "$B/app" "unix:path=$D/bus" "$D/up"
	wait_for "[ -s $D/up ]" && target "$SPAWNED"
}
do_load() {
	local end=$((SECONDS + SECS))
	while [ $SECONDS -lt $end ]; do
		DBUS_SESSION_BUS_ADDRESS=unix:path=$D/bus \
			dbus-send --print-reply --dest=test.case / test.case.Ping >/dev/null
		sleep .1
	done
}
main "$@"
