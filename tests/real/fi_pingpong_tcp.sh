#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# libfabric fi_pingpong, tcp provider: poll() with zero timeout in a loop
# packages: iproute2 libfabric-bin util-linux
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/netns.inc"
do_start() { ns_up; ns_spawn srv fi_pingpong -p tcp -e msg -B 21132 -I 2000000000 -S 64; local s=$SPAWNED; sleep 0.5; target $s; }
do_load() { ns_run timeout -k 1 $SECS fi_pingpong -p tcp -e msg -P 21132 -I 2000000000 -S 64 127.0.0.1; true; }
main "$@"
