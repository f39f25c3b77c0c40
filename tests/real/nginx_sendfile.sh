#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# nginx worker, sendfile on: epoll + non-blocking sockets, file data by sendfile() (page cache)
# packages: nginx-light wrk
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/nginx.inc"
do_start() { nginx_up 21017 '' 'sendfile on;'; }
do_load() { nginx_load 21017; }
main "$@"
