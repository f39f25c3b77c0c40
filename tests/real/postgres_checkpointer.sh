#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# PostgreSQL checkpointer: mostly waits on its latch; during CHECKPOINT blocking pwrite+fsync
# packages: postgresql-15 postgresql-client-15 util-linux
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/pg.inc"
do_start() { pg_up 21209 -c synchronous_commit=off -c checkpoint_timeout=30s; B=$(child_named $PG 'postgres: checkpointer' 10); target $B; }
do_load() { pgb 21209 -N -c 2 & local p=$!; for i in 1 2 3 4; do sleep 1.2; as_user postgres psql -h 127.0.0.1 -p 21209 -c checkpoint postgres; done; wait $p; true; }
main "$@"
