#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dbus-daemon: a private bus
# packages: dbus-bin dbus-daemon
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf '<busconfig><type>session</type><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth><policy context="default"><allow user="*"/><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>\n' "$D" > bus.conf
	spawn dbus dbus-daemon --config-file=$D/bus.conf --nofork --nosyslog; wait_sock bus; target $SPAWNED
}
do_load() { bounded $SECS bash -c 'while :; do dbus-send --bus=unix:path='$D'/bus --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames >/dev/null || exit 1; sleep 0.01; done'; [ $? = 124 ]; }
main "$@"
