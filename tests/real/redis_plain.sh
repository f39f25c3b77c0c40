#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# redis without persistence: one epoll loop, non-blocking sockets
# packages: redis-server redis-tools
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn redis redis-server --port 21012 --bind 127.0.0.1 --save '' --appendonly no --dir $D; wait_port 21012; target $SPAWNED; }
do_load() { bounded $SECS redis-benchmark -h 127.0.0.1 -p 21012 -c 10 -n 100000000 -t set,get -q; [ $? = 124 ]; }
main "$@"
