#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# haproxy default: epoll + non-blocking sockets
# packages: haproxy lighttpd python3
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/haproxy.inc"
do_start() { haproxy_up 21024 ''; }
do_load() { haproxy_load 21024; }
main "$@"
