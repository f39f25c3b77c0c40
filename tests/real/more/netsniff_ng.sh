#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# netsniff-ng: a receive ring of the packet socket, poll to wait, a file for the packets
# packages: iproute2 netsniff-ng
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/netns.inc"
do_start() { ns_up; ns_spawn ns netsniff-ng --in lo --out $D/o.pcap --silent --ring-size 8MiB; sleep 1.5; target $SPAWNED; }
do_load() { ns_run $PY $HERE/tools/ld.py udpn 9 $SECS 1 'hello hello hello' 0.002; }
main "$@"
