#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# uvicorn (asyncio): one epoll loop
# packages: python3 uvicorn
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { printf 'async def app(scope, receive, send):\n    if scope["type"]!="http": return\n    await send({"type":"http.response.start","status":200,"headers":[]})\n    await send({"type":"http.response.body","body":b"x"*4096})\n' > aapp.py; PYTHONPATH=$D spawn uvicorn $PY -m uvicorn --loop asyncio --host 127.0.0.1 --port 21224 --log-level warning aapp:app; wait_port 21224; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py conn 21224 $SECS 3 'GET / HTTP/1.0\r\n\r\n' 0.005; }
main "$@"
