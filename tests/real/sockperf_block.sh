#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sockperf server, UDP, default: blocking recvfrom()
# packages: sockperf
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn sp sockperf sr -i 127.0.0.1 -p 21120; wait_port 21120 10 udp; target $SPAWNED; }
do_load() { bounded $((SECS+3)) sockperf pp -i 127.0.0.1 -p 21120 -t $SECS --mps=1000; }
main "$@"
