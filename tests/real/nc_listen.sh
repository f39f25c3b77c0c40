#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# OpenBSD nc receiving a stream: poll() on stdin+socket, then read()
# packages: netcat-openbsd python3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { OUT=/dev/null IN=/dev/null; mkfifo in; exec 8<>in; IN=in OUT=/dev/null spawn nc nc -l 127.0.0.1 21001; wait_port 21001; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py sink 21001 $SECS 1 4000000; }
main "$@"
