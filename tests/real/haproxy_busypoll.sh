#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# haproxy "busy-polling": epoll_wait() with zero timeout in a tight loop
# packages: haproxy lighttpd python3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/haproxy.inc"
do_start() { haproxy_up 21025 ' busy-polling'; }
do_load() { haproxy_load 21025; }
main "$@"
