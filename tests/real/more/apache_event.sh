#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# apache with the event MPM: a listener thread with epoll, workers for requests
# packages: apache2-bin
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/apache.inc"
do_start() { apache_up 22058 event 'StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
KeepAlive On'; }
do_load() { $PY $HERE/tools/ld.py tcp 22058 $SECS 4 'GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n' 0.005; }
main "$@"
