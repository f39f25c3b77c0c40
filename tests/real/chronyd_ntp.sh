#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# chronyd -x (no clock control): select() loop over UDP sockets
# packages: chrony python3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { mkdir -m 750 run; printf 'local stratum 8\nallow 127.0.0.1\nbindaddress 127.0.0.1\nport 21302\ncmdport 0\nbindcmdaddress /\npidfile %s/pid\n' $D > c.conf; spawn chronyd chronyd -d -x -u root -f $D/c.conf; wait_port 21302 10 udp; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py udp 21302 $SECS 2 '\x23\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1' 0.005; }
main "$@"
