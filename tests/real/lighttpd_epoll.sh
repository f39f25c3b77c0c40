#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# lighttpd default: epoll + sendfile
# packages: lighttpd wrk
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/lighttpd.inc"
do_start() { lighttpd_up 21022 'server.event-handler="linux-sysepoll"'; }
do_load() { lighttpd_load 21022; }
main "$@"
