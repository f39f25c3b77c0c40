#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sqlite3 shell, one transaction per INSERT, synchronous=FULL: pread/pwrite + fdatasync
# packages: sqlite3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { mkfifo in; exec 8<>in; IN=in spawn sqlite3 sqlite3 -batch $D/t.db; target $SPAWNED; }
do_load() { { echo 'PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t(a,b);'; bounded $SECS bash -c 'while :; do echo "INSERT INTO t VALUES(random(),hex(randomblob(100)));"; done'; } 2>/dev/null | bounded $SECS cat > in; true; }
main "$@"
