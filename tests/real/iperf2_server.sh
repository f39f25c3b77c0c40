#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# iperf 2 server: thread per connection, blocking recv(); listener and reporter threads
# packages: iperf
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn iperf iperf -s -B 127.0.0.1 -p 21310; wait_port 21310; target $SPAWNED; }
do_load() { bounded $((SECS+3)) iperf -c 127.0.0.1 -p 21310 -t $SECS -b 200m; }
main "$@"
