#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# wget downloading: select() with timeout before each read() of a blocking socket
# packages: netcat-openbsd pv wget
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/httpfeed.inc"
do_start() { feed_start 21006; spawn wget wget -q -O $D/out --tries=1 http://127.0.0.1:21006/x; target $SPAWNED; }
do_load() { feed_load; }
main "$@"
