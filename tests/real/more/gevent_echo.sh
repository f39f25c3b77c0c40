#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# gevent (Python): greenlets that look blocking, on libev's epoll
# packages: python3-gevent
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	cat > app.py <<-'C'
	import sys
	from gevent.server import StreamServer
	def echo(s, peer):
	    while True:
	        b = s.recv(4096)
	        if not b:
	            break
	        s.sendall(b)
	StreamServer(("127.0.0.1", int(sys.argv[1])), echo).serve_forever()
	C
	spawn gevent $PY app.py 22026; wait_port 22026; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py tcp 22026 $SECS 8 'hello world' 0.003; }
main "$@"
