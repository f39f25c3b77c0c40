#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# memcached (libevent, epoll): listener thread + 2 worker threads, non-blocking sockets
# packages: memcached python3
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn memcached memcached -u nobody -l 127.0.0.1 -p 21015 -U 0 -t 2 -m 32; wait_port 21015; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py tcp 21015 $SECS 4 'set a 0 0 5\r\nhello\r\nget a\r\n'; }
main "$@"
