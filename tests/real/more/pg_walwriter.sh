#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# PostgreSQL's WAL writer: wakes on a latch, then writes and syncs
# packages: postgresql-15 postgresql-client-15 util-linux
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/pg.inc"
do_start() { pg_up 22030 -c synchronous_commit=off -c wal_writer_delay=20ms; W=$(child_named $PG 'postgres: walwriter' 10); target $W; }
do_load() { pgb 22030 -c 1 -R 400; }
main "$@"
