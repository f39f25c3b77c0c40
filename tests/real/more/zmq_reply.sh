#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# pyzmq: a REP socket; the main thread polls its mailbox, libzmq's own thread waits in epoll
# packages: python3-zmq
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	printf 'import sys, zmq\ns = zmq.Context().socket(zmq.REP)\ns.bind("tcp://127.0.0.1:" + sys.argv[1])\nwhile True:\n    s.send(s.recv())\n' > rep.py
	spawn zmq $PY rep.py 22028; wait_port 22028; target $SPAWNED
}
do_load() { $PY -c "
import time, zmq
s = zmq.Context().socket(zmq.REQ); s.connect('tcp://127.0.0.1:22028'); end = time.time() + $SECS
while time.time() < end: s.send(b'hello'); s.recv(); time.sleep(0.002)"; }
main "$@"
