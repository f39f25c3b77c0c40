#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# gunicorn sync worker: select() with timeout on the listener, then blocking accept/recv/send per request
# packages: gunicorn python3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/wsgi.inc"
do_start() { wsgi_app; PYTHONPATH=$D spawn gunicorn $PY /usr/bin/gunicorn -w 1 -b 127.0.0.1:21222 wapp:app; wait_port 21222; local c; c=$(child_named $SPAWNED gunicorn 10); sleep 0.7; target $c; }
do_load() { $PY $HERE/tools/ld.py conn 21222 $SECS 2 'GET / HTTP/1.0\r\n\r\n' 0.005; }
main "$@"
