#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sockperf server over 4 UDP sockets with select() (10 ms timeout)
# packages: sockperf
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/sockperf.inc"
do_start() { sp_feed 21122; spawn sp sockperf sr -f feed -F s; wait_port 21122 10 udp; target $SPAWNED; }
do_load() { bounded $((SECS+3)) sockperf pp -f feed -F s -t $SECS --mps=1000; }
main "$@"
