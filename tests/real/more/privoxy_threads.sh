#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# privoxy: a thread for each connection, poll or select over both sides
# packages: curl lighttpd privoxy
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir www; echo hello > www/index.html
	printf 'server.document-root="%s/www"\nserver.port=22060\nserver.bind="127.0.0.1"\n' "$D" > l.conf
	spawn backend lighttpd -D -f $D/l.conf; wait_port 22060
	printf 'confdir /etc/privoxy\nlogdir %s\nlisten-address 127.0.0.1:22059\nkeep-alive-timeout 5\nsocket-timeout 60\n' "$D" > p.conf
	spawn privoxy privoxy --no-daemon $D/p.conf; wait_port 22059; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py tcp 22059 $SECS 3 'GET http://127.0.0.1:22060/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n' 0.01; }
main "$@"
