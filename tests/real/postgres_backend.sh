#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# PostgreSQL backend under pgbench: epoll latch wait on the client socket, blocking pread/pwrite/fdatasync of WAL
# packages: postgresql-15 postgresql-client-15 util-linux
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/pg.inc"
do_start() { pg_up 21207; mkfifo q; chmod 666 q; exec 8<>q; IN=q OUT=/dev/null spawn cli setpriv --reuid=postgres --regid=postgres --clear-groups psql -h 127.0.0.1 -p 21207 -At postgres; B=$(child_named $PG 'postgres: postgres postgres' 10); target $B; }
do_load() { bounded $SECS bash -c 'while :; do echo "update pgbench_accounts set abalance=abalance+1 where aid=(random()*199999)::int+1; select sum(abalance) from pgbench_accounts where aid<2000;"; sleep 0.003; done' > q; true; }
main "$@"
