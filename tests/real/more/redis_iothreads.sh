#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# redis with I/O threads, pipelined load
# packages: redis-server redis-tools
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { spawn redis redis-server --port 22036 --bind 127.0.0.1 --save '' --appendonly no --io-threads 2 --io-threads-do-reads yes --dir $D; wait_port 22036; target $SPAWNED; }
do_load() { bounded $SECS redis-benchmark -h 127.0.0.1 -p 22036 -c 20 -P 8 -n 100000000 -t set -q; [ $? = 124 ]; }
main "$@"
