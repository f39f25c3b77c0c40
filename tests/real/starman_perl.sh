#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# starman (perl, Net::Server::PreFork) worker: flock+accept, select()-with-timeout then read
# packages: python3 starman util-linux
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { printf 'sub { [200,["Content-Type","text/plain"],["hello\\n"]] }\n' > app.psgi; spawn starman starman --listen 127.0.0.1:21221 --workers 1 --max-requests 100000000 --disable-keepalive app.psgi; wait_port 21221; local c; c=$(child_named $SPAWNED 'starman worker' 10); target $c; }
do_load() { $PY $HERE/tools/ld.py conn 21221 $SECS 2 'GET / HTTP/1.0\r\n\r\n' 0.005; }
main "$@"
