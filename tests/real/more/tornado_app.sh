#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tornado (Python): a handler that awaits a sleep on the asyncio loop
# packages: python3-tornado
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	cat > app.py <<-'C'
	import asyncio, sys, tornado.web
	class Main(tornado.web.RequestHandler):
	    async def get(self):
	        await asyncio.sleep(0.005)
	        self.write("hello")
	async def main():
	    tornado.web.Application([("/", Main)]).listen(int(sys.argv[1]), "127.0.0.1")
	    await asyncio.Event().wait()
	asyncio.run(main())
	C
	spawn tornado $PY app.py 22024; wait_port 22024; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py tcp 22024 $SECS 4 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' 0.005; }
main "$@"
