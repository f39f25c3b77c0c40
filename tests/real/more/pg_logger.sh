#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# PostgreSQL's logging collector: a pipe from all processes into a file
# packages: postgresql-15 postgresql-client-15 util-linux
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/pg.inc"
do_start() { pg_up 22033 -c logging_collector=on -c log_statement=all -c log_directory=$D/sock; W=$(child_named $PG 'postgres: logger' 10); target $W; }
do_load() { pgb 22033 -c 1 -S -R 500; }
main "$@"
