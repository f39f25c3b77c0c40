#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# apache2 mpm_worker child: listener thread polls, worker threads read request/poll/write
# packages: apache2-bin apache2-utils
. "$(dirname "$(readlink -f "$0")")/lib.sh"
. "$HERE/inc/apache.inc"
do_start() { apache_up 21028 worker 'ServerLimit 1
StartServers 1
ThreadsPerChild 8
ThreadLimit 8
MinSpareThreads 8
MaxSpareThreads 8
MaxRequestWorkers 8'; }
do_load() { bounded $((SECS+2)) ab -q -k -t $SECS -n 10000000 -c 4 http://127.0.0.1:21028/f1; }
main "$@"
