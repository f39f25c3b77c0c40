#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# python3 -m http.server: selectors (poll) on the listener, one thread per connection with blocking recv/sendall
# packages: python3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/docroot.inc"
do_start() { docroot; spawn py $PY -m http.server 21226 --bind 127.0.0.1 --directory $D/www; wait_port 21226; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py conn 21226 $SECS 3 'GET /f1 HTTP/1.0\r\n\r\n' 0.005; }
main "$@"
