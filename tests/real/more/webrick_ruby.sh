#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# WEBrick (Ruby): select on the listener, a thread per connection that tries and then waits
# packages: ruby ruby-webrick
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkdir www; echo hello > www/index.html; HOME=$D spawn webrick ruby -run -e httpd -- www -p 22002 -b 127.0.0.1; wait_port 22002; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py conn 22002 $SECS 2 'GET / HTTP/1.0\r\n\r\n' 0.02; }
main "$@"
