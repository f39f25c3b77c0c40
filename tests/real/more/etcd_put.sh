#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# etcd (Go): HTTP on the run-time's poller, each put is written and synced
# packages: etcd-server
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	spawn etcd etcd --data-dir $D/data --listen-client-urls http://127.0.0.1:22019 --advertise-client-urls http://127.0.0.1:22019 --listen-peer-urls http://127.0.0.1:22020 --log-level error
	wait_port 22019; target $SPAWNED; sleep 2
}
do_load() { $PY $HERE/tools/ld.py tcp 22019 $SECS 4 'POST /v3/kv/put HTTP/1.1\r\nHost: x\r\nContent-Length: 29\r\n\r\n{"key":"Zm9v","value":"YmFy"}' 0.005; }
main "$@"
