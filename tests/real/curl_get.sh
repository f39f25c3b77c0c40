#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# curl downloading: O_NONBLOCK socket + poll(), file written with blocking write()
# packages: curl netcat-openbsd pv
# quick
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/httpfeed.inc"
do_start() { feed_start 21005; spawn curl curl -s -o $D/out http://127.0.0.1:21005/x; target $SPAWNED; }
do_load() { feed_load; }
main "$@"
