#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# varnish: an acceptor, worker threads of a pool, a waiter with epoll for the idle ones
# packages: gcc lighttpd varnish
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir www v; head -c 20000 $SHARED/big64 > www/f
	printf 'server.document-root="%s/www"\nserver.port=22056\nserver.bind="127.0.0.1"\n' "$D" > l.conf
	spawn backend lighttpd -D -f $D/l.conf; wait_port 22056
	chmod 777 v; HOME=$D spawn varnish varnishd -F -j none -a 127.0.0.1:22055 -b 127.0.0.1:22056 -n $D/v -s malloc,16m -T none; wait_port 22055 30
	W=$(child_named $SPAWNED cache-main); sleep 1; target $W
}
do_load() { $PY $HERE/tools/ld.py tcp 22055 $SECS 4 'GET /f HTTP/1.1\r\nHost: x\r\n\r\n' 0.005; }
main "$@"
