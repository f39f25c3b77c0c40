#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dumpcap: capture for wireshark; select or poll on the packet socket, a ring of memory
# packages: iproute2 wireshark-common
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/netns.inc"
do_start() { ns_up; ns_spawn dumpcap dumpcap -q -i lo -w $D/o.pcapng; sleep 1.5; target $SPAWNED; }
do_load() { ns_run $PY $HERE/tools/ld.py udpn 9 $SECS 1 'hello hello hello' 0.002; }
main "$@"
