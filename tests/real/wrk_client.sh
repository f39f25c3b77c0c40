#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# wrk (client): redis "ae" epoll loop in its worker thread, main thread sleeps
# packages: lighttpd wrk
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/docroot.inc"
do_start() { docroot; printf 'server.document-root="%s/www"\nserver.port=21817\nserver.bind="127.0.0.1"\n' $D > l.conf; spawn origin lighttpd -D -f $D/l.conf; wait_port 21817; spawn wrk wrk -t1 -c4 -d100s http://127.0.0.1:21817/index.html; target $SPAWNED; sleep 0.5; }
do_load() { sleep $SECS; }
main "$@"
