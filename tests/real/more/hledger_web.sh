#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# hledger-web: Haskell's warp server; the run-time's I/O manager waits in epoll
# packages: hledger-web
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf '2024-01-01 opening\n  assets:cash  10\n  equity:opening\n' > j.journal
	HOME=$D LANG=C.UTF-8 LC_ALL=C.UTF-8 spawn hledger hledger-web -f j.journal --serve-api --host 127.0.0.1 --port 22014; wait_port 22014; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py tcp 22014 $SECS 4 'GET /accountnames HTTP/1.1\r\nHost: x\r\n\r\n' 0.02; }
main "$@"
