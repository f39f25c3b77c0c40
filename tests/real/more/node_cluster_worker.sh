#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# node: a worker of the cluster module; the connections are handed over by the primary
# packages: nodejs
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	cat > c.js <<-'C'
	const cluster = require('cluster'), http = require('http');
	if (cluster.isPrimary) cluster.fork();
	else http.createServer((q, r) => r.end('hello\n')).listen(22015, '127.0.0.1');
	C
	HOME=$D spawn node nodejs c.js; wait_port 22015; W=$(child_named $SPAWNED 'c.js'); target $W
}
do_load() { $PY $HERE/tools/ld.py conn 22015 $SECS 4 'GET / HTTP/1.0\r\n\r\n' 0.01; }
main "$@"
