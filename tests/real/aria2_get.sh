#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# aria2c: epoll event loop + non-blocking sockets
# packages: aria2 netcat-openbsd pv
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/httpfeed.inc"
do_start() { feed_start 21008; spawn aria2c aria2c -q --no-conf -d $D -o out --file-allocation=none -x1 -s1 --max-tries=1 --allow-overwrite=true http://127.0.0.1:21008/x; target $SPAWNED; }
do_load() { feed_load; }
main "$@"
