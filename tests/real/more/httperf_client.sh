#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# httperf: a load generator that asks select again and again, so as not to be late
# packages: httperf lighttpd
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir www; echo hello > www/index.html
	printf 'server.document-root="%s/www"\nserver.port=22068\nserver.bind="127.0.0.1"\n' "$D" > l.conf
	spawn backend lighttpd -D -f $D/l.conf; wait_port 22068
	spawn httperf httperf --server 127.0.0.1 --port 22068 --uri /index.html --rate 100 --num-conns 20000; sleep 0.5; target $SPAWNED
}
do_load() { sleep $SECS; }
main "$@"
