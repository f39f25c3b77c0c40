#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sockperf server --nonblocked: recvfrom() on an O_NONBLOCK socket in a tight loop (EAGAIN storm)
# packages: sockperf
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn sp sockperf sr -i 127.0.0.1 -p 21121 --nonblocked; wait_port 21121 10 udp; target $SPAWNED; }
do_load() { bounded $((SECS+3)) sockperf pp -i 127.0.0.1 -p 21121 -t $SECS --mps=1000; }
main "$@"
