#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# caddy file server (Go): netpoller epoll + non-blocking sockets, files through sendfile/read in goroutine threads
# packages: caddy wrk
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/docroot.inc"
do_start() { docroot; printf '{\n admin off\n auto_https off\n}\nhttp://127.0.0.1:21217 {\n bind 127.0.0.1\n root * %s/www\n file_server\n}\n' $D > Caddyfile; HOME=$D XDG_CONFIG_HOME=$D XDG_DATA_HOME=$D spawn caddy caddy run --config $D/Caddyfile --adapter caddyfile; wait_port 21217; target $SPAWNED; }
do_load() { bounded $((SECS+2)) wrk -t1 -c4 -d${SECS}s -s $HERE/inc/files.lua http://127.0.0.1:21217/; }
main "$@"
