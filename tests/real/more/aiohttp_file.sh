#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# aiohttp (Python): serves a file with sendfile from its loop
# packages: python3-aiohttp
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir www; head -c 100000 $SHARED/big64 > www/f
	printf 'import sys\nfrom aiohttp import web\napp = web.Application()\napp.router.add_static("/", "www")\nweb.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)\n' > app.py
	spawn aiohttp $PY app.py 22025; wait_port 22025; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py tcp 22025 $SECS 3 'GET /f HTTP/1.1\r\nHost: x\r\n\r\n' 0.01; }
main "$@"
