#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# redis appendfsync always: epoll loop, but the main thread blocks in write()+fdatasync() of the AOF every turn
# packages: redis-server redis-tools
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn redis redis-server --port 21013 --bind 127.0.0.1 --save '' --appendonly yes --appendfsync always --dir $D; wait_port 21013; target $SPAWNED; }
do_load() { bounded $SECS redis-benchmark -h 127.0.0.1 -p 21013 -c 10 -n 100000000 -t set -q; [ $? = 124 ]; }
main "$@"
