#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# node http-server (npm): epoll main loop for sockets, libuv thread pool doing blocking open/read for files
# packages: nodejs npm wrk
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/node.inc"
do_start() { node_up 21213; }
do_load() { bounded $((SECS+2)) wrk -t1 -c4 -d${SECS}s -s $HERE/inc/files.lua http://127.0.0.1:21213/; }
main "$@"
