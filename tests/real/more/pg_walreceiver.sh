#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# PostgreSQL standby: the WAL receiver takes the stream from a socket, writes and syncs it
# packages: postgresql-15 postgresql-client-15 util-linux
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/pg.inc"
do_start() {
	pg_up 22031 -c wal_level=replica -c max_wal_senders=4
	as_user postgres $PGB/pg_basebackup -h 127.0.0.1 -p 22031 -D $D/sock/standby -R -c fast >$D/base.log 2>&1
	spawn standby setpriv --reuid=postgres --regid=postgres --clear-groups $PGB/postgres -D $D/sock/standby -p 22032 -h 127.0.0.1 -k $D/sock; W=$(child_named $SPAWNED 'walreceiver streaming' 20); target $W
}
do_load() { pgb 22031 -c 1 -R 300; }
main "$@"
