#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# nats-server (Go): a broker
# packages: nats-server
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { spawn nats nats-server -a 127.0.0.1 -p 22021; wait_port 22021; target $SPAWNED; sleep 0.5; }
do_load() { $PY $HERE/tools/ld.py tcp 22021 $SECS 4 'CONNECT {"verbose":false}\r\nSUB a 1\r\nPUB a 5\r\nhello\r\n' 0.005; }
main "$@"
