#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# uwsgi: one worker without threads of its own
# packages: uwsgi-core uwsgi-plugin-python3
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/wsgi.inc"
do_start() { wsgi_app; spawn uwsgi uwsgi --plugin python3 --http-socket 127.0.0.1:22070 --wsgi-file wapp.py --callable app --master --processes 1 --die-on-term --disable-logging; wait_port 22070; W=$(child_named $SPAWNED uwsgi); sleep 0.5; target $W; }
do_load() { $PY $HERE/tools/ld.py conn 22070 $SECS 3 'GET / HTTP/1.0\r\n\r\n' 0.01; }
main "$@"
