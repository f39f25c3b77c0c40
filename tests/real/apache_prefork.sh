#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# apache2 mpm_prefork child: one connection at a time; accept + poll()-with-timeout around non-blocking sockets
# packages: apache2-bin apache2-utils
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/apache.inc"
do_start() { apache_up 21027 prefork 'StartServers 1
MinSpareServers 1
MaxSpareServers 1
MaxRequestWorkers 1
KeepAlive On
MaxKeepAliveRequests 0
EnableSendfile Off'; }
do_load() { bounded $((SECS+2)) ab -q -k -t $SECS -n 10000000 -c 1 http://127.0.0.1:21027/f1; }
main "$@"
