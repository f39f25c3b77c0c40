#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# twisted (Python) with its select reactor
# packages: python3-twisted
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkdir www; echo hello > www/index.html; HOME=$D spawn twist $PY -m twisted --reactor select web --listen tcp:22027:interface=127.0.0.1 --path www; wait_port 22027; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py tcp 22027 $SECS 4 'GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n' 0.01; }
main "$@"
