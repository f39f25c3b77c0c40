#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# pgbouncer: libevent between clients and PostgreSQL
# packages: pgbouncer postgresql-15 postgresql-client-15 util-linux
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/pg.inc"
do_start() {
	pg_up 22034
	printf '[databases]\npostgres = host=127.0.0.1 port=22034 user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = 22035\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\nlogfile =\npidfile =\n' > b.ini
	chmod 644 b.ini; spawn bouncer setpriv --reuid=postgres --regid=postgres --clear-groups pgbouncer -q $D/b.ini; wait_port 22035; target $SPAWNED
}
do_load() { pgb 22035 -c 4 -S -R 1000; }
main "$@"
