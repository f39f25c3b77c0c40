#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# hping3: an alarm signal sends, the main loop reads a packet socket
# packages: hping3 iproute2
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/netns.inc"
do_start() { ns_up; ns_spawn hping3 hping3 -2 -p 9 -i u10000 -I lo 127.0.0.1; sleep 0.5; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
