#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# prometheus-node-exporter (Go): each request reads much of /proc and /sys
# packages: prometheus-node-exporter
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { spawn exporter prometheus-node-exporter --web.listen-address=127.0.0.1:22023 --log.level=error; wait_port 22023; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py tcp 22023 $SECS 1 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n' 0.1; }
main "$@"
