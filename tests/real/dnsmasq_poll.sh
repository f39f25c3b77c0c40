#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dnsmasq answering from local data: poll() + blocking-less UDP recvmsg
# packages: dnsmasq-base dnsperf
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { spawn dnsmasq dnsmasq -k -C /dev/null --no-resolv --no-hosts --port=21200 --listen-address=127.0.0.1 --bind-interfaces --user=nobody --group=nogroup --pid-file=$D/pid --address=/test/10.0.0.1; wait_port 21200 10 udp; target $SPAWNED; }
do_load() { echo 'a.test A' > q; bounded $((SECS+3)) dnsperf -s 127.0.0.1 -p 21200 -d q -l $SECS -Q 1000; }
main "$@"
