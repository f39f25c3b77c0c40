#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# iperf3 server receiving one TCP stream: select() + read() in one thread
# packages: iperf3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn iperf3 iperf3 -s -B 127.0.0.1 -p 21309; wait_port 21309; target $SPAWNED; }
do_load() { bounded $((SECS+3)) iperf3 -c 127.0.0.1 -p 21309 -t $SECS -b 200M; }
main "$@"
